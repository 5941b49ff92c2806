"""Coverage-guided fuzzing of the streamed reader: `python -m benchmarks.chaos.bad_input.fuzz SECONDS [FOLDER]`.

Needs atheris (requirements-chaos.txt). FOLDER keeps the inputs that reached something new, for the next run.
"""

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos.bad_input import sources

_LONGEST_INPUT = 8_192
_SLOWEST_SECONDS = 20
_MOST_MEGABYTES = 1_500
_GRACE_SECONDS = 120
"""To start, to read the corpus, to end the last case."""
_DONE = re.compile(r"#(\d+)\s+DONE\s+cov: (\d+) ft: (\d+) corp: (\d+)")
_KEYS = (
    *("recognizedPhrases", "combinedRecognizedPhrases", "nBest", "words", "displayWords", "offsetInTicks", "channel"),
    *(
        "durationInTicks",
        "offsetMilliseconds",
        "duration",
        "offset",
        "speaker",
        "locale",
        "lexical",
        "display",
        "details",
    ),
    *(
        "confidence",
        "recognitionStatus",
        "source",
        "successfulTranscriptionsCount",
        "errorMessage",
        "word",
        "displayText",
    ),
)
_TOKENS = (
    "null",
    "true",
    "1e400",
    "NaN",
    r"\\ud83d",
    r"\\udc00",
    r"\xef\xbb\xbf",
    "[[[[",
    "PT1.5S",
    "-0.0",
    "9007199254740993",
)


@dataclass(frozen=True)
class Fuzzed:
    """What a run of the fuzzer found: `problems` maps what is wrong to the input that shows it."""

    executions: int
    edges: int
    features: int
    corpus: int
    problems: dict[str, bytes]


class FuzzerFailedError(Exception):
    """The fuzzer did not come to its end; the text holds its last words."""


def fuzz(seconds: int, kept: Path | None = None) -> Fuzzed:
    """Run the fuzzer in a process of its own; `kept` holds its corpus from one run to the next."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpus = kept or folder / "corpus"
        findings = folder / "findings"
        findings.mkdir()
        seed_corpus(corpus)
        (folder / "dictionary").write_text("".join(f'"{word}"\n' for word in (*_KEYS, *_TOKENS)))
        words = _run(
            [
                *(str(findings), str(corpus), f"-max_total_time={seconds}", "-print_final_stats=1", "-seed=1"),
                *(f"-dict={folder / 'dictionary'}", f"-max_len={_LONGEST_INPUT}", f"-timeout={_SLOWEST_SECONDS}"),
                *(f"-rss_limit_mb={_MOST_MEGABYTES}", f"-artifact_prefix={findings}/", "-verbosity=1"),
            ],
            seconds,
        )
        problems = {path.read_text("utf-8"): path.with_suffix(".bin").read_bytes() for path in findings.glob("*.txt")}
        # What libFuzzer itself stops at: a case that hangs, or takes too much memory, or kills the process.
        problems |= {path.name: path.read_bytes() for path in findings.glob("*-*")}
    done = _DONE.search(words)
    if done is None and not problems:
        raise FuzzerFailedError(words[-2_000:])
    executions, edges, features, size = map(int, done.groups()) if done else (0, 0, 0, 0)
    return Fuzzed(executions, edges, features, size, problems)


def seed_corpus(folder: Path) -> None:
    """Write the samples as inputs: the first byte chooses what they are read as."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, first, texts in (("result", b"\x01", sources.results()), ("report", b"\x04", sources.reports())):
        for number, text in enumerate(texts):
            (folder / f"{kind}_{number}").write_bytes(first + text.encode())


def _run(options: list[str], seconds: int) -> str:
    command = [sys.executable, "-m", "benchmarks.chaos.bad_input.fuzz_target", *options]
    ended = subprocess.run(  # noqa: S603 - our own module
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=seconds + _GRACE_SECONDS, check=False
    )
    return ended.stderr.decode("utf-8", "replace")


def main() -> int:
    """Fuzz for SECONDS; print what was done and found; 1 if anything was."""
    seconds, *rest = sys.argv[1:]
    found = fuzz(int(seconds), Path(rest[0]) if rest else None)
    print(  # noqa: T201 - a command's result
        f"{found.executions} executions, {found.edges} edges, {found.features} features, corpus {found.corpus}, "
        f"{len(found.problems)} problems"
    )
    for problem, data in found.problems.items():
        print(f"- {problem}\n  {data!r}")  # noqa: T201 - a command's result
    return bool(found.problems)


if __name__ == "__main__":
    sys.exit(main())
