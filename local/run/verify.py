"""Compares the documents and the raw archive with the result files, which it reads by plain json.loads."""

import gzip
import json
from collections import Counter
from typing import Any

from azure.storage.blob import BlobServiceClient

from local.azurite import Azurite
from local.run.progress import Row, Watch
from local.speech.client import Contents
from local.speech.spec import FileSpec
from shared.bootstrap import App

FORMS = ("lexical", "itn", "maskedITN", "display")
Document = dict[str, Any]


class Verifier:
    """Reads as an application would: the head first, then the parts that it names."""

    def __init__(self, app: App, azurite: Azurite) -> None:
        self._app = app
        self._blobs = BlobServiceClient.from_connection_string(azurite.connection_string)

    def problems(self, watch: Watch) -> list[str]:
        """Return a sentence for every difference."""
        return [f"{row.name}: {problem}" for row in watch.rows if row.job_id for problem in self._job(row)]

    def _job(self, row: Row) -> list[str]:
        documents = self._app.transcripts.items(str(row.job_id))
        problems = ["a document holds a signature"] if "sig=" in json.dumps([documents, str(row.job)]) else []
        for file_id in {document["fileId"] for document in documents}:
            file = {document["id"]: document for document in documents if document["fileId"] == file_id}
            problems += _follow_head(file)
        if row.sample is not None and row.sample.spec is not None and row.state.startswith("completed"):
            for spec in row.sample.spec.files:
                file = {document["id"]: document for document in documents if document["fileId"] == spec.id}
                content = _content(row.sample.contents, spec)
                problems += [f"{spec.name}: {each}" for each in self._file(spec, file, content)]
        return problems

    def _file(self, spec: FileSpec, documents: dict[str, Document], content: bytes) -> list[str]:
        source = json.loads(content)
        if spec.kind == "TranscriptionReport":
            details = [detail for document in documents.values() for detail in document["details"]]
            return [] if len(details) == len(source["details"]) else ["not every detail of the report is there"]
        head = documents.get("transcript")
        if head is None:
            return ["there is no head"]
        archived = self._blobs.get_blob_client(self._app.settings.raw_container, head["raw"])
        stored = archived.download_blob(decompress=False).readall()
        return [
            *([] if gzip.decompress(stored) == content else ["the raw blob is not the file"]),
            *_phrases(documents, head, source),
            *_combined(documents, head, source),
            *_turns(documents, head, source),
        ]


def _content(contents: Contents, spec: FileSpec) -> bytes:
    content = contents[spec.blob]
    return content if isinstance(content, bytes) else b"".join(content)


def _follow_head(file: dict[str, Document]) -> list[str]:
    head = file.get("transcript")
    if head is None:
        return []
    groups = [*head["tracks"], *head["combined"], head["turns"]]
    named = {part for group in groups for part in group["parts"]}
    there = {name for name, document in file.items() if document["type"] == "part"}
    return [] if named == there else ["the head's parts are not the parts that are there"]


def _phrases(documents: dict[str, Document], head: Document, source: Document) -> list[str]:
    entries = [
        (own["channel"], own["speaker"], phrase)
        for track in head["tracks"]
        for part in track["parts"]
        for own in documents[part]["tracks"]
        if (own["channel"], own["speaker"]) == (track["channel"], track["speaker"])
        for phrase in own["phrases"]
    ]
    found = {phrase["index"]: (channel, speaker, phrase) for channel, speaker, phrase in entries}
    count = len(entries)
    wanted = source["recognizedPhrases"]
    if count != len(wanted) or sorted(found) != list(range(len(wanted))):
        return [f"{count} phrases are there, the file has {len(wanted)}"]
    return [
        f"phrase {index} is not the file's" for index, phrase in enumerate(wanted) if not _same(found[index], phrase)
    ]


def _same(found: tuple[int, int | None, Document], phrase: Document) -> bool:
    channel, speaker, entry = found
    return (
        (channel, speaker) == (phrase["channel"], phrase.get("speaker"))
        and entry["offsetInTicks"] == int(phrase["offsetInTicks"])
        and entry["durationInTicks"] == int(phrase["durationInTicks"])
        and [_texts(best) for best in entry["nBest"]] == [_texts(best) for best in phrase["nBest"]]
        and _words(entry["nBest"][0].get("words", {}).get("word"), phrase["nBest"][0].get("words"), "word")
    )


def _texts(best: Document) -> list[Any]:
    return [best["confidence"], *(best[form] for form in FORMS)]


def _words(column: list[str] | None, rows: list[Document] | None, name: str) -> bool:
    return (column or []) == [row[name] for row in rows or []]


def _combined(documents: dict[str, Document], head: Document, source: Document) -> list[str]:
    found = {
        text["channel"]: ["".join(piece[form] for piece in _pieces(documents, text)) for form in FORMS]
        for text in head["combined"]
    }
    wanted = {text["channel"]: [text[form] for form in FORMS] for text in source["combinedRecognizedPhrases"]}
    return [] if found == wanted else ["the combined texts are not the file's"]


def _pieces(documents: dict[str, Document], text: Document) -> list[Document]:
    pieces = [piece for part in text["parts"] for piece in documents[part]["combined"]]
    return [piece for piece in pieces if piece["channel"] == text["channel"]]


def _turns(documents: dict[str, Document], head: Document, source: Document) -> list[str]:
    turns = [turn for part in head["turns"]["parts"] for turn in documents[part]["turns"]]
    spoken = Counter(index for turn in turns for index in turn["phrases"])
    wanted = Counter(
        index
        for index, phrase in enumerate(source["recognizedPhrases"])
        if any(phrase["nBest"][0][form].strip() for form in FORMS)
    )
    return [] if spoken == wanted else ["the turns do not hold every spoken phrase once"]
