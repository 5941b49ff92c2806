"""Requests to Queue storage."""

import pytest

from shared.adapters.queues import QueueAccount
from shared.errors import Denied, NotFound, Permanent
from tests.adapters.servers import Answer, Server


def test_without_a_connection_string_queues_are_requested_with_a_token(server: Server) -> None:
    account = QueueAccount(None, server.origin, lambda: {"Authorization": "Bearer abc"})
    account.peek("transcription-jobs")
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("GET", "/transcription-jobs/messages?peekonly=true")
    assert asked.headers["authorization"] == "Bearer abc"
    assert asked.headers.keys() >= {"x-ms-version", "x-ms-date"}


@pytest.mark.parametrize(("status", "error"), [(401, Denied), (403, Denied), (404, NotFound)])
def test_a_refused_queue_request_is_reported_with_storages_code(
    server: Server, status: int, error: type[Exception]
) -> None:
    server.answer(Answer(status, headers={"x-ms-error-code": "AuthorizationPermissionMismatch"}))
    with pytest.raises(error, match="AuthorizationPermissionMismatch"):
        QueueAccount(None, server.origin, dict).peek("transcription-jobs")


def test_without_an_address_of_the_queues_the_error_names_the_setting() -> None:
    with pytest.raises(Permanent, match="AzureWebJobsStorage__queueServiceUri"):
        QueueAccount(None, None, dict).peek("transcription-jobs")
