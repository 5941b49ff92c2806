"""How the command was installed: a checkout has the pages and `make up`, the wheel has neither."""

import re

IN_CHECKOUT = __name__.startswith("shared.")
"""The wheel has this package under another name (docs/decisions/0060)."""

_PAGE = re.compile(r"\bdocs/[A-Za-z/]+\.md")


def with_pages(text: str) -> str:
    """Return a text in which the user can find each page of the repository that it names."""
    if IN_CHECKOUT or not _PAGE.search(text):
        return text
    return with_addresses(text, _address())


def with_addresses(text: str, address: str | None) -> str:
    """Return a text in which `address` stands before each page; without an address, where the pages are is said."""
    if address is None:
        return _PAGE.sub(lambda page: f"{page[0]} in the sources of speech2cosmos", text)
    return _PAGE.sub(lambda page: f"{address.rstrip('/')}/{page[0]}", text)


def _address() -> str | None:
    """Return the address that infra/release/pages_hook.py wrote into the wheel."""
    from importlib.metadata import PackageNotFoundError, metadata  # noqa: PLC0415 - it takes as long as typer

    try:
        urls = metadata("speech2cosmos").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    pairs = (url.partition(", ") for url in urls)
    return next((address for label, _, address in pairs if label == "Documentation"), None)
