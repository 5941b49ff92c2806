"""Checks of the raw archive."""

from collections.abc import Iterator

from shared.adapters.archive_look import try_to_list
from shared.bootstrap import App
from shared.cli.doctor.checks import Check, failed, passed, skipped
from shared.errors import Denied, NotFound

SIGN_IN = "raw archive: sign-in"


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
