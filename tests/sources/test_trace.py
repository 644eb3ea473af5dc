"""Columns are followed through SQL to what they are made of, and through nothing else."""

from pathlib import Path

import pytest

from metrics.sources.model import Queries
from metrics.sources.read import read_queries
from metrics.sources.trace import Ref, Traced, Tracer
from tests.support.mini import write_queries

DEALS = {"id": "text", "amount": "number", "stage": "text", "owner": "text", "closed": "date"}
OWNERS = {"id": "text", "region": "text", "closed": "date"}

CASES = {
    "renamed": ("SELECT amount AS out FROM source.deals", "amount", ""),
    "computed": ("SELECT amount * 2 + 1 AS out FROM source.deals", "amount", ""),
    "filtered": (
        "SELECT amount AS out FROM source.deals WHERE stage = 'won'",
        "amount",
        "stage",
    ),
    "conditional": (
        "SELECT CASE WHEN stage = 'won' THEN amount END AS out FROM source.deals",
        "amount stage",
        "",
    ),
    "joined": (
        "SELECT o.region AS out FROM source.deals d JOIN source.owners o ON o.id = d.owner",
        "owners.region",
        "owner owners.id",
    ),
    "through a cte": (
        "WITH w AS (SELECT amount AS a, stage FROM source.deals WHERE closed IS NOT NULL) "
        "SELECT a AS out FROM w WHERE stage = 'won'",
        "amount",
        "closed stage",
    ),
    "unused column of a cte": (
        "WITH w AS (SELECT amount AS a, owner AS b FROM source.deals) SELECT a AS out FROM w",
        "amount",
        "",
    ),
    "grouped": (
        "SELECT SUM(amount) AS out FROM source.deals GROUP BY owner HAVING COUNT(stage) > 1",
        "amount",
        "owner stage",
    ),
    "in a window": (
        "SELECT SUM(amount) OVER (PARTITION BY owner ORDER BY closed) AS out FROM source.deals",
        "amount closed owner",
        "",
    ),
    "in a named window": (
        "SELECT LAG(amount) OVER w AS out FROM source.deals WINDOW w AS (ORDER BY closed)",
        "amount",
        "closed",
    ),
    "branches": (
        "SELECT amount AS out FROM source.deals WHERE stage = 'won' "
        "UNION ALL SELECT 0 FROM source.owners WHERE region = 'West'",
        "amount",
        "stage owners.region",
    ),
    "distinct branches": (
        "SELECT id AS out FROM source.deals UNION SELECT id FROM source.owners",
        "id owners.id",
        "id owners.id",
    ),
    "distinct": ("SELECT DISTINCT id AS out FROM source.deals", "id", "id"),
    "correlated": (
        "SELECT amount AS out FROM source.deals d "
        "WHERE EXISTS (SELECT 1 FROM source.owners o WHERE o.id = d.owner AND o.region = 'West')",
        "amount",
        "owner owners.id owners.region",
    ),
    "inner query": (
        "SELECT s.a AS out FROM (SELECT amount AS a FROM source.deals WHERE stage = 'won') AS s",
        "amount",
        "stage",
    ),
    "of a scalar query": (
        "SELECT (SELECT MAX(region) FROM source.owners WHERE closed IS NOT NULL) AS out "
        "FROM source.deals",
        "owners.region owners.closed",
        "",
    ),
    "first of many": (
        "SELECT amount AS out FROM source.deals ORDER BY closed LIMIT 1",
        "amount",
        "closed",
    ),
    "order alone": ("SELECT amount AS out FROM source.deals ORDER BY closed", "amount", ""),
    "everything": ("SELECT *, amount AS out FROM source.deals", "amount", ""),
    "nothing": ("SELECT CAST(NULL AS TEXT) AS out FROM source.deals", "", ""),
    "a constant": ("SELECT 1 AS out FROM source.deals", "", ""),
}


def traced(sql: str, folder: Path) -> Traced:
    """The column `out` of a fact made by some SQL over deals and owners."""
    own = ["id", "amount", "stage", "owner", "closed"] if "SELECT *" in sql else []
    columns = {name: DEALS[name] for name in own} | {"out": "text"}
    table = {"rows": [], "key": ["out"], "snapshot": True}
    write_queries(
        {
            "facts": {
                "deals": {**table, "key": ["id"], "columns": DEALS},
                "owners": {**table, "key": ["id"], "columns": OWNERS},
                "made": {"key": ["out"], "snapshot": True, "columns": columns, "sql": sql},
            }
        },
        folder,
    )
    queries = read_queries(folder)
    return Tracer(queries).trace(queries.facts["made"].files[0], "out")


def refs(text: str) -> set[Ref]:
    """`amount owners.id` as columns; those without a table are of deals."""
    places = [name.rpartition(".") for name in text.split()]
    return {Ref("source", table or "deals", column) for table, _, column in places}


@pytest.mark.parametrize("name", CASES)
def test_a_column_is_followed(name: str, tmp_path: Path) -> None:
    sql, values, rows = CASES[name]
    found = traced(sql, tmp_path)
    assert found.values == refs(values)
    assert found.rows == refs(rows)
    assert found.exact
    assert found.blank == (name == "nothing")


def test_a_column_is_blank_only_when_every_branch_says_so(tmp_path: Path) -> None:
    half = "SELECT NULL AS out FROM source.deals UNION ALL SELECT id FROM source.owners"
    assert not traced(half, tmp_path).blank
    none = half.replace("SELECT id", "SELECT (CAST(NULL AS TEXT))")
    assert traced(none, tmp_path).blank


def test_what_a_file_reads_is_what_its_columns_are_made_of(queries: Queries) -> None:
    """Nothing is lost on the way: all columns together need all that the file reads."""
    tracer = Tracer(queries)
    for _, query in queries.named():
        for file in query.files:
            reads = queries.reads[file.path]
            found = [tracer.trace(file, column) for column in query.columns]
            refs = {ref for one in found for ref in one.values | one.rows}
            assert all(one.exact for one in found), file.path
            assert {ref.query for ref in refs if ref.kind != "source"} == reads.queries
            assert {(ref.name, ref.column) for ref in refs if ref.kind == "source"} == {
                (name, column) for name, columns in reads.sources.items() for column in columns
            }


def test_sql_that_cannot_be_followed_gives_all_that_the_file_reads(
    queries: Queries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.sources.trace.build_scope", lambda tree: None)
    file = queries.facts["devices_in_service"].files[0]
    found = Tracer(queries).trace(file, "valid_from")
    assert not found.exact
    assert found.values == frozenset()
    assert Ref("source", "devices", "id") in found.rows
    assert Ref("entity", "devices", "") in found.rows
