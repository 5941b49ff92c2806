"""`python -m local.speech --port N --storage CONNECTION_STRING --key KEY`: serve until SIGTERM."""

import argparse
import socket
from uuid import NAMESPACE_URL, uuid5

import uvicorn

from local.speech.app import build_app
from local.speech.content import Content
from local.speech.simulator import Simulator


def container_of(port: int) -> str:
    """Return the name of the container of the simulator on `port`: the same on every run, and shared with no other."""
    return f"bestor-{uuid5(NAMESPACE_URL, f'http://127.0.0.1:{port}')}"


def main() -> None:
    """Read the command line and serve on 127.0.0.1."""
    parser = argparse.ArgumentParser(prog="python -m local.speech", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--storage", required=True, help="connection string of the storage for result files")
    parser.add_argument("--key", required=True, help="value expected in Ocp-Apim-Subscription-Key")
    parser.add_argument("--token", help="value accepted after 'Authorization: Bearer' in place of the key")
    options = parser.parse_args()
    content = Content(options.storage, container_of(options.port))
    content.create()
    resource, region = _listen(options.port), _listen(0)
    region_port = region.getsockname()[1]
    app = build_app(Simulator(key=options.key, token=options.token, region_port=region_port), content)
    # uvicorn's access log would repeat a key that a client wrongly puts into a URL. The simulator's own log does not.
    uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning")).run(sockets=[resource, region])


def _listen(port: int) -> socket.socket:
    listener = socket.create_server(("127.0.0.1", port), backlog=2048)
    listener.set_inheritable(True)  # uvicorn requires it of a socket that it is given
    # asyncio sets this only for sockets that name their protocol, and create_server's do not. Without it, each answer
    # waits 40 ms for the client's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


if __name__ == "__main__":
    main()
