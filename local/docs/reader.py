"""Reads a file's documents. The contract page shows this code, and every run of the generator executes it."""

from typing import Any

from azure.cosmos import ContainerProxy


def files_of(transcripts: ContainerProxy, job_id: str) -> list[str]:
    """Return the ids of the files of a job that are in."""
    of_job: list[dict[str, object]] = [{"name": "@job", "value": job_id}]
    text = "SELECT c.fileId FROM c WHERE c.jobId = @job AND c.type = 'transcript'"
    heads = transcripts.query_items(text, parameters=of_job, partition_key=[job_id])
    return [head["fileId"] for head in heads]


def conversation(transcripts: ContainerProxy, job_id: str, file_id: str) -> list[dict[str, Any]]:
    """Return the turns of a file. It reads the head first, then the parts that the head names."""
    partition = [job_id, file_id]
    head = transcripts.read_item("transcript", partition)
    if head["type"] == "forgotten":
        raise LookupError(f"file {file_id} was erased on request")
    parts = [transcripts.read_item(part, partition) for part in head["turns"]["parts"]]
    return [turn for part in parts for turn in part["turns"]]
