"""Finds the turns at a moment. The contract page shows this code, and every run of the generator executes it."""

from bisect import bisect_right
from typing import Any

from azure.cosmos import ContainerProxy


def turns_at(transcripts: ContainerProxy, job_id: str, file_id: str, moment: int) -> list[dict[str, Any]]:
    """Return the turns of a file that are running at a moment, in ticks. It reads the head and most often one part."""
    partition = [job_id, file_id]
    turns = transcripts.read_item("transcript", partition)["turns"]
    ids, index = turns["parts"], turns.get("index")
    if index:  # older writers wrote none
        begun = bisect_right(index, moment, key=lambda entry: entry["fromInTicks"])
        ids = [ids[place] for place in range(begun) if moment < index[place]["toInTicks"]]
    return [
        turn
        for part in ids
        for turn in transcripts.read_item(part, partition)["turns"]
        if turn["offsetInTicks"] <= moment < turn["offsetInTicks"] + turn["durationInTicks"]
    ]
