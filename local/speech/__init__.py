"""A Speech service for one machine: the documented REST API of batch transcription, over real HTTP.

`start_speech` runs it, `SpeechControl` tells it what to serve. Jobs take time, lists are paged, SAS expire, requests
are limited. Where the service documents nothing, the simulator's behaviour is a choice, and a docstring says so.
"""

from local.speech.client import SpeechControl
from local.speech.server import Speech, start_speech
from local.speech.spec import FileSpec, Forced, JobError, JobSpec, Settings, SpecError, file_id

__all__ = [
    "FileSpec",
    "Forced",
    "JobError",
    "JobSpec",
    "Settings",
    "SpecError",
    "Speech",
    "SpeechControl",
    "file_id",
    "start_speech",
]
