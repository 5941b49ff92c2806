"""Prints what was said in the recordings of a job that has ended: `python read.py JOB`."""

import os
import sys
from typing import Any

from azure.cosmos import ContainerProxy, CosmosClient, DatabaseProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError

Document = dict[str, Any]


def open_database() -> DatabaseProxy:
    """Return the database that the environment names. Without COSMOS_KEY you are signed in with your identity."""
    credential: Any = os.environ.get("COSMOS_KEY")
    if credential is None:
        from azure.identity import DefaultAzureCredential

        credential = DefaultAzureCredential()
    client = CosmosClient(os.environ["COSMOS_ENDPOINT"], credential)
    return client.get_database_client(os.environ.get("COSMOS_DATABASE", "speech"))


def files_of(transcripts: ContainerProxy, job_id: str) -> list[str]:
    """Return the ids of the recordings of a job that are complete."""
    query = "SELECT c.fileId FROM c WHERE c.jobId = @job AND c.type = 'transcript'"
    of_job: list[dict[str, Any]] = [{"name": "@job", "value": job_id}]
    return [head["fileId"] for head in transcripts.query_items(query, parameters=of_job, partition_key=[job_id])]


def conversation(transcripts: ContainerProxy, job_id: str, file_id: str) -> list[Document] | None:
    """Return the turns of a recording; None if it was erased.

    Raises CosmosResourceNotFoundError if the recording is not complete, or no longer there.
    """
    partition = [job_id, file_id]
    head = transcripts.read_item("transcript", partition)
    while head["type"] == "transcript":
        try:
            parts = [transcripts.read_item(part, partition) for part in head["turns"]["parts"]]
        except CosmosResourceNotFoundError:
            newer = transcripts.read_item("transcript", partition)
            if newer["_etag"] == head["_etag"]:
                raise  # the head was not replaced: try again later
            head = newer
        else:
            return [turn for part in parts for turn in part["turns"]]
    return None  # a tombstone is in the head's place


def main(job_id: str) -> str | None:
    """Print the turns. Returns why there are none."""
    database = open_database()
    try:
        job = database.get_container_client("jobs").read_item(job_id, job_id)
    except CosmosResourceNotFoundError:
        return f"{job_id} is not known"
    if job["type"] == "forgotten":
        return f"{job_id} was erased: {job['forgottenAt']}"
    if job["endedAt"] is None:
        return f"{job_id} has not ended: {job['status']}"
    transcripts = database.get_container_client("transcripts")
    for file_id in files_of(transcripts, job_id):
        for turn in conversation(transcripts, job_id, file_id) or []:
            print(file_id, turn["offsetInTicks"] // 10_000_000, turn["display"], sep="\t")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
