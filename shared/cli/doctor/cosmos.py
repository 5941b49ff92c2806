"""Checks of Cosmos DB: the database, the keys and indexes of both containers as the app needs them, odd documents."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from shared.adapters.cosmos.job_lists import JobLists
from shared.adapters.cosmos.survey import Survey
from shared.bootstrap import App
from shared.cli.doctor.checks import Check, failed, passed, some, warned
from shared.domain.containers import CONTAINERS, JOBS, TIME_TO_LIVE, TRANSCRIPTS, Container
from shared.errors import Denied, NotFound, Unreadable

SIGN_IN = "Cosmos DB: sign-in"
DOCUMENTS = "documents"

_NEWEST = 50
"""Documents of `jobs` that are decoded."""

_DEPLOY = "deploy the Bicep again, which sets it"


def cosmos(app: App) -> Iterator[Check]:
    """Yield whether the user may read, and whether both containers are as the app needs them."""
    survey = Survey(app.database, lambda _: None)
    where = f"database {app.settings.cosmos_database} of {app.settings.cosmos_endpoint}"
    found: dict[str, Mapping[str, Any]] = {}
    try:
        for container in CONTAINERS:
            found[container.name] = survey.described(container)
    except Denied as error:
        role = f"ask for the role Cosmos DB Built-in Data Reader on {where}, as docs/security.md says"
        fix = "set COSMOS_KEY to a key of this account" if app.settings.cosmos_key else role
        yield failed(SIGN_IN, str(error), fix)
        return
    except NotFound:
        missing = next(each.name for each in CONTAINERS if each.name not in found)
        fix = "set COSMOS_DATABASE to the app's database; or deploy the Bicep again, which creates what is missing"
        yield failed(SIGN_IN, f"there is no container {missing} in {where}", fix)
        return
    yield passed(SIGN_IN, "both containers can be read" + (" with a key" if app.settings.cosmos_key else ""))
    for container in CONTAINERS:
        yield from shape(container, found[container.name])


def shape(container: Container, found: Mapping[str, Any]) -> Iterator[Check]:
    """Yield whether a container, as Cosmos DB describes it, has the key, the indexes and the time to live it needs."""
    name = f"Cosmos DB: {container.name}"
    problems = list(_wrong(name, container, found))
    yield from problems
    if not problems:
        yield passed(name, f"its key, {len(container.indexes)} indexes and time to live are as the app needs them")


def _wrong(name: str, container: Container, found: Mapping[str, Any]) -> Iterator[Check]:
    paths = tuple(found.get("partitionKey", {}).get("paths", ()))
    if paths != container.partition_key:
        words = f"its partition key is {_listed(paths)}, and has to be {_listed(container.partition_key)}"
        fix = "a container keeps its partition key; set COSMOS_DATABASE to a database that the Bicep creates"
        yield failed(name, words, fix)
    if found.get("defaultTtl") != TIME_TO_LIVE:
        told = "none" if found.get("defaultTtl") is None else f"{found['defaultTtl']} s"
        lost = "what should expire stays" if told == "none" else "Cosmos DB deletes every document"
        fix = f"set the container's time to live to *On (no default)*, or {_DEPLOY}"
        kind = warned if told == "none" else failed
        yield kind(name, f"its default time to live is {told}, and has to be {TIME_TO_LIVE}: {lost}", fix)
    policy = found.get("indexingPolicy", {})
    if single := [each for each in container.indexed if not _is_indexed(each, policy)]:
        words = f"no index for {_listed(single)}: queries with it read every document, and cost more the more there are"
        yield warned(name, words, f"add {_listed(f'/{each}/?' for each in single)} to the included paths, or {_DEPLOY}")
    present = _composites(policy)
    # Only these fail: a query that sorts by several properties is refused without its index.
    if missing := [each for each in container.composite if each not in present]:
        shown = "; ".join(f"({_listed(each)})" for each in missing)
        words = f"no composite index for {shown}: Cosmos DB refuses queries that each poll sends"
        yield failed(name, words, f"add to the composite indexes, ascending: {shown}; or {_DEPLOY}")


def _is_indexed(name: str, policy: Mapping[str, Any]) -> bool:
    if policy.get("indexingMode") == "none":
        return False
    covering = {"/*", f"/{name}/?", f"/{name}/*", *(f"/{name[:at]}/*" for at in range(len(name)) if name[at] == "/")}
    included, excluded = (
        _precision(_paths(policy.get(each, ())) & covering) for each in ("includedPaths", "excludedPaths")
    )
    return included > excluded


def _paths(entries: Iterable[Mapping[str, Any]]) -> set[str]:
    return {str(entry.get("path")).replace('"', "") for entry in entries}


def _precision(paths: Iterable[str]) -> tuple[int, bool]:
    """Return that of the most precise path, which counts (learn.microsoft.com, *Indexing policies*: precedence)."""
    return max(((len(path.split("/")), path.endswith("?")) for path in paths), default=(0, False))


def _composites(policy: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """Return the properties of each composite index whose paths all have one order, in which it also serves."""
    return {
        tuple(str(entry.get("path")).strip("/") for entry in index)
        for index in policy.get("compositeIndexes", ())
        if len({entry.get("order", "ascending") for entry in index}) == 1
    }


def documents(app: App) -> Iterator[Check]:
    """Yield whether the newest documents of `jobs` can be read, and whether any document has an unknown type."""
    name = DOCUMENTS
    unreadable: list[Unreadable] = []
    survey = Survey(app.database, unreadable.append)
    read = JobLists(app.database, unreadable.append).newest(_NEWEST)
    odd = {each.name: survey.of_unknown_type(each) for each in (JOBS, TRANSCRIPTS)}
    words = [f"{count:,} of {each} have a type that no version writes" for each, count in odd.items() if count]
    words += [some((str(error) for error in unreadable), 2)] if unreadable else []
    if words:
        fix = "see *Documents that cannot be read* in docs/operations.md: correct the document in the data explorer"
        yield warned(name, "; ".join(words), fix)
    else:
        yield passed(name, f"the newest {len(read):,} jobs can be read; every document has a known type")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
