"""A table as a Parquet file. Needs pyarrow, the extra `parquet`."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from shared.rendering.tables.columns import Kind, columns_of, in_columns

LARGEST_GROUP_BYTES = 8 * 1024 * 1024
"""Of JSON. A row group is in memory while it is made; with Python's objects it takes about four times as much."""


def write_parquet(
    shape: type[msgspec.Struct], rows: Iterable[bytes], file: Path, group_bytes: int = LARGEST_GROUP_BYTES
) -> None:
    """Write rows, each as JSON, as a table with the columns of `shape`. Each column has its meaning as metadata."""
    import pyarrow as pa  # noqa: PLC0415 - of an extra, and larger than all other packages together
    from pyarrow import parquet  # noqa: PLC0415 - as above

    types = {
        Kind.TEXT: pa.string(),
        Kind.INTEGER: pa.int64(),
        Kind.NUMBER: pa.float64(),
        Kind.BOOLEAN: pa.bool_(),
        Kind.TIME: pa.timestamp("us", tz="UTC"),
    }
    schema = pa.schema(
        pa.field(column.name, types[column.kind], nullable=column.nullable, metadata={"description": column.meaning})
        for column in columns_of(shape)
    )
    decode = msgspec.json.Decoder(shape).decode
    # Snappy, because every program that reads Parquet knows it.
    with parquet.ParquetWriter(file, schema, compression="snappy") as writer:
        for group in _groups(rows, group_bytes):
            columns = in_columns(shape, [decode(row) for row in group])
            writer.write_table(pa.Table.from_pydict(columns, schema=schema), row_group_size=len(group))


def _groups(rows: Iterable[bytes], largest: int) -> Iterator[list[bytes]]:
    """Yield rows in groups. A group ends with the row that makes it exceed `largest` bytes."""
    group: list[bytes] = []
    size = 0
    for row in rows:
        group.append(row)
        size += len(row)
        if size > largest:
            yield group
            group, size = [], 0
    if group:
        yield group
