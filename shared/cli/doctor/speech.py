"""Checks of Speech. What it allows in a second is not tried, because that would take it from the app."""

from collections.abc import Iterator

from shared.bootstrap import App
from shared.cli.doctor.checks import Check, failed, passed, skipped, warned
from shared.domain.speech_urls import NEWEST, RETIRED, RETIRED_ON
from shared.errors import ApiVersionRefused, Denied

SIGN_IN = "Speech: sign-in"
VERSION = "Speech: API version"


def speech(app: App) -> Iterator[Check]:
    """Yield whether the user may list transcriptions, and whether Speech answers in the version of the settings."""
    settings = app.settings
    try:
        app.speech.transcriptions(None, None)
    except ApiVersionRefused as error:
        yield passed(SIGN_IN, f"Speech knows this user{_by_key(app)}")
        yield failed(VERSION, str(error), f"set SPEECH_API_VERSION to {NEWEST}, here and in the app")
        return
    except Denied as error:
        role = f"ask for the role Cognitive Services Speech User on {settings.speech_endpoint}; "
        role += "a resource without a custom subdomain has no roles"
        fix = "set SPEECH_KEY to a key of this resource" if settings.speech_key else role
        yield failed(SIGN_IN, str(error), fix)
        yield skipped(VERSION, "Speech refused the sign-in")
        return
    yield passed(SIGN_IN, f"transcriptions can be listed{_by_key(app)}")
    version = settings.speech_api_version
    if version in RETIRED:
        words = f"{version} is answered; Microsoft has announced to retire it on {RETIRED_ON}"
        yield warned(VERSION, words, f"set SPEECH_API_VERSION to {NEWEST}, here and in the app")
    else:
        yield passed(VERSION, f"{version} is answered")


def _by_key(app: App) -> str:
    return " with a key" if app.settings.speech_key else ""
