"""The tables beside the conversation, and the lines of the page's head."""

from collections.abc import Iterator

from shared.domain.documents import TrackSummary, Transcript
from shared.rendering.about import notes
from shared.rendering.names import Track
from shared.rendering.page.markup import short, text, time_of_day
from shared.rendering.page.talk import NAME_CHARACTERS, Talk, style
from shared.rendering.recording import Recording
from shared.rendering.times import clock, length, share

_BAR = 1000
"""Width of the bar of shares in its own units."""


def meta(head: Transcript) -> str:
    """Return the line below the title."""
    counts = [(len(head.channels), "channel"), (len(head.speakers), "speaker"), (head.word_count, "word")]
    items = [
        f"transcribed {time_of_day(head.timestamp)}" if head.timestamp else "",
        text(length(head.duration_in_ticks)) if head.duration_in_ticks else "",
        text(short(", ".join(head.locales), 100)),
        *(f"{count:,} {noun}{'' if count == 1 else 's'}" for count, noun in counts if count),
        f"revision {text(head.revision)}",
    ]
    return "".join(f"<li>{item}</li>" for item in items if item)


def names(recording: Recording, folded: dict[int, int]) -> str:
    """Return the names beside the lanes, each with its share of the recording."""
    return "".join(
        f'<li class="{style(number)}{_folded(track, folded)}"><span>'
        f"{share(summary.talk_time_in_ticks, recording.head.duration_in_ticks)}</span>"
        f'<b dir="auto">{text(short(name, NAME_CHARACTERS))}</b></li>'
        for number, (track, name, summary) in enumerate(_tracks(recording))
    )


def lanes(recording: Recording, folded: dict[int, int]) -> str:
    """Return the empty lanes, which the script fills."""
    return "".join(
        f'<div class="lane {style(number)}{_folded(track, folded)}"></div>'
        for number, (track, *_) in enumerate(_tracks(recording))
    )


def overview(recording: Recording, talk: Talk, folded: dict[int, int]) -> str:
    """Return who talked how much, and what the recording holds besides."""
    head, shown = recording.head, list(_tracks(recording))
    rows = "".join(
        f'<tr><th scope="row" class="{style(number)}"><span class="chip"></span>'
        f"<bdi>{text(short(name, NAME_CHARACTERS))}</bdi></th><td>{_part(summary.talk_time_in_ticks, head)}</td>"
        f"<td>{talk.turns_of[track]:,}</td><td>{summary.word_count:,}</td><td>{_sure(summary)}</td></tr>"
        for number, (track, name, summary) in enumerate(shown)
    )
    table = (
        '<table><thead><tr><th scope="col">Who</th><th scope="col">talk</th><th scope="col">turns</th>'
        f'<th scope="col">words</th><th scope="col">sure</th></tr></thead><tbody>{rows}</tbody></table>'
    )
    return f"{_bar(recording, folded) if rows else ''}{table if rows else ''}{_facts(head, talk)}"


def _facts(head: Transcript, talk: Talk) -> str:
    figures = head.statistics
    longest = talk.longest
    facts = {
        "Silence": _part(figures.silence_in_ticks, head) if head.duration_in_ticks else "",
        "Longest silence": length(talk.silence) if talk.silence else "",
        "Talking at once": _part(figures.overlap_in_ticks, head),
        "Interruptions": f"{figures.interruptions:,}",
        "Longest turn": f"{clock(longest[0])}, {text(short(longest[1], NAME_CHARACTERS))}" if longest else "",
    }
    rows = "".join(f'<tr><th scope="row">{name}</th><td>{fact}</td></tr>' for name, fact in facts.items() if fact)
    return f'<table class="facts"><tbody>{rows}</tbody></table>'


def _bar(recording: Recording, folded: dict[int, int]) -> str:
    """Return the shares as a bar. Its colours repeat the table's figures, so it is hidden from screen readers."""
    shown = [
        (number, summary.talk_time_in_ticks)
        for number, (track, _, summary) in enumerate(_tracks(recording))
        if track[0] not in folded
    ]
    whole = sum(ticks for _, ticks in shown) + recording.head.statistics.silence_in_ticks
    left, rects = 0.0, ""
    for number, ticks in shown:
        width = _BAR * ticks / whole if whole else 0
        rects += f'<rect class="{style(number)}" x="{left:.1f}" width="{max(0, width - 4):.1f}" height="12"/>'
        left += width
    rest = f'<rect x="{left:.1f}" width="{_BAR - left:.1f}" height="12"/>'
    box = f'viewBox="0 0 {_BAR} 12" preserveAspectRatio="none"'
    return f'<svg class="share" {box} aria-hidden="true">{rects}{rest}</svg>'


def details(recording: Recording) -> str:
    """Return where the recording and its transcript come from, and the commands that lead to them."""
    head = recording.head
    statuses = ", ".join(f"{count:,} {status}" for status, count in head.recognition_statuses.items())
    ids = f"{text(head.job_id)} {text(head.file_id)}"
    rows = {
        "Recording": text(head.source or ""),
        "Result file": text(head.name or ""),
        "Transcribed": time_of_day(head.timestamp) if head.timestamp else "",
        "In Cosmos DB since": time_of_day(head.ingested_at),
        "Phrases": f"{head.phrase_count:,}{f' ({text(statuses)})' if statuses else ''}",
        "Size of the result": f"{head.size_in_bytes:,} bytes",
        "Job": f"<code>{text(head.job_id)}</code>",
        "File": f"<code>{text(head.file_id)}</code>",
        "Revision": f"<code>{text(head.revision)}</code>",
        "The documents behind this page": f"<code>speech2cosmos show {ids}</code>",
        "Captions of it": f"<code>speech2cosmos export {ids} -f vtt</code>",
    }
    pairs = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows.items() if value)
    return f'<dl class="sheet">{pairs}</dl>'


def notices(recording: Recording, folded: dict[int, int]) -> str:
    """Return what a reader has to know before the first turn: that it is a part, and which channels are folded."""
    channels = {track[0]: name for track, name in reversed(recording.names.items())}
    left_out = "".join(f'<div class="notice">{text(note)}</div>' for note in notes(recording))
    return left_out + "".join(
        f'<div class="notice" data-channel="{channel}">Channel {channel} holds the same talk as channel {same}, as '
        f'mono does that was recorded in stereo. Its turns are folded. <button type="button" class="btn unfold" hidden>'
        f"Show channel {channel}</button></div>"
        for channel, same in sorted(folded.items())
        if channel in channels
    )


def _tracks(recording: Recording) -> Iterator[tuple[Track, str, TrackSummary]]:
    summaries = {(track.channel, track.speaker): track for track in recording.head.tracks}
    for track, name in recording.tracks.items():
        yield track, name, summaries[track]


def _folded(track: Track, folded: dict[int, int]) -> str:
    return " folded" if track[0] in folded else ""


def _part(ticks: int, head: Transcript) -> str:
    of_all = share(ticks, head.duration_in_ticks)
    return f"{clock(ticks)} <small>{of_all}</small>" if of_all else clock(ticks)


def _sure(track: TrackSummary) -> str:
    return "" if track.mean_confidence is None else f"{100 * track.mean_confidence:.0f}%"
