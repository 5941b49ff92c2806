"""The messages that the host makes of an output's value."""

import pytest

from local.host.outputs import messages


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (None, []),
        ("plain", ["plain"]),
        ('"a string in quotes"', ['"a string in quotes"']),
        ("[not closed", ["[not closed"]),
        (b'[1, "as it is"]', [b'[1, "as it is"]']),
        ([], []),
        (["a", '{"b": 1}', "[1, 2]", "2026-01-01T00:00:00Z"], ["a", '{"b": 1}', "[1, 2]", "2026-01-01T00:00:00Z"]),
    ],
)
def test_a_list_and_non_json_text_are_sent_unchanged(value: object, sent: list[str]) -> None:
    assert messages(value) == sent


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (' ["x", {"y": 1}, [2], 3, true, null]\n', ["x", '{\n  "y": 1\n}', "[\n  2\n]", "3", "True", ""]),
        ('{"id": 1,   "é": "ü"}', ['{\n  "id": 1,\n  "é": "ü"\n}']),
        ('{"twice": 1, "twice": 2}', ['{\n  "twice": 2\n}']),
        ("[]", []),
    ],
)
def test_json_text_is_parsed_split_and_rewritten_as_on_the_platform(text: str, sent: list[str]) -> None:
    assert messages(text) == sent


@pytest.mark.parametrize("text", ["{no json}", "[1, 2,]", '{"id": }'])
def test_invalid_json_text_fails_its_function_as_on_the_platform(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        messages(text)
