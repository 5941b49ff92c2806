"""Forms of query for which local/cosmos must agree with the planner, collected where the two differed."""

from typing import Any

from shared.domain.containers import JOBS, TRANSCRIPTS
from tests.contract_cosmos.planner.asked import Asked

_VALUES: dict[str, Any] = {
    "@n": 3,
    "@text": "x",
    "@list": ["a", "b"],
    "@null": None,
}


_FILTERED = "SELECT * FROM c WHERE {} ORDER BY c.x"


def _of(container: str, *texts: str) -> list[Asked]:
    return [Asked(container, text, {name: value for name, value in _VALUES.items() if name in text}) for text in texts]


MERGED = _of(
    TRANSCRIPTS.name,
    "SELECT VALUE COUNT(1) FROM c",
    "SELECT VALUE COUNT(c.a) FROM c WHERE c.b = 1",
    "SELECT VALUE MIN(c.a) FROM c",
    "SELECT VALUE MAX(c.a) FROM c",
    "SELECT VALUE SUM(c.a) FROM c",
    "SELECT VALUE AVG(c.a) FROM c",
    "select value count(1) from c",
    "SELECT c.id, c.a.b FROM c ORDER BY c.a",
    "SELECT c.id AS name, c['x y'] FROM c ORDER BY c.a",
    "SELECT VALUE c.id FROM c ORDER BY c.a",
    "SELECT VALUE c.id FROM c WHERE c.x = 1 ORDER BY c.a",
    "SELECT VALUE c FROM c ORDER BY c.a",
    "SELECT c FROM c ORDER BY c.a",
    "SELECT 1 FROM c ORDER BY c.a",
    "SELECT c.a + 1 FROM c ORDER BY c.a",
    "SELECT * FROM c ORDER BY c.a ASC, c.b DESC",
    "SELECT * FROM transcripts t ORDER BY t.a",
    "SELECT * FROM transcripts ORDER BY transcripts.a",
    "SELECT * FROM root ORDER BY root.a",
    "SELECT TOP 3 VALUE c.id FROM c",
    "SELECT TOP 3 VALUE c.id FROM c ORDER BY c.id",
    "SELECT TOP @n * FROM c ORDER BY c.id",
    "SELECT VALUE {'a': c.x, 'l': [c.y]} FROM c ORDER BY c.a",
    "SELECT * FROM c ORDER BY c.a.b[0]",
    "SELECT * FROM c ORDER BY c['a']",
    "SELECT * FROM c WHERE c.a = 1",
    "SELECT TOP 0 * FROM c ORDER BY c.a",
    "SELECT c.root, c.delete, c.index, c.all, c.rank, c.count, c.max, c.start, c.key FROM c ORDER BY c.a",
    "SELECT c['end'], c['order'] FROM c ORDER BY c['value']",
    "SELECT c.x total, c.y AS other FROM c ORDER BY c.z",
)

WRITTEN = _of(
    TRANSCRIPTS.name,
    *(
        _FILTERED.format(condition)
        for condition in (
            r"c.a = 'a\'b\"c\n'",
            "c.a = 'é<>&'",
            "c.a = 1.50",
            "c.a = -1",
            "c.a = true OR c.a = null",
            "c.a IN ('a', 'b', @text)",
            "NOT IS_DEFINED(c.ttl)",
            "NOT (c.a = 1)",
            "c.a != 1",
            "c.a <> 1",
            "c.a BETWEEN 1 AND 2",
            "(c.a BETWEEN 1 AND 2) AND c.b = 3",
            "c['a b'] = 1",
            'c["a"].b = 1',
            "c.a[0] = 1",
            "startswith(c.a, 'x')",
            "c.a = 1 AND c.b = 2 AND c.c = 3",
            "c.a = 1 AND (c.b = 2 OR c.c = 3)",
            "c.a = 1 OR c.b = 2 AND c.c = 3",
            "c.a",
            "c.a + 1 = 2 * 3",
            "c.a || 'x' = 'yx'",
            "(c.a ? 1 : 2) = 1",
            "[1, 2][0] = 1",
            "c.a > @n AND c.b <= @text",
            "c.a = 1e5",
            "c.a = 0xFF",
            "c.a = - 5",
            "c.é = 1",
            "NOT c.a = c.b",
            "c.a = c.b < c.d",
            "c.a < c.b IN (c.d)",
            "c.a ?? c.b IN (1)",
            "c.a ?? c.b ? c.d : c.e",
            "c.a BETWEEN 1 AND c.b = c.d",
            "{a: 1}.a = c.b",
            "((((((((c.a = 1) AND c.b) OR c.d) AND c.e) OR c.f) AND c.g) OR c.h) AND c.i)",
        )
    ),
)

