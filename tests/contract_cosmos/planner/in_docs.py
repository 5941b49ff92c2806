"""Every query of the pages: the blocks of SQL in README.md and docs/. Those of docs/questions.md are DuckDB's."""

import re
from collections.abc import Iterator

from shared.domain.containers import JOBS, TRANSCRIPTS
from tests.contract_cosmos.planner.asked import ROOT, Asked

_BLOCK = re.compile(r"^```sql\n(.*?)^```", re.DOTALL | re.MULTILINE)

VALUES = {"@job": "job", "@file": "file", "@parts": ["part"], "@status": "failed", "@page": 10}
"""Values for the parameters."""


def documented() -> Iterator[Asked]:
    """Yield each block of SQL with the containers to which it can belong, by the properties that it names."""
    for path in sorted({ROOT / "README.md", *(ROOT / "docs").rglob("*.md")} - {ROOT / "docs/questions.md"}):
        for block in _BLOCK.finditer(path.read_text()):
            text = block[1]
            named = {name: VALUES[name] for name in re.findall(r"@\w+", text)}
            of_files = re.search(r"\bc\.(jobId|fileId)\b", text)
            where = str(path.relative_to(ROOT))
            yield Asked((TRANSCRIPTS if of_files else JOBS).name, text.strip(), named, where)
