"""The `filter` of the job list: the part of OData that the service documents, read by recursive descent.

    expression = conjunction ("or" conjunction)*
    conjunction = term ("and" term)*
    term = "not" term | field operator value

Fields are displayName, description, status and locale (`eq`, `ne`; values in single quotes, a quote doubled),
createdDateTime and lastActionDateTime (`eq`, `ne`, `gt`, `ge`, `lt`, `le`; ISO 8601 values, quoted or not).
The documented grammar has no parentheses, so a filter with one gets 400.
"""

import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from local.speech.errors import invalid

TEXT_FIELDS = frozenset({"displayName", "description", "status", "locale"})
DATE_FIELDS = frozenset({"createdDateTime", "lastActionDateTime"})

Fields = Mapping[str, "str | datetime | None"]
"""The fields of a job that a filter may use. Dates are aware and in whole seconds, as they are shown."""

Predicate = Callable[[Fields], bool]

EQUALITY: Mapping[str, Callable[[object, object], bool]] = {"eq": operator.eq, "ne": operator.ne}
ORDER: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}

TOKEN = re.compile(r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<mark>[()])|(?P<word>[^\s()']+))")


def parse_filter(source: str) -> Predicate:
    """Return `source` as a function of a job's fields. Raises SpeechError (400) if it cannot be parsed."""
    parser = _Parser(source)
    predicate = parser.expression()
    parser.expect_end()
    return predicate


class _Parser:
    """Parses one filter."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = list(self._split(source))
        self._next = 0

    def _split(self, source: str) -> list[str]:
        tokens, position = [], 0
        while source[position:].strip():
            match = TOKEN.match(source, position)
            if match is None:
                raise invalid(source, f"Cannot be read from character {position + 1} on.")
            tokens.append(match.group().strip())
            position = match.end()
        return tokens

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self, what: str) -> str:
        token = self._peek()
        if not token:
            raise invalid(self._source, f"It ends where {what} should be.")
        self._next += 1
        return token

    def _accept(self, token: str) -> bool:
        found = self._peek() == token
        self._next += found
        return found

    def expect_end(self) -> None:
        if self._peek():
            raise invalid(self._source, f"'{self._peek()}' is not expected.")

    def expression(self) -> Predicate:
        alternatives = [self._conjunction()]
        while self._accept("or"):
            alternatives.append(self._conjunction())
        return lambda job: any(alternative(job) for alternative in alternatives)

    def _conjunction(self) -> Predicate:
        terms = [self._term()]
        while self._accept("and"):
            terms.append(self._term())
        return lambda job: all(term(job) for term in terms)

    def _term(self) -> Predicate:
        if self._accept("not"):
            negated = self._term()
            return lambda job: not negated(job)
        return self._comparison()

    def _comparison(self) -> Predicate:
        field, name, value = self._take("a field"), self._take("an operator"), self._take("a value")
        if field in TEXT_FIELDS and name in EQUALITY:
            return self._equality(field, name, self._text(value))
        if field in DATE_FIELDS and name in EQUALITY:
            return self._equality(field, name, self._date(value))
        if field in DATE_FIELDS and name in ORDER:
            compare, bound = ORDER[name], self._date(value)

            def ordered(job: Fields) -> bool:
                found = job[field]
                return isinstance(found, datetime) and compare(found, bound)

            return ordered
        raise invalid(self._source, f"'{field} {name}' is not supported.")

    def _equality(self, field: str, name: str, value: "str | datetime") -> Predicate:
        compare = EQUALITY[name]
        return lambda job: compare(job[field], value)

    def _text(self, token: str) -> str:
        if not token.startswith("'"):
            raise invalid(self._source, f"{token} should be in single quotes.")
        return token[1:-1].replace("''", "'")

    def _date(self, token: str) -> datetime:
        try:
            value = datetime.fromisoformat(token.strip("'"))
        except ValueError as error:
            raise invalid(self._source, f"{token} is no date and time.") from error
        return value if value.tzinfo else value.replace(tzinfo=UTC)
