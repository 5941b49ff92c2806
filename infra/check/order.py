"""Checks which resource depends on which, in the outline of the compiled template."""

from collections.abc import Iterator
from typing import Any

from infra.check.deployment import SETTINGS, SITE
from infra.check.flex import EXTENSION
from infra.check.problem import Problem
from infra.check.rights import AZURE
from infra.check.rights import COSMOS as COSMOS_RIGHTS
from infra.check.template import Order
from infra.check.wants import BLOBS, COSMOS, QUEUES

WAITS: dict[tuple[str, str], str] = {
    (COSMOS_RIGHTS, COSMOS): "an account takes no two changes at once",
    (SITE, QUEUES): "its listeners start with it",
    (SITE, BLOBS): "its package is in one",
    (SITE, COSMOS): "it writes as soon as it is there",
    (SITE, AZURE): "it needs its rights as soon as it is there",
    (SITE, COSMOS_RIGHTS): "it needs its rights as soon as it is there",
    (SITE, "Microsoft.Network/privateEndpoints/privateDnsZoneGroups"): "it finds the private addresses by them",
    (EXTENSION, SETTINGS): "a change of settings restarts the app in the middle of the installation",
    (EXTENSION, AZURE): "it writes the package as the app's identity",
    (EXTENSION, BLOBS): "it writes the package into one",
}
"""Each resource of the first type must depend on every one of the second type, for this reason."""

SERIAL = (COSMOS, COSMOS_RIGHTS)
"""Types that are created one after the other, because an account accepts only one change at a time."""


def check(outline: dict[str, Any]) -> Iterator[Problem]:
    """Yield each resource that lacks a dependency."""
    order = Order(outline["resources"])
    for (later, sooner), why in WAITS.items():
        for name in order.of(later):
            before = order.before(name)
            for other in order.of(sooner):
                if other not in before:
                    yield Problem("order", later, f"{name} does not wait for {other}: {why}")
    for kind in SERIAL:
        for name in order.of(kind):
            if not order.resources[name].get("serial"):
                yield Problem("order", kind, f"{name} needs @batchSize(1): an account takes no two changes at once")
