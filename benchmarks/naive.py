"""`python benchmarks/naive.py FILE`: the plain program that `speech2cosmos split` is compared with.

It reads the whole result with json.loads, makes a dict for each recognized phrase of the same properties that our parts
keep, and prints each as a line of JSON. It imports the standard library alone.
"""

import json
import sys
from pathlib import Path
from typing import Any


def documents(result: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a document for each recognized phrase, then one for the recording."""
    made = []
    for number, phrase in enumerate(result["recognizedPhrases"]):
        best, *others = phrase["nBest"]
        made.append(
            {
                "id": f"{number:06}",
                "type": "phrase",
                "channel": phrase["channel"],
                "speaker": phrase.get("speaker"),
                "locale": phrase.get("locale"),
                "offset": phrase["offsetInTicks"],
                "duration": phrase["durationInTicks"],
                **_texts(best),
                "words": [_word(word, "word") for word in best.get("words", ())],
                "displayWords": [_word(word, "displayText") for word in best.get("displayWords", ())],
                "alternatives": [_texts(each) for each in others],
            }
        )
    made.append(
        {
            "id": "transcript",
            "type": "transcript",
            "source": result["source"],
            "duration": result["durationInTicks"],
            "phrases": len(made),
            "combined": [{"channel": each["channel"], **_texts(each)} for each in result["combinedRecognizedPhrases"]],
        }
    )
    return made


def _texts(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry.get(name) for name in ("confidence", "lexical", "itn", "maskedITN", "display")}


def _word(word: dict[str, Any], text: str) -> dict[str, Any]:
    return {
        text: word[text],
        "offset": word["offsetInTicks"],
        "duration": word["durationInTicks"],
        "confidence": word.get("confidence"),
    }


if __name__ == "__main__":
    for document in documents(json.loads(Path(sys.argv[1]).read_bytes())):
        print(json.dumps(document, ensure_ascii=False))  # noqa: T201 - this is a command
