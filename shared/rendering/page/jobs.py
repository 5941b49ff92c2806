"""The list of jobs."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from shared.domain.job import END_STATES, Job
from shared.rendering.page.ages import age
from shared.rendering.page.frame import Live, framed
from shared.rendering.page.markup import command, short, text
from shared.rendering.page.states import WORDS, Look, files_in

NAME_CHARACTERS = 200

_UNREAD_SHOWN = 20


def jobs_page(  # noqa: PLR0913 - what the page shows
    jobs: Sequence[Job],
    *,
    store: str,
    unread: Sequence[str],
    before: str | None,
    older: str | None,
    now: datetime,
    live: Live,
) -> str:
    """Return the page. `store`: which database it is. `unread`: why some documents are not listed.

    `before`: only older jobs were asked for. `older`: the time before which the next page begins; None on the last.
    """
    meta = [text(store), "older ones" if before else "the newest first"]
    return framed(
        title="Jobs",
        trail=[],
        meta=meta,
        live=live,
        content=_content(jobs, unread, before=before, older=older, now=now),
    )


def status_badge(status: str, look: Look) -> str:
    """Return the word of a state, with its mark and colour."""
    return f'<span class="status {look}">{text(status)}</span>'


def unread_list(unread: Sequence[str]) -> str:
    """Return what could not be read, and why."""
    if not unread:
        return ""
    noun = "document" if len(unread) == 1 else "documents"
    items = "".join(f'<li dir="auto">{text(short(each, 600))}</li>' for each in unread[:_UNREAD_SHOWN])
    more = len(unread) - _UNREAD_SHOWN
    rest = f"<li>and {more:,} more</li>" if more > 0 else ""
    return (
        f'<div class="notice" data-key="unread"><b>{len(unread):,} {noun} cannot be read</b>, and the list is without '
        f'{"it" if len(unread) == 1 else "them"}.<ul class="reasons">{items}{rest}</ul></div>'
    )


def _content(
    jobs: Sequence[Job], unread: Sequence[str], *, before: str | None, older: str | None, now: datetime
) -> str:
    newest = '<a class="btn" href="/">Newest jobs</a>' if before else ""
    further = f'<a class="btn" href="/?{urlencode({"before": older})}" rel="next">Older jobs</a>' if older else ""
    return (
        f'<div id="unread" data-live>{unread_list(unread)}</div>'
        f'<div id="list" data-live>{"" if jobs else _none(before)}</div>'
        f"{_search() if jobs else ''}"
        '<table class="rows" role="table" aria-label="Jobs"><thead role="rowgroup"><tr role="row">'
        '<th role="columnheader" scope="col">Name</th><th role="columnheader" scope="col">Status</th>'
        '<th role="columnheader" scope="col">Files</th><th role="columnheader" scope="col">Age</th></tr></thead>'
        f'<tbody role="rowgroup" id="jobs" data-live>{"".join(_row(job, now) for job in jobs)}</tbody></table>'
        f'<p class="pages" id="pages" data-live>{newest}{further}</p>'
    )


def _search() -> str:
    return (
        '<p class="filter scripts" hidden><label for="filter">Show only</label> '
        '<input type="search" id="filter" autocomplete="off" spellcheck="false" placeholder="name, state or id"> '
        '<span id="filtered" role="status"></span></p>'
    )


def _none(before: str | None) -> str:
    if before:
        return '<p class="quiet" data-key="none">There are no older jobs.</p>'
    return (
        '<div class="quiet" data-key="none"><p>There is no job yet.</p>'
        f"<p>{command('speech2cosmos submit ID', 'adds a transcription of Speech')}</p></div>"
    )


def _row(job: Job, now: datetime) -> str:
    word, look = WORDS[job.status]
    name = text(short(job.display_name or "", NAME_CHARACTERS)) or "without a name"
    accepted = text(job.accepted_at)
    return (
        f'<tr role="row" data-key="{text(job.id)}"><th role="rowheader" scope="row"><a href="/{text(job.id)}">'
        f'<span class="name{"" if job.display_name else " unnamed"}" dir="auto">{name}</span> '
        f"<code>{text(job.id)}</code></a></th>"
        f'<td role="cell">{status_badge(word, look)}</td><td role="cell" class="files">{_files(job)}</td>'
        f'<td role="cell"><time class="age" datetime="{accepted}">{age(job.accepted_at, now)}</time></td></tr>'
    )


def _files(job: Job) -> str:
    files = job.files
    if not files.ingested and files.expected is None:
        return f'<span class="soft">none{"" if job.status in END_STATES else " yet"}</span>'
    lost = (job.report.failed_transcriptions_count or 0) if job.report else 0
    losses = {f"{files.failed:,} failed": files.failed, f"{lost:,} failed at Speech": lost}
    told = " ".join(f'<span class="lost">{words}</span>' for words, number in losses.items() if number)
    return f'{files_in(job)} <span class="unit">files</span> <span class="losses">{told}</span>'
