"""The made blocks of docs/infra.md: `python -m tests.infra.page` writes them, test_page.py holds them in step.

They stand here and not in infra/check because the table says what these tests seed.
"""

from collections import Counter
from functools import cache

from infra.check.picture import draw
from infra.check.problem import CLASSES
from infra.check.roles import COSMOS_NEED, COSMOS_ROLES, NEEDS, ROLES
from infra.check.run import check
from infra.check.schema import BY_HAND, resource_types
from infra.check.source import INFRA, Tree
from local.docs.pages import code, filled, table
from tests.infra.mutants import MUTANTS

PAGE = INFRA.parent / "docs" / "infra.md"


def page() -> str:
    """Return the page as it should be; what stands outside the blocks is kept."""
    bicep = Tree.of(INFRA)
    blocks = {
        "classes": _classes(),
        "checked": _checked(),
        "types": _types(bicep),
        "needs": _needs(),
        "map": code("mermaid", draw(bicep, bicep.sources[(INFRA / "main.bicep").resolve()])),
    }
    return filled(PAGE.name, PAGE.read_text("utf-8"), blocks)


def _classes() -> str:
    seeded = Counter(mutant.kind for mutant in MUTANTS)
    rows = [(f"`{name}`", meaning, str(seeded[name])) for name, meaning in CLASSES.items()]
    return table(("class", "what is wrong", "seeded and found"), [*rows, ("", "all", str(len(MUTANTS)))])


@cache
def _checked() -> str:
    return "\n".join(f"- {count} {name}" for name, count in check(INFRA).checked.items())


def _types(bicep: Tree) -> str:
    known, by_hand = (
        resource_types(),
        {path.stem.replace(".", "/").replace("/", ".", 1) for path in BY_HAND.glob("*.json")},
    )
    rows = []
    for name in sorted(bicep.resource_types()):
        one = known[name.lower()]
        rows.append((f"`{name}`", one.version, f"by hand: {one.source}" if name in by_hand else one.source))
    return table(("type", "API version", "what it may hold is known from"), rows)


def _needs() -> str:
    names = ROLES | COSMOS_ROLES
    rows = []
    for need in (*NEEDS, COSMOS_NEED):
        where = f"`{need.file}`" if need.file else "the platform"
        rows.append((need.what, where, f"`{need.setting}`", " or ".join(names[role] for role in need.roles)))
    return table(("what the app does", "where", "on what this setting names", "role, any of"), rows)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
