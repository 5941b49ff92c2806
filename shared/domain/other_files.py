"""Names files that are met by mistake where a result or a report is expected.

Sources of the names: Microsoft's pages on fast transcription, on the REST API v2.0, on the answers of the batch
transcription API, and on the detailed output of short-audio recognition.
"""

RESULT_KEY = "recognizedPhrases"
"""The array that makes an object the result of a batch transcription."""

REPORT_KEYS = ("successfulTranscriptionsCount", "failedTranscriptionsCount")
"""The numbers that make an object the report of a batch transcription."""

_KINDS = (
    ({RESULT_KEY}, "a transcription result of a batch job"),
    ({"combinedPhrases"}, "a result of fast transcription"),
    ({"phrases"}, "a result of fast transcription"),
    ({"AudioFileResults"}, "a result of the Speech API v2"),
    ({"RecognitionStatus"}, "a result of real-time or short-audio recognition"),
    ({"values"}, "a page of a list that the Speech API gave, such as a list of files"),
    *(({key}, "the report of a batch job") for key in REPORT_KEYS),
    ({"self", "kind"}, "the Speech API's description of a file, without the file's content"),
    ({"self", "status"}, "the Speech API's description of a transcription, without its results"),
    ({"code", "message"}, "an error message"),
    ({"error"}, "an error message"),
)
"""Keys that an object has together, and what it is then. The first line that fits counts."""

_KEYS = frozenset().union(*(keys for keys, _ in _KINDS))
_INSIDE = (RESULT_KEY, "AudioFileResults", *REPORT_KEYS)


class Clues:
    """What a file showed of itself at its top level, so that a wrong file can be refused by name."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._wrapper: tuple[str, str] | None = None

    def key(self, key: str) -> None:
        """Take note of a key of the object."""
        if key in _KEYS:
            self._keys.add(key)

    def passed_over(self, key: str, value: bytes | bytearray, begin: int, end: int) -> None:
        """Take note of the value of an unknown member, `value[begin:end]`, or of the beginning of it."""
        for inner in _INSIDE:
            if self._wrapper is None and value.find(f'"{inner}"'.encode(), begin, end) >= 0:
                self._wrapper = key, inner

    def name(self) -> str | None:
        """Return what the file is, with the keys that show it; None: nothing is known of it."""
        for keys, name in _KINDS:
            if keys <= self._keys:
                return f"{name} (it has {' and '.join(sorted(keys))})"
        if self._wrapper is not None:
            key, inner = self._wrapper
            return f"a wrapper (its member {key[:60]!r} holds {inner})"
        return None
