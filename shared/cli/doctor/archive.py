"""Checks of the raw archive: the user may read it, and the newest raw results are there."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from shared.adapters.archive_look import is_there, try_to_list
from shared.adapters.cosmos.survey import Survey
from shared.bootstrap import App
from shared.cli.doctor.checks import Check, command, failed, passed, skipped, some
from shared.cli.doctor.window import living
from shared.cli.terminal.text import counted
from shared.domain.documents import UtcTime
from shared.errors import Denied, NotFound

SIGN_IN = "raw archive: sign-in"
RAW = "nothing lost: raw"

MOST_BLOBS = 100
"""Most recordings whose blob is looked for, the newest; and half as many reports."""

_AT_ONCE = 8


def archive(app: App) -> Iterator[Check]:
    """Yield whether the container of raw results exists, and whether the user may read it."""
    settings = app.settings
    name = settings.raw_container
    if not settings.raw_archive:
        yield skipped(SIGN_IN, "RAW_ARCHIVE is false: raw results are not kept")
        return
    try:
        try_to_list(app.blobs.get_container_client(name))
    except Denied as error:
        role = f"ask for the role Storage Blob Data Reader on container {name}"
        yield failed(SIGN_IN, str(error), "set AzureWebJobsStorage anew" if settings.storage else role)
    except NotFound:
        words = f"there is no container {name}: the app cannot write any file"
        yield failed(SIGN_IN, words, "set RAW_CONTAINER as the app has it; or deploy the Bicep again, which creates it")
    else:
        yield passed(SIGN_IN, f"container {name} can be read" + (" with a key" if settings.storage else ""))


def in_archive(app: App, since: UtcTime, now: datetime) -> Iterator[Check]:
    """Yield whether the newest recordings and reports since a time have their blob in the raw archive."""
    survey = Survey(app.database, lambda _: None)
    heads = survey.newest_recordings(since, MOST_BLOBS)
    jobs = living(app, survey.jobs_ended(since, MOST_BLOBS // 2), now)
    blobs = {head.raw: head.job_id for head in heads if head.raw} | {job.raw: job.id for job in jobs if job.raw}
    unnamed = sum(head.raw is None for head in heads)
    words = f"the newest {counted(len(heads), 'recording')} and their reports, since {since[:16]}Z"
    if not blobs:
        yield skipped(RAW, f"{words}, name no blob") if heads else passed(RAW, f"no recording since {since[:16]}Z")
        return
    container = app.blobs.get_container_client(app.settings.raw_container)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        there = dict(zip(blobs, pool.map(lambda name: is_there(container, name), blobs), strict=True))
    gone = [name for name, found in there.items() if not found]
    if gone:
        jobs_of = list(dict.fromkeys(blobs[name] for name in gone))
        fix = command("speech2cosmos retry JOB --rewrite", jobs_of)
        fix += ", as long as Speech has the files; and look for who deletes blobs"
        yield failed(RAW, f"{words}: {len(gone):,} of {counted(len(blobs), 'blob')} gone, of {some(jobs_of)}", fix)
    else:
        without = f"; {counted(unnamed, 'recording')} without a blob" if unnamed else ""
        yield passed(RAW, f"{words}: {counted(len(blobs), 'blob')}, all there{without}")
