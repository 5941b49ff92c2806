"""A table as a Parquet file. Needs pyarrow, the extra `parquet`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from shared.rendering.tables.columns import Kind, columns_of

LARGEST_GROUP_BYTES = 8 * 1024 * 1024
"""Of JSON. A row group is in memory while it is made. It was some 40 MB of Python's objects."""


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
    # Snappy, because every program that reads Parquet knows it.
    with parquet.ParquetWriter(file, schema, compression="snappy") as writer:
        for columns in _groups(shape, rows, group_bytes):
            table = pa.Table.from_arrays(
                [pa.array(*each) for each in zip(columns, schema.types, strict=True)], schema=schema
            )
            writer.write_table(table, row_group_size=table.num_rows)


def _groups(shape: type[msgspec.Struct], rows: Iterable[bytes], largest: int) -> Iterator[list[list[Any]]]:
    """Yield the values of each column, by groups of rows. The row that makes a group exceed `largest` bytes ends it."""
    decode = msgspec.json.Decoder(shape).decode
    columns: list[list[Any]] = [[] for _ in shape.__struct_fields__]
    size = 0
    for row in rows:
        for column, value in zip(columns, msgspec.structs.astuple(decode(row)), strict=True):
            column.append(value)
        size += len(row)
        if size > largest:
            yield columns
            for column in columns:
                column.clear()
            size = 0
    if size:
        yield columns
