"""Recognizes files of other kinds where a result or a report is expected, so that the error can name them.

Sources of the keys: Microsoft's pages on fast transcription, on the REST API v2.0, on the responses of the batch
transcription API, and on the detailed output of short-audio recognition.
"""

RESULT_KEY = "recognizedPhrases"
"""The array that every result of a batch transcription has."""

REPORT_KEYS = ("successfulTranscriptionsCount", "failedTranscriptionsCount")
"""The numbers of a batch transcription's report. One of them is enough."""

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
"""Sets of keys, and what an object with all of these keys is. The first match counts."""

_KEYS = frozenset().union(*(keys for keys, _ in _KINDS))
_INSIDE = (RESULT_KEY, "AudioFileResults", *REPORT_KEYS)


class Clues:
    """Collects keys of a file's top level while it is read, so that an error can name the kind of a wrong file."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._wrapper: tuple[str, str] | None = None

    def key(self, key: str) -> None:
        """Note a key of the object."""
        if key in _KEYS:
            self._keys.add(key)

    def passed_over(self, key: str, value: bytes | bytearray, begin: int, end: int) -> None:
        """Note an unknown member: its value, or the beginning of it, is `value[begin:end]`."""
        for inner in _INSIDE:
            if self._wrapper is None and value.find(f'"{inner}"'.encode(), begin, end) >= 0:
                self._wrapper = key, inner

    def name(self) -> str | None:
        """Return what the file is, with the keys that show it; None if it is of no known kind."""
        for keys, name in _KINDS:
            if keys <= self._keys:
                return f"{name} (it has {' and '.join(sorted(keys))})"
        if self._wrapper is not None:
            key, inner = self._wrapper
            return f"a wrapper (its member {key[:60]!r} holds {inner})"
        return None
