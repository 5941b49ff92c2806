"""Ports for child processes."""

import subprocess
import sys

from local.processes import free_port

ASK = "import sys; from local.processes import free_port; print(free_port(int(sys.argv[1])))"


def test_a_port_that_was_given_out_goes_to_no_other_process_although_nobody_listens_yet() -> None:
    port = free_port()
    asked = subprocess.run([sys.executable, "-c", ASK, str(port)], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    assert int(asked.stdout) != port
    assert free_port(port) == port, "this process may start its service there again"
    assert free_port() != port
