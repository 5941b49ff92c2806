"""Texts name pages of the repository. Who has only the wheel gets their addresses."""

import ast
from pathlib import Path

from shared.cli.installed import IN_CHECKOUT, with_addresses, with_pages

ROOT = Path(__file__).parents[2]
ADVICE = "see *Rights* in docs/operations.md; compare it with docs/contract/README.md"


def test_in_a_checkout_a_page_is_named_by_its_path() -> None:
    assert IN_CHECKOUT
    assert with_pages(ADVICE) == ADVICE


def test_a_release_gives_the_address_of_each_page() -> None:
    address = "https://github.com/contoso/speech2cosmos/blob/v1.2.3"
    assert with_addresses(ADVICE, address) == (
        f"see *Rights* in {address}/docs/operations.md; compare it with {address}/docs/contract/README.md"
    )


def test_a_wheel_of_no_release_says_where_the_pages_are() -> None:
    assert with_addresses("read docs/cost.md", None) == "read docs/cost.md in the sources of speech2cosmos"


def test_every_page_that_a_text_names_exists() -> None:
    for path in sorted((ROOT / "shared" / "cli").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                marked = with_addresses(node.value, str(ROOT / "//"))
                pages = [word.strip(".,;:()`") for word in marked.split() if word.startswith(str(ROOT))]
                assert all(Path(page).is_file() for page in pages), (path, pages)
