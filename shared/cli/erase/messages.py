"""Decides what is left of a message when one job, or one file, is taken out of it. It reads and prints nothing."""

import base64
from collections.abc import Sequence

import msgspec

from shared.cli.erase.target import Target
from shared.domain.message_text import text_of


def left_of(body: str, target: Target) -> str | None:
    """Return the message without what names the target: `body` itself if nothing does, None if nothing else is in it.

    Of an array of jobs the entries of other jobs are left, and of a page of files the other files. Any other message
    that names the target goes, also one that this app cannot read: rather too much is erased than too little.
    """
    text = text_of(body.encode())
    if not target.is_named_in(text):
        return body
    rest = _without(text, target)
    if rest is None or text == body.strip():
        return rest
    return base64.b64encode(rest.encode()).decode()


def _without(text: str, target: Target) -> str | None:
    try:
        value = msgspec.json.decode(text, type=dict[str, msgspec.Raw] | list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return None
    if isinstance(value, list):
        return _array([each for each in value if not target.is_named_in(_text(each))])
    if target.file_id is None or "files" not in value:
        return None
    return _page(value, Target(target.file_id))


def _page(message: dict[str, msgspec.Raw], file: Target) -> str | None:
    try:
        files = msgspec.json.decode(message["files"], type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError):
        return None
    left = _array([each for each in files if not file.is_named_in(_text(each))])
    if left is None or left == _array(files):
        return None
    return msgspec.json.encode(message | {"files": msgspec.Raw(left.encode())}).decode()


def _array(entries: Sequence[msgspec.Raw]) -> str | None:
    return f"[{','.join(map(_text, entries))}]" if entries else None


def _text(raw: msgspec.Raw) -> str:
    return bytes(raw).decode()
