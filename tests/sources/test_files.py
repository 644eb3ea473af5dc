"""The company's own small files: read with their problems, and standing in for a table."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from metrics import open_layer
from metrics.errors import DefinitionError
from metrics.pipeline import run_build
from metrics.settings import Settings
from metrics.sources.files import read_rows
from metrics.sources.read import read_queries
from tests.support.mini import prepare

SHOP = {
    "as_of": date(2026, 1, 31),
    "facts": {
        "aims": {
            "key": ["metric", "period_start"],
            "interval": {"from": "period_start", "to": "period_end"},
            "columns": {
                "metric": "text",
                "period_start": "date",
                "period_end": "date",
                "amount": "number",
            },
            "sql": "SELECT metric, period_start, period_end, amount FROM source.targets",
        },
        "sales": {
            "key": ["id"],
            "time": "sold_on",
            "columns": {"id": "integer", "sold_on": "date"},
            "rows": [[1, "2026-01-01"], [2, "2026-01-31"]],
        },
    },
    "measures": {
        "aim": {
            "fact": "aims",
            "kind": "flow",
            "value": "amount",
            "spread": True,
            "where": {"metric": "sales"},
        },
        "sales": {"fact": "sales", "kind": "flow"},
    },
    "metrics": {"aimed": {"measure": "aim"}, "sold": {"measure": "sales"}},
}
GOOD = """targets:
  - {metric: sales, period_start: 2026-01-01, period_end: 2026-02-01, amount: 310}
  - {metric: other, period_start: 2026-01-01, period_end: 2026-02-01, amount: 999}
"""


def with_source(folder: Path, url: str | None) -> Settings:
    """The shop, whose queries know the source `targets`."""
    settings = prepare(SHOP, folder, url)
    file = settings.queries / "sources.yml"
    text = file.read_text(encoding="utf-8")
    columns = '"metric": "text", "period_start": "date", "period_end": "date", "amount": "number"'
    own = f'"targets": {{"table": "raw.targets", "system": "aims", "columns": {{{columns}}}}}'
    file.write_text(text.replace('{"sources": {', f'{{"sources": {{{own}, ', 1), encoding="utf-8")
    return settings.model_copy(update={"targets": folder / "aims.yml"})


@pytest.mark.parametrize("engine", ["duckdb", "postgresql"])
def test_a_file_stands_in_for_the_table(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("pg_url") if engine == "postgresql" else None
    settings = with_source(tmp_path, url)
    run_build(settings)
    layer = open_layer(settings)
    waiting = layer.catalog.metrics["aimed"]
    assert (waiting.status, waiting.waiting_for[0][:11]) == ("waiting", "raw.targets")

    (tmp_path / "aims.yml").write_text(GOOD, encoding="utf-8")
    run_build(settings)
    answer = layer.query("aimed", start=date(2026, 1, 1), end=date(2026, 1, 10))
    assert answer.frame["value"].tolist() == [pytest.approx(100)]
    layer.close()


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("targets: []\n", []),
        ("aims: []\n", ["aims.yml:1: aims: 'aims' is not known here."]),
        (GOOD.replace("310", "lots"), ["aims.yml:2: targets.0.amount: Input should be"]),
        (
            GOOD.replace("2026-02-01, amount: 310", "2026-01-01, amount: 310"),
            ["aims.yml:2: targets.0: period_end is the first day after the period"],
        ),
        (
            GOOD.replace("metric: sales, ", "").replace("amount: 999", "amount: x"),
            ["aims.yml:2: targets.0.metric: 'metric' is missing", "aims.yml:3: targets.1.amount"],
        ),
    ],
)
def test_what_a_file_may_say(text: str, problems: list[str], tmp_path: Path) -> None:
    settings = with_source(tmp_path, None)
    path = tmp_path / "aims.yml"
    path.write_text(text, encoding="utf-8")
    source = read_queries(settings.queries).sources["targets"]
    if not problems:
        assert read_rows(source, path) == []
        return
    with pytest.raises(DefinitionError) as refused:
        read_rows(source, path)
    told = [str(problem) for problem in refused.value.problems]
    assert len(told) == len(problems)
    assert all(one.startswith(start) for one, start in zip(told, problems, strict=True)), told


def test_no_file_is_no_source(tmp_path: Path) -> None:
    settings = with_source(tmp_path, None)
    assert read_rows(read_queries(settings.queries).sources["targets"], tmp_path / "no.yml") is None
