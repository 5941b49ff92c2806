"""The files that pages are made of, and the policy that allows nothing besides them."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files


def policy(style: str, script: str | None, *, connect: bool = False) -> str:
    """Return the Content-Security-Policy of a page: only this style and this script are obeyed, and nothing is loaded.

    `connect`: the script may ask the server that the page is from. `None`: the page has no script.
    """
    scripts = f"'{_hash(script)}'" if script is not None else "'none'"
    own = " connect-src 'self';" if connect else ""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src {scripts};{own} media-src blob:; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def script_of(names: tuple[str, ...]) -> str:
    """Return parts of the script as one function, in their order."""
    parts = "\n".join(part(f"{name}.js") for name in names)
    return f'"use strict";\n(() => {{\n{parts}\n}})();\n'


@cache
def part(name: str) -> str:
    """Return the text of a file of this package."""
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"
