"""Readers of the JavaScript SDK find what is there. `readers.mjs` has them."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from azure.cosmos import ContainerProxy, DatabaseProxy, PartitionKey

from local.cosmos import Cosmos
from tests.contract_cosmos.support import new_name

ROOT = Path(__file__).parents[2]

JOBS = {job: [f"{job} {file} {n}" for file in range(3) for n in range(5)] for job in (1, 2)}
"""The texts of the documents, by job."""

EXPECTED = {
    "point read": "1 1 2",
    "point read of what is not there": 404,
    "query in one logical partition, ordered": [4, 3, 2, 1, 0],
    "query by the first level of the key": ["1 0 0", "1 1 0", "1 2 0"],
    "query of everything, in pages": 30,
    "query of everything, ordered, in pages": [n for n in range(5) for _ in range(6)],
    "count": [15],
    "top": 3,
    "change feed from the beginning": [*JOBS[1], *JOBS[2]],
    "change feed of one logical partition": JOBS[1][5:10],
    "change feed of the first level of the key": JOBS[1],
    "change feed from a time": [],
    "change feed from now, then one change": [[], ["changed"]],
}


@pytest.fixture
def container(database: DatabaseProxy) -> ContainerProxy:
    created = database.create_container(new_name(), PartitionKey(["/jobId", "/fileId"]))
    for text in (*JOBS[1], *JOBS[2]):
        job, file, n = text.split()
        own = {"type": "head" if n == "0" else "part", "n": int(n), "text": text}
        created.create_item({"id": f"p{n}", "jobId": f"j{job}", "fileId": f"f{file}", **own})
    return created


def test_readers_of_the_javascript_sdk_find_what_is_there(
    cosmos: Cosmos, database: DatabaseProxy, container: ContainerProxy, tmp_path: Path
) -> None:
    shutil.copy(Path(__file__).with_name("readers.mjs"), tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "local/node_modules")
    where = (cosmos.endpoint, cosmos.key, database.id, container.id)
    ran = subprocess.run(["node", "readers.mjs", *where], cwd=tmp_path, capture_output=True, text=True, check=False)  # noqa: S603, S607 - our own program
    assert ran.returncode == 0, ran.stderr
    assert dict(json.loads(line) for line in ran.stdout.splitlines()) == EXPECTED
