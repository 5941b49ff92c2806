"""`make up SAMPLES=1`: the stack starts, and the sample jobs go through it."""

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from local.processes import start
from local.samples.catalog import REFERENCE_JOB, sample_jobs
from local.stack import REPOSITORY
from local.up import main
from shared.bootstrap import App
from tests.cli.conftest import environment_for_a_process
from tests.waiting import PATIENCE_SECONDS, eventually


def test_the_sample_jobs_are_sent_and_named_and_one_of_them_ends(tmp_path: Path) -> None:
    state = tmp_path / "state"
    program = "import sys, pathlib, local.up; sys.exit(local.up.main(['--samples'], pathlib.Path(sys.argv[1])))"
    command = [sys.executable, "-c", program, str(state)]
    up = start("up", command, log=tmp_path / "up.log", env={"PATH": os.environ["PATH"]}, cwd=REPOSITORY)
    try:
        eventually(lambda: "In another terminal" in up.tail(10_000))
        said = up.tail(10_000)
        assert "11 sample jobs were sent to transcription-jobs" in said
        assert [each.name for each in sample_jobs() if str(each.job_id or each.name) not in said] == []
        address = json.loads((state / "endpoints.json").read_text())
        app = App.from_env(
            environment_for_a_process(
                COSMOS_ENDPOINT=address["cosmosEndpoint"],
                COSMOS_KEY=address["cosmosKey"],
                COSMOS_DATABASE=address["cosmosDatabase"],
                SPEECH_ENDPOINT=address["speechEndpoint"],
                AzureWebJobsStorage=address["storageConnectionString"],
            )
        )

        def ended() -> tuple[str, int] | None:
            job = app.jobs.get(REFERENCE_JOB)
            return (job.status, job.files.ingested) if job is not None and job.ended_at else None

        assert eventually(ended) == ("completed", 2)
        up.process.send_signal(signal.SIGTERM)
        assert up.process.wait(PATIENCE_SECONDS) == 0
    finally:
        up.stop()


def test_samples_need_the_simulator(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SPEECH_ENDPOINT", "https://example.cognitiveservices.azure.com")
    assert main(["--samples"], tmp_path) == 1
    assert capfd.readouterr().err == "error: only the simulator serves sample jobs\ntry: without SPEECH_ENDPOINT\n"
