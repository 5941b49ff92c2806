"""What Cosmos DB reads for a query, as far as public sources tell; Microsoft's table of charges has no queries.

A query is answered by the index of a physical partition. All that its WHERE matches there is loaded, of whatever
logical partition (azure-cosmos-dotnet-v3#4248, #3936), unless the query has the whole key, or WHERE names its values.
Only a COUNT that was not sent as a range is answered by the index alone. A sorted query reads in the order of an
index that has its filters too, and ends when it has its rows; without such an index it passes over every entry of the
index of the property that it sorts by.

Here all documents lie in one physical partition, as in an account until it has 50 GB: the dearest case.
"""

import re
from typing import Any

from azure.cosmos import ContainerProxy

from benchmarks.cost.charges import ABSENT, at_path, read_charge
from shared.adapters.cosmos.client import ROWS_A_PAGE
from shared.domain.containers import Container
from shared.domain.parts import encoded_size

QUERY_BASE = 2.8
"""RU of each request of a query to a physical partition, before it reads anything. Assumed."""

INDEX_ENTRY = 0.01
"""RU of an index entry that is counted, or skipped, without loading its item. Assumed."""

Item = dict[str, Any]

_FILTER = re.compile(r"c\.([\w.]+) (=|<=|>=|<|>) ")
_PROPERTY = re.compile(r"c\.([\w.]+)")


class QueryPrices:
    """The RU of what the queries of one container read. `direct`: the container, for finding what WHERE matches."""

    def __init__(self, container: Container, direct: ContainerProxy) -> None:
        self.container = container
        self.direct = direct
        self.items: dict[tuple[str, ...], Item] = {}
        """The stored items, by partition key and id. The writer keeps them up to date."""
        self._levels = [path[1:] for path in container.partition_key]

    def read_for(self, rows: list[Any], text: str, options: dict[str, Any]) -> float:
        """Return the RU of reading the rows of a query. `options` are those that the SDK got."""
        where, _, order = text.partition(" WHERE ")[2].partition(" ORDER BY ")
        key = options.get("partition_key") or []
        if order:
            return self._passed_over(where, order) * INDEX_ENTRY + sum(map(_read, rows))
        matched = self._matched(where, options["parameters"], key)
        as_range = 0 < len(key) < len(self._levels)
        if "COUNT(1)" in text and not as_range:
            return len(matched) * INDEX_ENTRY
        return sum(map(_read, matched))

    def _passed_over(self, where: str, order: str) -> int:
        sorted_by = tuple(path.replace(".", "/") for path in _PROPERTY.findall(order))
        filters = [(path.replace(".", "/"), sign) for path, sign in _FILTER.findall(where)]
        equal = {name for name, sign in filters if sign == "="}
        ranges = {name for name, sign in filters if sign != "="}
        served = (
            sorted_by in self.container.indexes
            and len(filters) == len(_PROPERTY.findall(where))
            and set(sorted_by[: len(equal)]) == equal
            and ranges <= set(sorted_by[len(equal) : len(equal) + 1])
        )
        return 0 if served else sum(at_path(item, sorted_by[-1]) is not ABSENT for item in self.items.values())

    def _matched(self, where: str, parameters: list[dict[str, object]], key: list[str]) -> list[Item]:
        names = ", ".join(f"c.{name}" for name in dict.fromkeys((*self._levels, "id")))
        text = " ".join(("SELECT", names, "FROM c", f"WHERE {where}" if where else ""))
        scope: Any = {"partition_key": key} if len(key) == len(self._levels) else {"enable_cross_partition_query": True}
        rows = self.direct.query_items(text, parameters=parameters, max_item_count=ROWS_A_PAGE, **scope)
        return [self.items[*(row[level] for level in self._levels), row["id"]] for row in rows]


def own(item: Item) -> Item:
    """Return the item without Cosmos DB's own properties, because the table's sizes are those of documents."""
    return {name: value for name, value in item.items() if not name.startswith("_")}


def _read(item: Item) -> float:
    return read_charge(encoded_size(own(item)))
