"""Cosmos DB with a meter: the SDK's containers as the adapters use them, each request counted and charged."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from azure.cosmos import ContainerProxy, DatabaseProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from benchmarks.cost.charges import (
    MISSING,
    create_charge,
    delete_charge,
    patch_charge,
    read_charge,
    replace_charge,
)
from shared.adapters.cosmos.client import ROWS_A_PAGE
from shared.domain.containers import CONTAINERS, Container
from shared.domain.documents import encoded_size

QUERY_BASE = 2.8
"""RU of a query that returns nothing, one physical partition. Assumed; Microsoft's table has no queries."""

COUNTED_ROW = 0.01
"""RU of an item that is counted from the index, without being loaded. Assumed."""

Item = dict[str, Any]
_Key = tuple[str, ...]


class Meter:
    """What was asked of Cosmos DB, by phase: how many requests of which kind, how many request units."""

    def __init__(self) -> None:
        self.request_units: dict[str, float] = defaultdict(float)
        self.requests: Counter[str] = Counter()
        self._phase = "outside"

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Count what is asked meanwhile under this name."""
        before, self._phase = self._phase, name
        try:
            yield
        finally:
            self._phase = before

    def count(self, kind: str, charge: float) -> None:
        """Count one request; `kind` as in "transcripts: batch"."""
        self.requests[f"{self._phase}: {kind}"] += 1
        self.request_units[self._phase] += charge


class Rows(list[Any]):
    """The rows of a query, as the SDK gives them: one by one or by page."""

    def by_page(self) -> Iterator[list[Any]]:
        """Give all of them as one page."""
        yield list(self)


class MeteredContainer:
    """The methods of ContainerProxy that the adapters call. Knows every item written through it, for its charge."""

    def __init__(self, inner: ContainerProxy, container: Container, meter: Meter) -> None:
        self.items: dict[_Key, Item] = {}
        """What is stored, by partition key and id."""
        self._inner = inner
        self._container = container
        self._meter = meter

    def read_item(self, item: str, partition_key: str | list[str], **options: Any) -> Item:  # noqa: ANN401 - handed on
        """Read an item; charged by its size."""
        try:
            found = dict(self._inner.read_item(item, cast("Any", partition_key), **options))
        except CosmosResourceNotFoundError:
            self._count("read, not there", MISSING)
            raise
        self._count("read", read_charge(encoded_size(_own(found))))
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
        self._count("delete", delete_charge(gone, self._container.indexed))

    def patch_item(
        self,
        item: str,
        partition_key: list[str],
        patch_operations: list[Item],
        **options: Any,  # noqa: ANN401 - handed on
    ) -> None:
        """Patch properties of an item."""
        self._inner.patch_item(item, cast("Any", partition_key), patch_operations=patch_operations, **options)
        before = self.items[*partition_key, item]
        after = before | {each["path"][1:]: each["value"] for each in patch_operations}
        self.items[*partition_key, item] = after
        self._count("patch", patch_charge(before, after, self._container.indexed, len(patch_operations)))

    def execute_item_batch(
        self,
        operations: Sequence[tuple[Any, ...]],
        partition_key: list[str],
        **options: Any,  # noqa: ANN401 - handed on
    ) -> None:
        """Write a batch; charged as the sum of its operations, whose last argument but the options is the item."""
        self._inner.execute_item_batch(operations, cast("Any", partition_key), **options)
        charges: list[float] = [self._put(operation[1][-1]) for operation in operations]
        self._count("batch", sum(charges))

    def query_items(self, text: str, **options: Any) -> "Rows":  # noqa: ANN401 - handed on
        """Query; each row is charged as a read of the item that it comes from, which has to be loaded for it."""
        rows = Rows(self._inner.query_items(text, **options))
        pages = max(1, -(-len(rows) // ROWS_A_PAGE))
        if "COUNT(1)" in text:
            charge = sum(rows) * COUNTED_ROW
        else:
            partition = options.get("partition_key") or []
            charge = sum(read_charge(encoded_size(self._source(row, partition))) for row in rows)
        for number in range(pages):
            self._count("query", QUERY_BASE + (charge if number == 0 else 0))
        return rows

    def _source(self, row: Any, partition: list[str]) -> Any:  # noqa: ANN401 - any JSON value
        if isinstance(row, dict) and {"id", "fileId"} <= row.keys():
            return self.items.get((*partition[:1], row["fileId"], row["id"]), row)
        return _own(row) if isinstance(row, dict) else row

    def _put(self, item: Item) -> float:
        key = (*(item[path[1:]] for path in self._container.partition_key), item["id"])
        before, self.items[key] = self.items.get(key), item
        indexed = self._container.indexed
        return create_charge(item, indexed) if before is None else replace_charge(before, item, indexed)

    def _count(self, kind: str, charge: float) -> None:
        self._meter.count(f"{self._container.name}: {kind}", charge)


class MeteredDatabase:
    """The database as the adapters take it."""

    def __init__(self, inner: DatabaseProxy, meter: Meter) -> None:
        self.containers = {
            each.name: MeteredContainer(inner.get_container_client(each.name), each, meter) for each in CONTAINERS
        }

    def get_container_client(self, name: str) -> MeteredContainer:
        """Return the container with its meter."""
        return self.containers[name]


def _own(item: Item) -> Item:
    """Return the item without what Cosmos DB adds: the table's sizes are those of documents."""
    return {name: value for name, value in item.items() if not name.startswith("_")}
