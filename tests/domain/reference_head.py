"""A reference implementation of the head's numbers (see reference.py)."""

from collections import Counter

from tests.domain.reference import (
    Interval,
    Json,
    best,
    covered,
    interruptions,
    is_blank,
    mirrored,
    talk,
    ticks,
    tracks,
    turns,
    within,
    word_count,
)


def order(key: tuple[int, int | None]) -> tuple[int, int]:
    """Sort by channel, then by speaker; no speaker comes first."""
    channel, speaker = key
    return channel, -(2**40) if speaker is None else speaker


def head(file: Json, gap_in_ticks: int) -> Json:
    """Return everything in the head that follows from the file alone, without the ids of parts."""
    phrases: list[Json] = file["recognizedPhrases"]
    found = tracks(phrases)
    heard = {key: [phrases[i] for i in found[key] if not is_blank(phrases[i])] for key in sorted(found, key=order)}
    groups = [[interval for phrase in group for interval in talk(phrase)] for group in heard.values()]
    duration = ticks(file, "duration")
    ordered = turns(phrases, gap_in_ticks)
    talks: dict[int, list[Interval]] = {}
    for (channel, _), intervals in zip(heard, groups, strict=True):
        talks.setdefault(channel, []).extend(intervals)
    mirrors = mirrored(talks)
    combined = [int(texts.get("channel") or 0) for texts in file.get("combinedRecognizedPhrases", [])]
    return {
        "source": file.get("source") and file["source"].split("?")[0],
        "timestamp": file.get("timestamp"),
        "durationInTicks": duration,
        "duration": (file.get("duration") or "").strip() or None,
        "channels": sorted({channel for channel, _ in found} | set(combined)),
        "speakers": sorted({speaker for _, speaker in found if speaker is not None}),
        "locales": sorted({phrase["locale"] for phrase in phrases if phrase.get("locale") is not None}),
        "recognitionStatuses": dict(Counter(phrase.get("recognitionStatus") or "Unknown" for phrase in phrases)),
        "phraseCount": len(phrases),
        "wordCount": sum(word_count(phrase) for group in heard.values() for phrase in group),
        "tracks": [
            {
                "channel": key[0],
                "speaker": key[1],
                "phraseCount": len(found[key]),
                "wordCount": sum(map(word_count, group)),
                "talkTimeInTicks": covered([[i for phrase in group for i in talk(phrase)]], 1),
                "meanConfidence": mean([best(phrase).get("confidence") for phrase in group]),
            }
            for key, group in heard.items()
        ],
        "turns": {"count": len(ordered)},
        "statistics": {
            "talkTimeInTicks": covered(groups, 1),
            "silenceInTicks": max(0, (duration or 0) - covered(within(groups, duration or 0), 1)),
            "overlapInTicks": covered(groups, 2),
            "interruptions": interruptions(ordered, mirrors),
        },
        "mirroredChannels": mirrors,
    }


def mean(confidences: list[float | None]) -> float | None:
    known = [each for each in confidences if each is not None]
    return sum(known) / len(known) if known else None
