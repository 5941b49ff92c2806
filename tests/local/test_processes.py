"""Ports for child processes."""

import subprocess
import sys

from local.processes import free_port

ASK = "import sys; from local.processes import free_port; print(free_port(int(sys.argv[1])))"


def test_a_reserved_port_is_not_given_to_another_process() -> None:
    port = free_port()
    asked = subprocess.run([sys.executable, "-c", ASK, str(port)], capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    assert int(asked.stdout) != port
    assert free_port(port) == port, "this process may start its service there again"
    assert free_port() != port
