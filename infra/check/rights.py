"""Rights: what the app does is allowed, and nobody may do more than infra/check/roles.py says."""

from collections.abc import Iterator

from infra.check import code
from infra.check.deployment import Deployment, Resource, referenced
from infra.check.problem import Problem
from infra.check.roles import COSMOS_NEED, GIVEN, NEEDS, PEOPLE, ROLES, SDKS, Need

AZURE = "Microsoft.Authorization/roleAssignments"
COSMOS = "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments"
_PRINCIPAL_TYPES = {"User", "Group", "ServicePrincipal"}


def check(one: Deployment) -> Iterator[Problem]:
    """Give each right that is missing, and each that is one too many."""
    given = dict[str, set[tuple[str, str]]]()
    for assignment in one.of(AZURE) + one.of(COSMOS):
        who = _who(one, assignment)
        role, on = _role(assignment), _on(assignment)
        given.setdefault(who, set()).add((role, on))
        if (role, on) not in GIVEN.get(who, set()):
            yield Problem("role", assignment.type, f"{who} has {ROLES.get(role, role)} on {on}: what for?")
        kind = assignment.get("properties.principalType")
        if assignment.type == AZURE and kind not in _PRINCIPAL_TYPES:
            yield Problem("role", AZURE, f"principalType is {kind}: without it a new identity is not found")
    for who in ("app", *sorted({PEOPLE.get(person, person) for person in one.principals})):
        for role, on in sorted(GIVEN.get(who, set()) - given.get(who, set())):
            yield Problem("role", AZURE, f"{who} lacks {ROLES[role]} on {on}")
    for need in (*NEEDS, COSMOS_NEED):
        yield from _unmet(one, need)


def _unmet(one: Deployment, need: Need) -> Iterator[Problem]:
    target = referenced(one.settings.get(need.setting))
    allowing = [
        assignment
        for assignment in one.of(AZURE) + one.of(COSMOS)
        if _who(one, assignment) == "app" and _role(assignment) in need.roles and target
        # A right on Cosmos DB's data is for one database of the account.
        if _scope(assignment) in {target, f"{target}/dbs/{one.settings.get('COSMOS_DATABASE')}"}
    ]
    if not allowing:
        names = " or ".join(ROLES[role] for role in need.roles)
        yield Problem("role", AZURE, f"to {need.what} the app needs {names} on what {need.setting} names")


def evidence() -> Iterator[Problem]:
    """Give where the table of needs no longer says what the code does."""
    for need in (*NEEDS, COSMOS_NEED):
        if need.file and need.evidence not in (code.ROOT / need.file).read_text("utf-8"):
            text = f"{need.file} has no {need.evidence!r} any more: does it {need.what}?"
            yield Problem("role", "infra/check/roles.py", text)
    for package in sorted(code.azure_packages()):
        if not any(package == one or package.startswith(f"{one}.") for one in SDKS):
            yield Problem("role", "infra/check/roles.py", f"the code uses {package}: which role does it need?")


def _who(one: Deployment, assignment: Resource) -> str:
    principal = assignment.get("properties.principalId")
    return "app" if referenced(principal) in one.identities else PEOPLE.get(str(principal), str(principal))


def _role(assignment: Resource) -> str:
    return str(assignment.get("properties.roleDefinitionId")).rpartition("/")[2]


def _scope(assignment: Resource) -> str:
    return str(assignment.get("properties.scope")) if assignment.type == COSMOS else assignment.scope


def _on(assignment: Resource) -> str:
    """Return on what a right is: the type of the resource, without names."""
    scope = _scope(assignment)
    if assignment.type == COSMOS:
        return "Cosmos DB database" if "/dbs/" in scope else "Cosmos DB account"
    provider = scope.rpartition("/providers/")[2].split("/")
    return "/".join([provider[0], *provider[1::2]]) if "/providers/" in scope else "resource group"
