"""The text of a queue message: how it is decoded, shown in errors, stored and identified."""

import base64
import binascii
import hashlib

from shared.domain.redaction import redacted
from shared.errors import InvalidMessage

LARGEST_MESSAGE_BYTES = 64 * 1024
"""Greatest size of a message in a storage queue."""

_SHOWN = 80
_WORDS_SHOWN = 200


def decoded_text(body: bytes) -> str:
    """Return the text of a message, plain or Base64, without white space around it.

    Raises InvalidMessage if it is too large, empty, or not UTF-8.
    """
    if len(body) > LARGEST_MESSAGE_BYTES:
        raise InvalidMessage(f"the message has {len(body)} bytes; a queue's have at most {LARGEST_MESSAGE_BYTES}")
    plain = _utf8(body)
    if not plain:
        raise InvalidMessage("the message is empty")
    # No id, URL or JSON is valid Base64: it has a hyphen, a colon or braces. Some tools wrap the lines of Base64.
    try:
        return _utf8(base64.b64decode("".join(plain.splitlines()), validate=True)) or plain
    except (binascii.Error, ValueError, InvalidMessage):
        return plain


def text_of(body: bytes) -> str:
    """Return the text of any message, also of an invalid one. Bytes that are not UTF-8 are escaped."""
    try:
        return decoded_text(body)
    except InvalidMessage:
        return body.decode("utf-8", "backslashreplace")


def kept_text_of(body: bytes) -> str:
    """Return the text of an invalid message as it is stored: redacted, at most 64 KiB of UTF-8.

    It is cut, because it has to fit into a queue message again, and escaping and redaction may lengthen it.
    """
    return redacted(text_of(body)).encode()[:LARGEST_MESSAGE_BYTES].decode("utf-8", "ignore")


def message_hash(queue: str, text: str) -> str:
    """Return 32 hexadecimal digits that identify a text among the messages of one queue."""
    return hashlib.sha256(f"{queue}\n{text}".encode()).hexdigest()[:32]


def shown(text: str) -> str:
    """Return at most 80 characters of a text, redacted and quoted, to be shown in an error."""
    text = redacted(text)
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def words_of(error: Exception) -> str:
    """Return at most 200 characters of a decoder's error, redacted and on one line.

    msgspec repeats keys and tags unescaped, so a line break in one of them would start a new line of the log.
    """
    words = redacted(str(error)[:_WORDS_SHOWN])
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in words)


def _utf8(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise InvalidMessage(f"the message is not UTF-8 text: {error}") from error
