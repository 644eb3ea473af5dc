"""The written reference is that of the definitions as they stand, and tells all of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from metrics.definitions.loader import Definitions
from metrics.models.spec import published_models
from metrics.parts.model import load_model
from metrics.periods import parse_window
from metrics.reference.texts import texts
from metrics.reference.words import window_in_words
from metrics.settings import Settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def fresh() -> Mapping[str, str]:
    return texts()


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return load_model(Settings()).definitions


@pytest.mark.parametrize(
    "name", ["metrics/models/schema.yml", "docs/reference/models.md", "docs/reference/metrics.md"]
)
def test_the_reference_is_current(fresh: Mapping[str, str], name: str) -> None:
    kept = (ROOT / name).read_text(encoding="utf-8")
    assert kept == fresh[name], f"{name} is older than the definitions: make docs"


def test_every_generated_file_is_checked(fresh: Mapping[str, str]) -> None:
    assert set(fresh) == {
        "metrics/models/schema.yml",
        *(str(path.relative_to(ROOT)) for path in (ROOT / "docs/reference").iterdir()),
    }


def test_every_metric_is_told_once(fresh: Mapping[str, str], definitions: Definitions) -> None:
    page = fresh["docs/reference/metrics.md"]
    told = re.findall(r"(?m)^### (\w+)$", page)
    assert sorted(told) == sorted(definitions.metrics)
    assert set(re.findall(r"\(#(\w+_\w+)\)", page)) <= set(told), "links lead somewhere"


def test_every_link_to_a_metric_leads_somewhere(fresh: Mapping[str, str]) -> None:
    told = re.findall(r"(?m)^### (\w+)$", fresh["docs/reference/metrics.md"])
    linked = re.findall(r"metrics\.md#(\w+)", fresh["docs/reference/models.md"])
    assert linked
    assert set(linked) <= set(told)


def test_every_model_and_column_is_described(fresh: Mapping[str, str]) -> None:
    models = yaml.safe_load(fresh["metrics/models/schema.yml"])["models"]
    assert [model["name"] for model in models] == list(published_models())
    for model in models:
        names = [column["name"] for column in model["columns"]]
        assert len(set(names)) == len(names)
        assert set(model["config"]["meta"]["grain"]) <= set(names), model["name"]
        assert all(column["description"] for column in model["columns"]), model["name"]


@pytest.mark.parametrize(
    ("window", "words"),
    [
        ("period", "the days of the period"),
        ("end", "the last day"),
        ("all time", "everything so far"),
        ("30 days", "the last 30 days"),
        ("1 month", "the last month"),
        ("mtd", "the month so far"),
    ],
)
def test_windows_in_words(window: str, words: str) -> None:
    assert window_in_words(parse_window(window)) == words


ENDINGS = {
    "_pct": {"unit": "percentage"},
    "_count": {"unit": "count"},
    "_score": {"unit": "score"},
    "_days": {"unit": "duration", "display_unit": "days"},
    "_hours": {"unit": "duration", "display_unit": "hours"},
    "_months": {"unit": "duration", "display_unit": "months"},
    "_mtd": {"window": "mtd"},
    "_qtd": {"window": "qtd"},
    "_ytd": {"window": "ytd"},
}
"""What endings of names promise, as the guide tells it."""


@pytest.mark.parametrize("ending", ENDINGS)
def test_names_keep_what_their_endings_promise(ending: str, definitions: Definitions) -> None:
    metrics = definitions.metrics.items()
    names = [(one, metric) for name, metric in metrics for one in (name, *metric.aliases)]
    against = [
        (name, field, getattr(metric, field))
        for name, metric in names
        for field, wanted in ENDINGS[ending].items()
        if name.endswith(ending) and getattr(metric, field) != wanted
    ]
    assert against == []
