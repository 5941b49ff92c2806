"""Mutates result files and reports: their tree where that says more, their bytes where a tree cannot be wrong enough.

Everything follows from the seed: the same seed gives the same bytes.
"""

import json
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from benchmarks.chaos.bad_input import sources
from benchmarks.chaos.bad_input.values import ISO, NUMBERS, Pairs, Raw, any_value, nested, text, written

Json = Any
TreeMutation = Callable[["Place", Random], None]


class Place(NamedTuple):
    """A value in the tree: what holds it, under which key or number, itself."""

    holder: Any
    key: Any
    value: Any

    def put(self, value: Any) -> None:  # noqa: ANN401 - any JSON value
        """Put another value in its place."""
        self.holder[self.key] = value


def places(tree: Json) -> list[Place]:
    """Return every value in the tree, the deeper ones later."""
    found: list[Place] = []
    waiting: list[Any] = [tree]
    while waiting:
        holder = waiting.pop()
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        for key in keys:
            found.append(Place(holder, key, holder[key]))
            if isinstance(holder[key], dict | list):
                waiting.append(holder[key])
    return found


def _type(place: Place, draw: Random) -> None:
    place.put(any_value(draw))


def _key(place: Place, draw: Random) -> None:
    """Drop, rename, repeat a member, or put an unknown one beside it; an element is dropped or repeated."""
    holder, key, value = place
    change = draw.randrange(4)
    if isinstance(holder, list):
        holder[key : key + 1] = [] if change % 2 else [value] * draw.randint(2, 4)
    elif change == 0:
        del holder[key]
    elif change == 1:
        holder[draw.choice([key.lower(), key + " ", key[:-1], text(draw), "recognizedPhrases"])] = holder.pop(key)
    elif change == 2:  # noqa: PLR2004 - the third of four
        holder[text(draw)] = any_value(draw)
    else:
        members = Pairs(holder.items())
        members.insert(draw.randrange(len(members) + 1), (key, draw.choice([value, any_value(draw)])))
        holder.clear()
        holder[""] = Repeated(members)


class Repeated(NamedTuple):
    """Members that take the place of the object they stand in."""

    members: Pairs


def _number(place: Place, draw: Random) -> None:
    place.put(Raw(draw.choice(NUMBERS)))


def _text(place: Place, draw: Random) -> None:
    place.put(text(draw))


def _nest(place: Place, draw: Random) -> None:
    wrapped = draw.choice([[place.value], {"a": place.value}, {place.key: place.value}, [[], place.value]])
    place.put(draw.choice([nested(draw), wrapped]))


def _time(place: Place, draw: Random) -> None:
    holder = place.holder
    if isinstance(holder, dict):
        name = draw.choice(["offset", "duration"])
        for notation in ("InTicks", "Milliseconds"):
            if draw.random() < 0.6:  # noqa: PLR2004 - so that the later notations count often
                holder.pop(name + notation, None)
        notation = draw.choice(["", "", "InTicks", "Milliseconds"])
        hostile = Raw(draw.choice(NUMBERS)) if notation else draw.choice(ISO)
        holder[name + notation] = hostile


def _track(place: Place, draw: Random) -> None:
    if isinstance(place.holder, dict):
        numbers = [0, 1, 1.0, -1, 7, 2**31 - 1, 2**31, 0.5, None, "1", -(2**31), 1e10]
        place.holder[draw.choice(["channel", "speaker", "locale", "recognitionStatus"])] = draw.choice(numbers)


def _only(kind: type | tuple[type, ...]) -> Callable[[Place], bool]:
    return lambda place: isinstance(place.value, kind) and not isinstance(place.value, bool)


TREES: dict[str, tuple[Callable[[Place], bool], TreeMutation]] = {
    "types changed": (lambda _: True, _type),
    "members dropped, renamed, repeated": (lambda _: True, _key),
    "numbers": (_only((int, float)), _number),
    "texts": (_only(str), _text),
    "nesting": (lambda _: True, _nest),
    "times": (lambda place: isinstance(place.holder, dict), _time),
    "channels and speakers": (lambda place: isinstance(place.holder, dict) and "channel" in place.holder, _track),
}
BYTES = ("cut short", "bytes changed", "bytes around it")
KINDS = (*TREES, "several of these", *BYTES)
"""Kinds of mutation, as the page names them."""


def mutate(kind: str, draw: Random, texts: tuple[str, ...]) -> bytes:
    """Return one of the files, with this kind of fault."""
    tree = json.loads(draw.choice(texts))
    if kind in TREES:
        _change(tree, kind, draw)
    elif kind == "several of these":
        for _ in range(draw.randint(2, 6)):
            _change(tree, draw.choice(list(TREES)), draw)
    data = written(_repeated(tree), draw)
    return _damaged(data, kind, draw) if kind in BYTES else data


def result(kind: str, draw: Random) -> bytes:
    """Return a mutated result file."""
    return mutate(kind, draw, sources.results())


def report(kind: str, draw: Random) -> bytes:
    """Return a mutated report."""
    return mutate(kind, draw, sources.reports())


def _change(tree: Json, kind: str, draw: Random) -> None:
    fits, change = TREES[kind]
    fitting = [place for place in places(tree) if fits(place)]
    if fitting:
        change(draw.choice(fitting), draw)


def _repeated(value: Json) -> Json:
    match value:
        case dict() if len(value) == 1 and isinstance(value.get(""), Repeated):
            return Pairs((key, _repeated(each)) for key, each in value[""].members)
        case dict():
            return {key: _repeated(each) for key, each in value.items()}
        case Repeated():
            return Pairs((key, _repeated(each)) for key, each in value.members)
        case list():
            return [_repeated(each) for each in value]
    return value


def _damaged(data: bytes, kind: str, draw: Random) -> bytes:
    if kind == "cut short":
        return data[: draw.randrange(len(data))]
    if kind == "bytes around it":
        noise = draw.choice(
            [b"\xef\xbb\xbf", b" \n", b"\x00", b"{}", b",", b"}", b"]", b"//x\n", b"\xff", b"\x1f\x8b", b"\xc2\xa0"]
        )
        whole = [
            noise + data,
            data + noise,
            data + b" \r\n" + noise,
            data * 2,
            data.decode("utf-8", "replace").encode("utf-16"),
        ]
        return draw.choice(whole)
    damaged = bytearray(data)
    for _ in range(draw.choice([1, 1, 2, 5])):
        at = draw.randrange(len(damaged) + 1)
        end = at + draw.choice([0, 1, 1, 2, 50])
        begin = draw.randrange(len(data))
        pieces = [
            bytes([draw.randrange(256)]),
            draw.choice(b'{}[]",:\\0-eE.').to_bytes(1, "big"),
            data[begin : begin + 30],
            b"",
        ]
        damaged[at:end] = draw.choice(pieces)
    return bytes(damaged)
