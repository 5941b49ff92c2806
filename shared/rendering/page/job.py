"""The page of a job, and the page of a recording that is not there yet, or never will be."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.domain.documents import FileFailure, ReportDetail, Transcript
from shared.domain.job import FailedFile, Job, Status
from shared.rendering.about import title
from shared.rendering.page.ages import age
from shared.rendering.page.frame import Link, Live, framed
from shared.rendering.page.jobs import NAME_CHARACTERS, status_badge, unread_list
from shared.rendering.page.markup import command, short, text, time_of_day
from shared.rendering.page.states import (
    WORDS,
    Look,
    Meaning,
    files_in,
    meaning,
    meaning_of_failure,
    retry_of,
)
from shared.rendering.times import length

REASON_CHARACTERS = 2000
"""Longest message of a failure. `speech2cosmos show` has all of it."""

JOBS = Link("Jobs", "/")


class Recordings(NamedTuple):
    """The heads of a job's recordings that are in. `unread`: why others are not listed. `more`: there are others."""

    heads: Sequence[Transcript]
    unread: Sequence[str] = ()
    more: bool = False


def title_of(job: Job) -> str:
    """Return what people call a job."""
    return job.display_name or job.id


def job_page(job: Job, recordings: Recordings, *, now: datetime, live: Live) -> str:
    """Return the page of a job."""
    content = (
        f'<section id="state" class="state" aria-label="State" data-live>{_state(job, meaning(job), now)}</section>'
        f'<div id="unread" data-live>{unread_list(recordings.unread)}</div>'
        f'<div id="failures" data-live>{_given_up(job)}{_unheard(job)}</div>'
        f'<div id="recordings" data-live>{_recordings(job, recordings, now)}</div>'
    )
    return framed(title=title_of(job), trail=[JOBS], meta=_meta(job), content=content, live=live)


def waiting_page(job: Job, file_id: str, failure: FileFailure | None, *, now: datetime, live: Live) -> str:
    """Return the page of a recording without a transcript. `failure`: why it was given up, if it was."""
    if failure is None:
        told, name = meaning(job), "Recording"
        told = told._replace(sentences=("This recording is not in yet.", *told.sentences))
        state = _state(job, told, now)
    else:
        told, name = meaning_of_failure(failure), failure.name or "Recording"
        state = _told(told, status_badge("given up", Look.BAD), _ago(failure.failed_at, now))
    content = f'<section id="state" class="state" aria-label="State" data-live>{state}</section>'
    meta = [f"<code>{text(file_id)}</code>"]
    return framed(title=name, trail=[JOBS, link_to(job)], meta=meta, content=content, live=live)


def link_to(job: Job) -> Link:
    """Return the link to a job's page."""
    return Link(title_of(job), f"/{job.id}")


def given_up_notice(failure: FileFailure) -> str:
    """Return a notice that a later run gave up a recording that is in."""
    again = command(retry_of(failure.job_id, failure.file_id), "tries it again")
    return (
        f'<div class="notice">Run {failure.run} of the job could not write this recording anew, so this is what an '
        f"earlier run wrote. {_reason(failure.code, failure.message)} {again}</div>"
    )


def _meta(job: Job) -> list[str]:
    return [
        f"<code>{text(job.id)}</code>",
        text(short(job.locale or "", 40)),
        f"accepted {time_of_day(job.accepted_at)}",
        f"ended {time_of_day(job.ended_at)}" if job.ended_at else "",
        f"run {job.run}" if job.run > 1 else "",
        f"a recording was erased {time_of_day(job.forgotten_at)}" if job.forgotten_at else "",
    ]


def _state(job: Job, told: Meaning, now: datetime) -> str:
    word, look = WORDS[job.status]
    bar = _bar(job) if job.status is Status.INGESTING else ""
    return _told(told, status_badge(word, look), _since(job, now), bar=bar, retry=_retry(job))


def _since(job: Job, now: datetime) -> str:
    return f"ended {_ago(job.ended_at, now)}" if job.ended_at else f"accepted {_ago(job.accepted_at, now)}"


def _ago(when: str, now: datetime) -> str:
    return f'<time class="age" datetime="{text(when)}">{age(when, now)}</time> ago'


def _told(told: Meaning, badge: str, since: str, *, bar: str = "", retry: str = "") -> str:
    sentences = " ".join(text(each) for each in told.sentences)
    rows = {
        "Who failed": f"<b>{text(told.whose)}</b>" if told.whose else "",
        "Why": _reason(*told.reason) if told.reason else "",
        "Listed again": retry,
        "What to do": command(*told.advice) if told.advice else "",
    }
    pairs = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows.items() if value)
    return (
        f'<p class="badge" data-key="badge">{badge} <span class="soft">{since}</span></p>'
        f'<div role="status" data-key="said"><h2 data-key="headline">{text(told.headline)}</h2></div>'
        f'<div data-key="bar">{bar}</div>'
        f'<p data-key="sentences">{sentences}</p>'
        f'<dl class="why" data-key="why">{pairs}</dl>'
    )


