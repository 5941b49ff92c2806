"""Who speaks: names files, customProperties and defaults, and which of them wins."""

import pytest

from shared.errors import WrongUsage
from shared.rendering.names import Names, Naming, namings_of_csv, namings_of_job
from shared.rendering.recording import Recording
from tests.rendering.making import FILE, phrase, recording


def diarized() -> Recording:
    return recording([phrase("a", speaker=1), phrase("b", speaker=2)])


def stereo() -> Recording:
    return recording([phrase("a"), phrase("b", channel=1)])


def named(of: Recording, first: list[Naming] | None = None, second: list[Naming] | None = None) -> list[str]:
    return list(Names(first or [], second or []).of(of.head).values())


def test_without_names_channels_and_speakers_have_their_numbers() -> None:
    assert named(stereo()) == ["Channel 0", "Channel 1"]
    assert named(diarized()) == ["Speaker 1", "Speaker 2"]


def test_speakers_of_several_channels_are_told_apart_because_each_channel_is_diarized_by_itself() -> None:
    both = recording([phrase("a", speaker=1), phrase("b", channel=1, speaker=1)])
    assert named(both) == ["Channel 0 Speaker 1", "Channel 1 Speaker 1"]


def test_a_jobs_properties_name_channels_and_speakers_and_other_properties_are_ignored() -> None:
    properties = {
        "channel.0": " Agent ",
        "speaker.1": "Anna",
        "Channel.1.Speaker.2": "Ben",
        "channel.2": "",
        "speaker.3": 5,
        "channel": "x",
        "channel.0speaker.1": "x",
        ".speaker.1": "x",
        "": "x",
        "costCentre": "42",
    }
    assert namings_of_job(properties) == [
        Naming("Agent", channel=0),
        Naming("Anna", speaker=1),
        Naming("Ben", channel=1, speaker=2),
    ]
    assert namings_of_job(None) == []


@pytest.mark.parametrize("order", [1, -1])
def test_the_most_specific_name_wins_and_a_speaker_is_more_specific_than_a_channel(order: int) -> None:
    given = [Naming("channel", channel=0), Naming("speaker", speaker=1), Naming("both", channel=0, speaker=1)][::order]
    one = recording([phrase("a", speaker=1)])
    assert named(one, second=given) == ["both"]
    assert named(one, second=[each for each in given if each.name != "both"]) == ["speaker"]
    assert named(stereo(), second=given) == ["channel", "Channel 1"]


def test_the_names_file_wins_over_the_jobs_properties_and_a_named_recording_over_all_recordings() -> None:
    job = [Naming("role", channel=0, speaker=1)]
    everywhere = Naming("everywhere", channel=0, speaker=1)
    here = Naming("here", channel=0, file=FILE)
    elsewhere = Naming("elsewhere", channel=0, speaker=1, file="other")
    one = recording([phrase("a", speaker=1)])
    assert named(one, [everywhere], job) == ["everywhere"]
    assert named(one, [everywhere, elsewhere, here], job) == ["here"]
    assert named(one, [elsewhere], job) == ["role"]


@pytest.mark.parametrize("called", [FILE.upper(), "contenturl_0.json", "CONTENTURL_0", "call 1.wav", "Call 1"])
def test_a_recording_is_known_by_its_id_its_name_and_its_sources_name(called: str) -> None:
    given = namings_of_csv(["recording,channel,name", f"{called},0,Anna"])
    assert named(stereo(), given) == ["Anna", "Channel 1"]


def test_a_names_file_may_come_from_a_spreadsheet() -> None:
    text = '\ufeffName;Speaker;FILEID;Channel\r\n"Anna; the ""chair""";1;;\r\n;;;\r\n Ben\tB. ;;F1; 0 \r\n'
    assert namings_of_csv(text.splitlines(keepends=True)) == [
        Naming('Anna; the "chair"', speaker=1),
        Naming("Ben B.", channel=0, file="f1"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: has the columns (none); expected are name and any of"),
        ("channel,nome\n", "line 1: has the columns channel, nome; expected"),
        ("name,Name\n", "line 1: has the columns name, Name; expected"),
        ("channel,name\n0,Anna\n1.5,Ben\n", "line 3: channel '1.5' is no whole number"),
        ("speaker,name\n-1,Anna\n", "line 2: speaker '-1' is no whole number"),
        ("channel,name\n0,\n", "line 2: has no name"),
        ("channel,name\n0\n", "line 2: has no name"),
        ("channel,name\n0,Anna,B\n", "line 2: has 3 cells, the first line 2"),
        ("fileId,recording,name\na,b,Anna\n", "line 2: has both a fileId and a recording"),
        ("channel,name\n0,Anna\n\n00,Ben\n", "line 4: names both 'Anna' and 'Ben' for the same"),
        ('channel,name\n0,"Anna\n1,Ben\n', "line 3: unexpected end of data"),
        ('channel,name\n0,"An"na\n', "line 2: ',' expected after '\"'"),
    ],
)
def test_an_error_in_a_names_file_says_its_line(text: str, said: str) -> None:
    with pytest.raises(WrongUsage) as raised:
        namings_of_csv(text.splitlines(keepends=True))
    assert str(raised.value).startswith(said)
