"""Small untidy warehouses with most tables there may be: both engines make the same rows."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from metrics.sources.model import Queries
from tests.proof.warehouses import Shape, random_shape, random_tables, write_warehouse
from tests.sources.test_shipped_queries import comparable
from tests.sources.warehouses import duckdb_engine, make_table, run_queries


def copy_by_contract(ours: sa.Connection, theirs: sa.Connection, queries: Queries) -> None:
    """Tables that `sources.yml` knows, with its columns, from one warehouse to another."""
    present = set(sa.inspect(ours).get_table_names("raw"))
    for source in queries.sources.values():
        if source.table.partition(".")[2] in present:
            columns = ", ".join(
                f'CAST("{name}" AS TEXT)' if kind == "json" else f'"{name}"'
                for name, kind in source.columns.items()
            )
            rows = ours.exec_driver_sql(f"SELECT {columns} FROM {source.table}")
            named = [dict(zip(source.columns, row, strict=True)) for row in rows]
            make_table(theirs, source.table, source.columns, named)


@pytest.mark.parametrize("shape", [random_shape(3), random_shape(8)], ids=lambda shape: shape.seed)
def test_both_engines_give_the_same_rows(
    queries: Queries, shape: Shape, tmp_path: Path, pg_url: str
) -> None:
    path = tmp_path / "warehouse.duckdb"
    write_warehouse(path, random_tables(shape))
    here, there = duckdb_engine(path), sa.create_engine(pg_url)
    with here.connect() as ours, there.begin() as theirs:
        copy_by_contract(ours, theirs, queries)
        theirs.exec_driver_sql("SET TimeZone = 'Asia/Kathmandu'")
        made, remade = run_queries(ours, queries), run_queries(theirs, queries)
        ours.rollback()
    here.dispose()
    there.dispose()
    assert set(made) == set(remade)
    assert [name for name in made if comparable(made[name]) != comparable(remade[name])] == []