def _bar(job: Job) -> str:
    files = job.files
    if not files.expected:
        return '<progress aria-label="Files that are in"></progress>'
    done = min(files.ingested + files.failed, files.expected)
    return (
        f'<progress value="{done}" max="{files.expected}" aria-label="Files that are in: {files_in(job)}"></progress>'
    )


def _retry(job: Job) -> str:
    if job.retry is None:
        return ""
    when = f"at {time_of_day(job.retry.at)}" if job.retry.at else "now"
    return f"{when}, because: {_reason(job.retry.code, job.retry.message)}"


def _reason(code: str, message: str) -> str:
    return (
        f"<code>{text(short(code, 100))}</code> "
        f'<span class="reason" dir="auto">{text(short(message, REASON_CHARACTERS))}</span>'
    )


def _given_up(job: Job) -> str:
    files = job.files
    if not files.failures:
        return ""
    more = files.failed - len(files.failures)
    rest = (
        f'<p class="note">and {more:,} more: {command(f"speech2cosmos show {job.id}", "lists all")}</p>'
        if more > 0
        else ""
    )
    items = "".join(_failed(job, each) for each in files.failures)
    return (
        '<section data-key="given-up"><h2>Given up by speech2cosmos</h2>'
        f'<ul class="failures">{items}</ul>{rest}</section>'
    )


def _failed(job: Job, file: FailedFile) -> str:
    name = text(short(file.name or file.file_id, NAME_CHARACTERS))
    return (
        f'<li><a href="/{text(job.id)}/{text(file.file_id)}" dir="auto">{name}</a> {_reason(file.code, file.message)} '
        f"{command(retry_of(job.id, file.file_id), 'tries it again')}</li>"
    )


def _unheard(job: Job) -> str:
    report = job.report
    if report is None or not report.failures:
        return ""
    more = (report.failed_transcriptions_count or 0) - len(report.failures)
    rest = (
        f'<p class="note">and {more:,} more: {command(f"speech2cosmos show {job.id}", "lists all")}</p>'
        if more > 0
        else ""
    )
    return (
        '<section data-key="unheard"><h2>Failed at Speech</h2><p class="note">Speech could not transcribe these '
        "sources. Trying again does not help: mend or replace the audio, and create a transcription of it.</p>"
        f'<ul class="failures">{"".join(map(_source, report.failures))}</ul>{rest}</section>'
    )


def _source(detail: ReportDetail) -> str:
    kind = detail.error_kind if isinstance(detail.error_kind, str) else "Failed"
    words = detail.error_message if isinstance(detail.error_message, str) else ""
    return (
        f'<li><span dir="auto">{text(short(detail.source or "?", NAME_CHARACTERS))}</span> {_reason(kind, words)}</li>'
    )


def _recordings(job: Job, recordings: Recordings, now: datetime) -> str:
    heads = recordings.heads
    if not heads:
        return ""
    columns = "".join(
        f'<th role="columnheader" scope="col">{name}</th>' for name in ("Name", "Length", "Words", "Voices", "In since")
    )
    only = f"These are {len(heads):,} of the {job.files.ingested:,} recordings; `show` lists all of them: "
    more = f'<p class="note" data-key="more">{only}{command(f"speech2cosmos show {job.id}")}</p>'
    return (
        '<h2 data-key="title">Recordings</h2>'
        '<table class="rows" role="table" aria-label="Recordings" data-key="table"><thead role="rowgroup">'
        f'<tr role="row">{columns}</tr></thead><tbody role="rowgroup">{"".join(_row(head, now) for head in heads)}'
        f"</tbody></table>{more if recordings.more else ''}"
    )


def _row(head: Transcript, now: datetime) -> str:
    speakers, channels = len(head.speakers), len(head.channels)
    count, noun = (speakers, "speaker") if speakers else (channels, "channel")
    voices = f"{count:,} {noun}{'' if count == 1 else 's'}" if count else "nobody"
    lasts = length(head.duration_in_ticks) if head.duration_in_ticks else "?"
    since = text(head.ingested_at)
    return (
        f'<tr role="row" data-key="{text(head.file_id)}"><th role="rowheader" scope="row">'
        f'<a href="/{text(head.job_id)}/{text(head.file_id)}"><span class="name" dir="auto">'
        f"{text(short(title(head), NAME_CHARACTERS))}</span> <code>{text(head.file_id)}</code></a></th>"
        f'<td role="cell">{lasts}</td><td role="cell">{head.word_count:,} <span class="unit">words</span></td>'
        f'<td role="cell">{voices}</td>'
        f'<td role="cell"><time class="age" datetime="{since}">{age(head.ingested_at, now)}</time></td></tr>'
    )
