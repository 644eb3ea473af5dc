"""The written schema of the published models is what the database has."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.models.conftest import Published

SCHEMA = Path(__file__).parents[2] / "metrics/models/schema.yml"
SPELLED = {"character varying": "text", "varchar": "text", "double": "double precision"}


def test_tables_have_the_columns_and_types_of_the_schema(published: Published) -> None:
    table = published.read(
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'metrics' ORDER BY table_name, ordinal_position"
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for row in table.itertuples():
        kind = row.data_type.lower()
        found.setdefault(row.table_name, []).append((row.column_name, SPELLED.get(kind, kind)))
    for model in yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))["models"]:
        wanted = [(column["name"], column["data_type"]) for column in model["columns"]]
        # Metrics that wait stand last in the database; the schema does not know which do.
        assert sorted(found[model["name"]]) == sorted(wanted), model["name"]


def test_no_two_rows_share_a_grain(published: Published) -> None:
    for model in yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))["models"]:
        grain = ", ".join(model["config"]["meta"]["grain"])
        twice = published.read(
            f"SELECT {grain} FROM metrics.{model['name']} GROUP BY {grain} HAVING COUNT(*) > 1"
        )
        assert twice.empty, model["name"]
