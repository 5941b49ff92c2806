"""Parses the ids by which a user names jobs and files."""

import re
from collections.abc import Iterable

from shared.domain.speech_urls import GUID, transcription_id
from shared.errors import InvalidMessage

_DOCUMENT_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


def job_id_of(text: str) -> str:
    """Return the job id in a text, in lower case. The text is the id or a URL with it. Raises InvalidMessage."""
    name = text.strip()
    found = name.lower() if GUID.fullmatch(name) else transcription_id(name)
    if found is None:
        raise InvalidMessage(f"{name[:80]!r} is neither a transcription id (a GUID) nor the URL of a transcription")
    return found


def job_ids_of(texts: Iterable[str]) -> list[str]:
    """Return the job ids of several texts. Raises InvalidMessage, which names every wrong text."""
    ids: list[str] = []
    wrong: list[str] = []
    for text in texts:
        try:
            ids.append(job_id_of(text))
        except InvalidMessage as error:
            wrong.append(str(error))
    if wrong:
        raise InvalidMessage(f"{'; '.join(wrong)}; nothing was enqueued")
    return ids


def document_id_of(text: str) -> str:
    """Return an id of a document, in lower case. Raises InvalidMessage."""
    name = text.strip().lower()
    if not _DOCUMENT_ID.fullmatch(name):
        raise InvalidMessage(f"{name[:80]!r} is no id: letters, digits, _ and -, at most 100")
    return name
