"""Prints each recording that became complete and each job that ended since the last time: `python follow.py FILE`.

FILE remembers how far it came. Run the program again and again.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from azure.cosmos import ContainerProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError
from read import Document, conversation, open_database


def changes(container: ContainerProxy, token: str | None) -> Iterator[tuple[list[Document], str]]:
    """Yield the pages of what changed since a token, each with the token to continue after it."""
    start: dict[str, Any] = {"continuation": token} if token else {"start_time": "Beginning"}
    for page in container.query_items_change_feed(**start).by_page():
        documents = list(page)
        yield documents, container.client_connection.last_response_headers["etag"]


def handle(transcripts: ContainerProxy, document: Document) -> None:
    """Print what a change says. The same change can come twice."""
    if document["type"] == "transcript":
        job_id, file_id = document["jobId"], document["fileId"]
        try:
            turns = conversation(transcripts, job_id, file_id)
        except CosmosResourceNotFoundError:
            return  # no longer there
        print("recording", job_id, file_id, f"{len(turns)} turns", sep="\t")
    elif document["type"] == "job" and document["endedAt"]:
        print("job", document["id"], document["status"], sep="\t")


def main(remembered: Path) -> None:
    """Print what is new, and remember how far that was."""
    tokens: dict[str, str] = json.loads(remembered.read_text()) if remembered.exists() else {}
    database = open_database()
    transcripts = database.get_container_client("transcripts")
    for name in ("transcripts", "jobs"):
        for documents, token in changes(database.get_container_client(name), tokens.get(name)):
            for document in documents:
                handle(transcripts, document)
            tokens[name] = token
            remembered.write_text(json.dumps(tokens))  # only now: what follows is not lost if this ends here


if __name__ == "__main__":
    main(Path(sys.argv[1]))
