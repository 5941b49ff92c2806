"""Says whether what was made of a message is safe, and whether it was refused with words, by rules of its own."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any

from benchmarks.chaos.bad_input.judge import Verdict
from benchmarks.chaos.bad_input.messages import HOST
from shared.domain.enqueued import Enqueued, decode_enqueued
from shared.domain.messages import FetchFile, FetchPage, ListJobFiles, Work, decode_work, encode
from shared.errors import InvalidMessage

LONGEST_WORDS = 2_000
"""Of a refusal: it goes into a log line and a document."""

_GUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_JOB = re.compile(_GUID, re.ASCII)
_FILE = re.compile("[a-z0-9_-]{1,100}", re.ASCII)
_URL = re.compile(
    r"https?://@?[a-z0-9._:\[\]-]+/speechtotext/[!->@-~]*(\?api-version=[\w.-]+)?", re.ASCII | re.IGNORECASE
)
"""Of any host; without user information, and of its query the API version alone."""
_PLAIN_URL = re.compile(rf"https://{re.escape(HOST)}/speechtotext/(v3\.\d/)?transcriptions/{_GUID}/?", re.ASCII)
_TEXT_LIMITS = {"kind": 256, "name": 4_096, "self_url": 2_048, "page": 8_192}
"""In characters: what goes into a document or a request line must have a bound."""
_GREATEST = 2**53

Decode = Callable[[bytes], Any]


def judge_enqueued(body: bytes, decode: Decode = decode_enqueued) -> Verdict:
    """Decode a message of transcription-jobs."""
    try:
        jobs: list[Enqueued] = decode(body)
    except InvalidMessage as error:
        wanted = _must_be_accepted(body)
        return Verdict(problem=f"refused although it names a job: {error}") if wanted else _says_what(error)
    problems = [f"job id {job.job_id[:80]!r}" for job in jobs if not _JOB.fullmatch(job.job_id)]
    problems += [problem for job in jobs for problem in _url_problems("self_url", job.self_url)]
    return Verdict(right=not problems, problem="; ".join(problems) or None)


def judge_work(body: bytes, decode: Decode = decode_work) -> Verdict:
    """Decode a message of transcription-results; what is accepted must survive being sent again."""
    try:
        message: Work = decode(body)
    except InvalidMessage as error:
        return _says_what(error)
    problems = [] if _JOB.fullmatch(message.job_id) else [f"job id {message.job_id[:80]!r}"]
    numbers = [message.run, message.reprocess_from]
    if isinstance(message, ListJobFiles):
        numbers += [message.expected, message.reports, message.pages]
    for file in [] if isinstance(message, ListJobFiles) else _files(message):
        problems += [] if _FILE.fullmatch(file.file_id) else [f"file id {file.file_id[:80]!r}"]
        problems += _length_problems("kind", file.kind) + _length_problems("name", file.name)
    if not isinstance(message, FetchFile):
        problems += _length_problems("page", message.page)
        problems += [] if re.fullmatch("[!$-~]*", message.page or "") else ["a page that leaves the query"]
    problems += [f"the number {str(each)[:40]}" for each in numbers if not 0 <= each <= _GREATEST]
    if decode(encode(message).encode()) != message:
        problems.append("sent again it is another message")
    return Verdict(right=not problems, problem="; ".join(problems) or None)


def _files(message: FetchPage | FetchFile) -> list[FetchFile]:
    return message.alone() if isinstance(message, FetchPage) else [message]


def _says_what(error: InvalidMessage) -> Verdict:
    words = str(error)
    if len(words) > LONGEST_WORDS or not words.isprintable() or len(words) < len("the message"):
        return Verdict(problem=f"words that no log should have ({len(words)}): {words[:300]!r}")
    return Verdict(refused=True)


def _url_problems(name: str, url: str | None) -> list[str]:
    if url is None:
        return []
    return _length_problems(name, url) + ([] if _URL.fullmatch(url) else [f"{name} {url[:200]!r}"])


def _length_problems(name: str, text: str | None) -> list[str]:
    limit = _TEXT_LIMITS[name]
    return [f"{name} of {len(text)} characters"] if text is not None and len(text) > limit else []


def _must_be_accepted(body: bytes) -> bool:
    """Say whether the message is, beyond doubt, a GUID, a plain `self` URL, or JSON with one."""
    try:
        text = body.decode().strip()
        text = base64.b64decode(text, validate=True).decode().strip() if text.isalnum() and text.isascii() else text
        if text.startswith("{"):
            members = json.loads(text)
            known = {"id": str, "reprocess": bool}
            if not all(key in known and type(value) is known[key] for key, value in members.items()):
                return False
            if len(re.findall('"id"', text)) != 1 or len(re.findall('"reprocess"', text)) > 1:
                return False
            text = members.get("id", "").strip()
    except ValueError:
        return False
    except RecursionError:
        return False
    return bool(_JOB.fullmatch(text.lower()) or _PLAIN_URL.fullmatch(text)) and text.isascii()
