"""The user configuration file: the deployment that `speech2cosmos connect` connected. It holds no secret."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec
from platformdirs import user_config_path

from shared.cli.advice import advised
from shared.errors import Misconfigured

_AGAIN = "`speech2cosmos connect --deployment NAME` writes it anew"


class Connection(msgspec.Struct, frozen=True, rename="camel"):
    """A deployment. `outputs`: those of infra/main.bicep that it has, by their names there."""

    deployment: str
    subscription_id: str
    subscription_name: str
    outputs: dict[str, str]


def connection_file() -> Path:
    """Return where the file is: in XDG_CONFIG_HOME, or in the system's own place for it."""
    return user_config_path("speech2cosmos", appauthor=False) / "connection.json"


def connected() -> Connection | None:
    """Return what the file says; None if there is no file. Raises Misconfigured if it cannot be read."""
    file = connection_file()
    try:
        return msgspec.json.decode(file.read_bytes(), type=Connection)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise advised(Misconfigured([f"{file}: cannot be read: {error}"]), _AGAIN) from error


def write_connection(connection: Connection) -> None:
    """Write the file atomically; only its owner can read it. Raises Misconfigured if the folder cannot be written."""
    file = connection_file()
    text = msgspec.json.format(msgspec.json.encode(connection), indent=2) + b"\n"
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=file.parent, prefix=file.name)  # mode 0600
        try:
            with os.fdopen(handle, "wb") as written:
                written.write(text)
            Path(draft).replace(file)
        except BaseException:
            with suppress(OSError):
                Path(draft).unlink()
            raise
    except OSError as error:
        raise advised(
            Misconfigured([f"{file}: cannot be written: {error}"]), "XDG_CONFIG_HOME can name another folder"
        ) from error


def remove_connection() -> bool:
    """Delete the file. Returns whether there was one. Raises Misconfigured."""
    file = connection_file()
    try:
        file.unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Misconfigured([f"{file}: cannot be deleted: {error}"]) from error
    return True
