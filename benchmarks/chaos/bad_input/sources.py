"""What is mutated: the documented and real samples, cut to a few phrases so that 50,000 cases take minutes."""

import json
from functools import cache
from itertools import islice

from benchmarks.chaos.bad_input.plain import Json
from local.samples.catalog import DATA
from local.samples.generate import GeneratedResult, report

_PHRASES = 3
_WORDS = 4
_GENERATED = [
    {"channels": 2, "style": "2024-11-15", "display_words": True},
    {"speakers": 3, "languages": ("en-US", "de-DE"), "alternatives": 2},
    {"words": False},
]
"""Another style, language identification, no words."""


@cache
def results() -> tuple[str, ...]:
    """Return small result files as JSON text: a text is a copy that nobody can spoil."""
    found = [json.loads((DATA / f"{name}.json").read_text("utf-8-sig")) for name in ("reference-result", "empty")]
    found += [
        _cut(json.loads((DATA / f"{name}.json").read_text("utf-8-sig")), begin)
        for name, begin in (("stereo-short", 0), ("diarized-mono", 0), ("diarized-mono", 20), ("hindi-diarized", 7))
    ]
    for options in _GENERATED:
        generated = GeneratedResult(hours=0.02, **options)  # type: ignore[arg-type] # the table's values are its fields
        found.append(_cut(json.loads(b"".join(generated)), 0))
    return tuple(map(json.dumps, found))


@cache
def reports() -> tuple[str, ...]:
    """Return report files as JSON text."""
    found = [(DATA / f"{name}.json").read_text("utf-8-sig") for name in ("reference-report", "report-failures")]
    details = [{"source": f"https://h.example/{number}.wav", "status": "Succeeded"} for number in range(5)]
    return (*found, report([*details, {"sourceUrl": "...", "status": "Failed", "errorKind": "InvalidAudio"}]).decode())


def _cut(file: Json, begin: int) -> Json:
    file["recognizedPhrases"] = list(islice(file["recognizedPhrases"], begin, begin + _PHRASES))
    for phrase in file["recognizedPhrases"]:
        phrase["nBest"] = phrase["nBest"][:2]
        for best in phrase["nBest"]:
            for words in ("words", "displayWords"):
                if words in best:
                    best[words] = best[words][:_WORDS]
    for texts in file["combinedRecognizedPhrases"]:
        for form in ("lexical", "itn", "maskedITN", "display"):
            texts[form] = texts[form][:200]
    return file