ROUTED = _of(
    TRANSCRIPTS.name,
    *(
        _FILTERED.format(condition)
        for condition in (
            "ARRAY_CONTAINS(@list, c.jobId)",
            "c.jobId = 'j' AND c.fileId IN ('a', 'b')",
            "c.jobId IN ('a', 'b') AND c.fileId = 'x'",
            "c.jobId = 'j' AND c.fileId = 'x' AND c.a = 1",
            "'j' = c.jobId",
            "c.jobId = 'a' OR c.jobId = 'b'",
            "c.jobId = 'a' AND c.jobId = 'b'",
            "c.jobId = 'a' OR c.x = 1",
            "c.jobId >= 'a' AND c.jobId < 'b'",
            "c.jobId = 'a' AND NOT (c.fileId = 'b')",
            "c.fileId = 'x'",
            'c["jobId"] = "j"',
            "c.jobId = 1",
            "c.jobId = null",
            "c.jobId = @null",
            "c.jobId = true",
            "c.jobId = 'a' AND c.x = 'b' OR c.jobId = 'a' AND c.y = 'd'",
            "c.jobId = 'a' OR c.jobId = 'a' AND c.fileId = 'x'",
            "c.jobId = c.x",
            "c.jobId IN ('a')",
            "c.jobId IN ('a', c.x)",
            "c.jobId = 'j' AND (c.fileId = 'x' OR c.fileId = 'y')",
            "c.jobId = 'j' AND (c.fileId = 'x' OR c.a = 1)",
            "c.jobId = 'j' AND c.jobId IN ('j', 'k')",
            "NOT (c.jobId = 'a')",
        )
    ),
    "SELECT VALUE COUNT(1) FROM c WHERE c.jobId = 'j' AND c.fileId = 'x'",
    "SELECT TOP 3 * FROM c WHERE c.jobId = 'j' AND c.fileId = 'x'",
    "SELECT VALUE COUNT(1) FROM c WHERE c.jobId IN ('j', 'k') AND c.fileId = 'x'",
) + _of(
    JOBS.name,
    "SELECT * FROM c WHERE c.id = 'a' ORDER BY c.x",
    "SELECT * FROM c WHERE c.id IN ('a', 'b') ORDER BY c.x",
    "SELECT VALUE COUNT(1) FROM c WHERE c.id = 'a' OR c.id = 'b'",
)

INVALID = _of(
    TRANSCRIPTS.name,
    "SELECT VALUE COUNT(1) + 1 FROM c",
    "SELECT VALUE {'n': COUNT(1)} FROM c",
    "SELECT VALUE [COUNT(1)] FROM c",
    "SELECT c.a, COUNT(1) AS n FROM c",
    "SELECT VALUE COUNT() FROM c",
    "SELECT VALUE COUNT(1, 2) FROM c",
    "SELECT * FROM c WHERE COUNT(1) > 1",
    "SELECT * FROM c ORDER BY LOWER(c.a)",
    "SELECT * FROM c ORDER BY 1",
    "SELECT TOP -1 * FROM c",
    "SELECT TOP 1.5 * FROM c",
    "SELECT TOP @text * FROM c",
    "SELECT * FROM c WHERE",
    "SELECT FORM c",
    "SELECT *",
    "SELECT * FROM c WHERE d.x = 1",
    "SELECT d.x FROM c",
    "SELECT * FROM c ORDER BY d.x",
    "SELECT C.id FROM c",
    "SELECT c.id FROM c t",
    "SELECT c.a, c.a FROM c",
    "SELECT c.a AS x, c.b AS x FROM c",
    "SELECT VALUE {'a': 1, 'a': 2} FROM c",
    "SELECT c.value FROM c",
    "SELECT * FROM c WHERE c.order = 1",
    "SELECT * FROM c WHERE c.a = 'it''s'",
    "SELECT * FROM c;",
    "SELECT c.1 FROM c",
    "SELECT * FROM c WHERE c.a == 1",
    "SELECT * FROM c WHERE !c.a",
    "SELECT * FROM c WHERE c.a && c.b",
    "SELECT * FROM c WHERE c.a IN ()",
    "SELECT * FROM c WHERE LENGTH(c.a, 1) = 1",
    "SELECT * FROM c WHERE IS_DEFINED()",
    "SELECT * FROM c WHERE FOO(c.a)",
    "SELECT * , c.id FROM c",
    "SELECT c.* FROM c",
    "SELECT * FROM c LIMIT 1",
    "SELECT * FROM c WHERE c.a BETWEEN 1 AND 2 AND c.b = 3",
    "SELECT * FROM c WHERE c.b = 3 AND c.a BETWEEN 1 AND 2",
    "SELECT * FROM c WHERE c.a = TRUE",
    "SELECT * FROM c WHERE c.a = NULL",
    "SELECT * FROM c WHERE CONCAT('a') = 'a'",
    "SELECT * FROM c WHERE ARRAY_CONTAINS(c.a)",
    *map("SELECT c.{} FROM c".format, ("top", "end", "on", "for", "left", "case", "set", "is", "Like", "JOIN")),
    *map("SELECT c.x AS {} FROM c".format, ("end", "on", "left", "group", "limit", "value")),
)

FORMS = [*MERGED, *WRITTEN, *ROUTED, *INVALID]

COMPOSED = {"SELECT VALUE {'n': COUNT(1)} FROM c", "SELECT VALUE [COUNT(1)] FROM c"}
"""Refused in plans only. A partition has to answer such texts, because the planner writes them itself."""
