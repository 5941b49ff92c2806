"""Other designs for the same recording, each with the properties that the product keeps, and what it needs to be read.

Words are rows in all of them, as in Speech's own files. Each has a head with the product's facts and statistics, but no
ids of parts, except where the design itself says what there is.
"""

from collections.abc import Iterator
from itertools import count

from benchmarks.shapes.layout import Layout, Reading, document
from benchmarks.shapes.recordings import WORDS, Document, Phrase, Recording

PHRASES = "a document a phrase"

GUID = "00000000-0000-4000-8000-{:012}"


def rivals(recording: Recording) -> list[Layout]:
    """Return the other designs' documents for a recording."""
    return [
        phrases(recording),
        bare_phrases(recording),
        tracks(recording),
        client_tables(recording),
        client_file(recording),
    ]


def with_rows(entry: Document) -> Document:
    """Return an entry with words as Speech has them: an object for each word."""
    return {**entry, "nBest": [_rows_of(best) for best in entry["nBest"]]}


def _rows_of(best: Document) -> Document:
    rows = {
        name: [dict(zip(best[name], row, strict=True)) for row in zip(*best[name].values(), strict=True)]
        for name in WORDS
        if name in best
    }
    return {**best, **rows}


def phrases(recording: Recording) -> Layout:
    """Return a document for each phrase, one for each channel's texts, and a head."""
    head, texts, entries = _head(recording), _texts(recording), _phrase_documents(recording)
    return Layout(
        PHRASES,
        [*entries, *texts, head],
        display=Reading([head], entries),
        text=Reading(texts),
        track=Reading([], _of_longest_track(recording, entries)),
        lacks="no turns: a reader sorts and joins; a reader may see half a file",
    )


def bare_phrases(recording: Recording) -> Layout:
    """Return a document for each phrase and nothing else."""
    entries = _phrase_documents(recording)
    return Layout(
        "phrases alone",
        entries,
        display=Reading([], entries),
        text=Reading([], entries),
        track=Reading([], _of_longest_track(recording, entries)),
        lacks="no head: source, length and whether the file is complete are unknown; no combined texts, no turns",
    )


def tracks(recording: Recording) -> Layout:
    """Return a document for each channel and speaker, one for each channel's texts, and a head."""
    documents = [
        _document("track", number, channel=channel, speaker=speaker, phrases=[with_rows(each) for each in entries])
        for number, ((channel, speaker), entries) in enumerate(recording.tracks.items())
    ]
    head, texts = _head(recording), _texts(recording)
    return Layout(
        "a document a track",
        [*documents, *texts, head],
        display=Reading([head, *documents]),
        text=Reading(texts),
        track=Reading([max(documents, key=lambda each: len(each["phrases"]))] if documents else []),
        lacks="no turns: a reader merges whole tracks; a long track exceeds the 2 MB of an item",
    )


def client_tables(recording: Recording) -> Layout:
    """Return a document for each row that Microsoft's Ingestion Client writes to its SQL tables.

    The tables are Transcriptions, CombinedRecognizedPhrases, RecognizedPhrases, NBests and Words. Each row has an id,
    and the id of the row above it. Sentiments and costs are left out. Like there, displayWords are not kept.
    """
    ids = count()
    head, above = _head(recording), dict[int, str]()
    texts, spoken, rest = list[Document](), list[Document](), list[Document]()
    for text in recording.combined:
        texts.append(_row("CombinedRecognizedPhrases", ids, TranscriptionID=head["id"], **text))
        above[text["channel"]] = texts[-1]["id"]
    best = {(each.channel, each.speaker): 0 for each in recording.phrases}
    longest = max(best, key=lambda key: len(recording.tracks[key]), default=None)
    track = list[Document]()
    for phrase in recording.phrases:
        made = list(_phrase_rows(phrase, above.get(phrase.channel), ids))
        spoken += [each for each in made if each["type"] != "Words"]
        rest += [each for each in made if each["type"] == "Words"]
        track += made if (phrase.channel, phrase.speaker) == longest else []
    return Layout(
        "Ingestion Client, tables",
        [head, *texts, *spoken, *rest],
        display=Reading([head], spoken),
        text=Reading([], texts),
        track=Reading([], track),
        lacks="no displayWords, no turns; random ids, so that a retry repeats rows; joins, which Cosmos DB lacks",
    )


def client_file(recording: Recording) -> Layout:
    """Return one document with the whole result, as the Ingestion Client stores it as one JSON file."""
    whole = {
        **_head(recording),
        "combinedRecognizedPhrases": recording.combined,
        "recognizedPhrases": [
            {"channel": each.channel, "speaker": each.speaker, **with_rows(each.entry)} for each in recording.phrases
        ],
    }
    everything = Reading([whole])
    return Layout(
        "Ingestion Client, one JSON",
        [whole],
        display=everything,
        text=everything,
        track=everything,
        lacks="no turns; every reading reads all; a long recording exceeds the 2 MB of an item",
    )


def _document(kind: str, number: int, **properties: object) -> Document:
    made = document(kind, number, **properties)
    del made["revision"], made["part"]
    return made


def _row(table: str, ids: Iterator[int], **columns: object) -> Document:
    return {**_document(table, 0, **columns), "id": GUID.format(next(ids))}


def _head(recording: Recording) -> Document:
    """Return the product's head without its part ids and its revision, which these designs do not have."""
    head = {name: value for name, value in recording.head.items() if name not in {"combined", "turns", "revision"}}
    tracks = [{name: value for name, value in track.items() if name != "parts"} for track in head["tracks"]]
    return {**head, "tracks": tracks}


def _texts(recording: Recording) -> list[Document]:
    return [_document("combined", number, **text) for number, text in enumerate(recording.combined)]


def _phrase_documents(recording: Recording) -> list[Document]:
    return [
        _document("phrase", each.entry["index"], channel=each.channel, speaker=each.speaker, **with_rows(each.entry))
        for each in recording.phrases
    ]


def _of_longest_track(recording: Recording, entries: list[Document]) -> list[Document]:
    if not recording.tracks:
        return []
    longest = max(recording.tracks, key=lambda key: len(recording.tracks[key]))
    return [each for each in entries if (each["channel"], each["speaker"]) == longest]


def _phrase_rows(phrase: Phrase, text_id: str | None, ids: Iterator[int]) -> Iterator[Document]:
    own = {name: value for name, value in phrase.entry.items() if name != "nBest"}
    row = _row(
        "RecognizedPhrases",
        ids,
        CombinedRecognizedPhraseID=text_id,
        Channel=phrase.channel,
        Speaker=phrase.speaker,
        **own,
    )
    yield row
    for best in phrase.entry["nBest"]:
        texts = {name: value for name, value in best.items() if name not in WORDS}
        hypothesis = _row("NBests", ids, RecognizedPhraseID=row["id"], **texts)
        yield hypothesis
        for word in _rows_of(best).get("words", []):
            yield _row("Words", ids, NBestID=hypothesis["id"], **word)
