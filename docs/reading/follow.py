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


def changes(container: ContainerProxy, place: dict[str, Any]) -> Iterator[tuple[list[Document], dict[str, Any]]]:
    """Yield the pages of what changed since a place of the feed, each with the place to continue from."""
    for page in container.query_items_change_feed(**place).by_page():
        documents = list(page)
        yield documents, {"continuation": container.client_connection.last_response_headers["etag"]}


def handle(transcripts: ContainerProxy, document: Document) -> None:
    """Print what a change says. The same change can come twice."""
    if document["type"] == "transcript":
        job_id, file_id = document["jobId"], document["fileId"]
        try:
            turns = conversation(transcripts, job_id, file_id)
        except CosmosResourceNotFoundError:
            return  # no longer there
        if turns is not None:
            print("recording", job_id, file_id, f"{len(turns)} turns", sep="\t")
    elif document["type"] == "forgotten":  # delete what you have copied of it
        print("erased", document.get("jobId", document["id"]), document.get("fileId", "the whole job"), sep="\t")
    elif document["type"] == "job" and document["endedAt"]:
        print("job", document["id"], document["status"], sep="\t")


def main(remembered: Path) -> None:
    """Print what is new, and remember how far that was."""
    places: dict[str, list[dict[str, Any]]] = json.loads(remembered.read_text()) if remembered.exists() else {}
    database = open_database()
    transcripts = database.get_container_client("transcripts")
    for name in ("transcripts", "jobs"):
        container = database.get_container_client(name)
        if name not in places:
            # A place for each range. Of all at once, the SDK (4.17.1) refuses its own token while a range is not read.
            places[name] = [{"start_time": "Beginning", "feed_range": each} for each in container.read_feed_ranges()]
        for number, place in enumerate(places[name]):
            for documents, after in changes(container, place):
                for document in documents:
                    handle(transcripts, document)
                places[name][number] = after
                remembered.write_text(json.dumps(places))  # only now: what follows is not lost if this ends here


if __name__ == "__main__":
    main(Path(sys.argv[1]))
