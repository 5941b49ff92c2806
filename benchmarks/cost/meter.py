"""Cosmos DB with a meter: the SDK's containers as the adapters use them, counting and charging each request."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from azure.cosmos import ContainerProxy, DatabaseProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from benchmarks.cost.charges import (
    MISSING,
    Indexes,
    create_charge,
    delete_charge,
    patch_charge,
    read_charge,
    replace_charge,
)
from benchmarks.cost.queries import QUERY_BASE, Item, QueryPrices, own
from local.faults import Front
from shared.domain.containers import CONTAINERS, Container
from shared.domain.parts import encoded_size

PLAN = "x-ms-cosmos-is-query-plan-request"

_Key = tuple[str, ...]


class Meter:
    """The requests to Cosmos DB by phase: their number by kind, and their request units."""

    def __init__(self) -> None:
        self.request_units: dict[str, float] = defaultdict(float)
        self.requests: Counter[str] = Counter()
        self.composite_request_units = 0.0
        """The part of all charges that is for entries of composite indexes."""
        self._phase = "outside"

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count the requests in the block under this name."""
        before, self._phase = self._phase, name
        try:
            yield
        finally:
            self._phase = before

    def count(self, kind: str, charge: float, requests: int = 1) -> None:
        """Count requests and their charge. `kind` is such as "transcripts: batch"."""
        if requests:
            self.requests[f"{self._phase}: {kind}"] += requests
        self.request_units[self._phase] += charge


class Rows(list[Any]):
    """The rows of a query in the SDK's form: one by one or by page."""

    def by_page(self) -> Iterator[list[Any]]:
        """Return all of them as one page."""
        yield list(self)


class MeteredContainer:
    """The methods of ContainerProxy that the adapters call. It remembers every item written, for the charge."""

    def __init__(self, inner: ContainerProxy, prices: QueryPrices, front: Front, meter: Meter) -> None:
        self.items = prices.items
        """The stored items, by partition key and id."""
        self._inner = inner
        self._prices = prices
        self._front = front
        self._container: Container = prices.container
        self._meter = meter

    @property
    def link(self) -> str:
        """The container's path in the account."""
        return self._inner.container_link

    def read_item(self, item: str, partition_key: str | list[str], **options: Any) -> Item:  # noqa: ANN401 - handed on
        """Read an item. The charge depends on its size."""
        try:
            found = dict(self._inner.read_item(item, cast("Any", partition_key), **options))
        except CosmosResourceNotFoundError:
            self._count("read, not there", MISSING)
            raise
        self._count("read", read_charge(encoded_size(own(found))))
        return found

    def create_item(self, body: Item, **options: Any) -> None:  # noqa: ANN401 - handed on
        """Create an item."""
        self._inner.create_item(body, **options)
        self._count("create", self._put(body))

    def upsert_item(self, body: Item, **options: Any) -> None:  # noqa: ANN401 - handed on
        """Create or replace an item."""
        self._inner.upsert_item(body, **options)
        self._count("upsert", self._put(body))

    def replace_item(self, item: str, body: Item, **options: Any) -> None:  # noqa: ANN401 - handed on
        """Replace an item."""
        self._inner.replace_item(item, body, **options)
        self._count("replace", self._put(body))

    def delete_item(self, item: str, partition_key: list[str], **options: Any) -> None:  # noqa: ANN401 - handed on
        """Delete an item."""
        try:
            self._inner.delete_item(item, cast("Any", partition_key), **options)
        except CosmosResourceNotFoundError:
            self._count("delete, not there", MISSING)
            raise
        gone = self.items.pop((*partition_key, item))
        self._count("delete", delete_charge(gone, self._container.indexes))

    def patch_item(
        self,
        item: str,
        partition_key: str | list[str],
        patch_operations: list[Item],
        **options: Any,  # noqa: ANN401 - handed on
    ) -> None:
        """Patch properties of an item."""
        self._inner.patch_item(item, cast("Any", partition_key), patch_operations=patch_operations, **options)
        place = (*([partition_key] if isinstance(partition_key, str) else partition_key), item)
        before = self.items[place]
        after = before | {each["path"][1:]: each["value"] for each in patch_operations}
        self.items[place] = after
        self._count("patch", patch_charge(before, after, self._container.indexes, len(patch_operations)))

    def execute_item_batch(
        self,
        operations: Sequence[tuple[Any, ...]],
        partition_key: list[str],
        **options: Any,  # noqa: ANN401 - handed on
    ) -> None:
        """Write a batch, charged as the sum of its operations. Before its options an operation has the item."""
        self._inner.execute_item_batch(operations, cast("Any", partition_key), **options)
        charges: list[float] = [self._put(operation[1][-1]) for operation in operations]
        self._count("batch", sum(charges))

    def query_items(self, text: str, **options: Any) -> "Rows":  # noqa: ANN401 - handed on
        """Query.

        Its requests are counted where they arrive: the SDK sends a query without a key as it is; if it is refused (400,
        sub-status 1004), it asks for a plan, which it does not keep, and sends what that says to each physical
        partition (azure-cosmos, `execution_dispatcher.py`). A refusal and a plan are not charged: assumed.
        """
        begun = len(self._front.asked)
        rows = Rows(self._inner.query_items(text, **options))
        asked = [each for each in self._front.asked[begun:] if each.target.rstrip("/").endswith("/docs")]
        plans = refused = sum(PLAN in each.headers for each in asked)
        answered = len(asked) - plans - refused
        self._meter.count(f"{self._container.name}: query, refused", 0, refused)
        self._meter.count(f"{self._container.name}: query plan", 0, plans)
        charge = answered * QUERY_BASE + self._prices.read_for(rows, text, options)
        self._meter.count(f"{self._container.name}: query", charge, answered)
        return rows

    def _put(self, given: Item) -> float:
        """Return the charge of a write. The item is read back, since for a part the SDK is given a stub only."""
        key = (*(given[path[1:]] for path in self._container.partition_key), given["id"])
        item = own(dict(self._prices.direct.read_item(given["id"], cast("Any", list(key[:-1])))))
        before, self.items[key] = self.items.get(key), item
        indexes = self._container.indexes
        charge = self._written(before, item, indexes)
        single = self._written(before, item, [names for names in indexes if len(names) == 1])
        self._meter.composite_request_units += charge - single
        return charge

    @staticmethod
    def _written(before: Item | None, item: Item, indexes: Indexes) -> float:
        return create_charge(item, indexes) if before is None else replace_charge(before, item, indexes)

    def _count(self, kind: str, charge: float) -> None:
        self._meter.count(f"{self._container.name}: {kind}", charge)


class MeteredDatabase:
    """The database as the adapters use it: through `front`; the meter bypasses that by `direct`."""

    def __init__(self, inner: DatabaseProxy, direct: DatabaseProxy, front: Front, meter: Meter) -> None:
        self.meter = meter
        self.containers = {
            each.name: MeteredContainer(
                inner.get_container_client(each.name),
                QueryPrices(each, direct.get_container_client(each.name)),
                front,
                meter,
            )
            for each in CONTAINERS
        }

    def get_container_client(self, name: str) -> MeteredContainer:
        """Return the container with its meter."""
        return self.containers[name]
