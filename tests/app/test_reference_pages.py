"""Build history and glossary: what they say, and that nothing is made up where it is not known."""

from __future__ import annotations

from app.glossary import ENDINGS, KINDS, STATUSES, TIERS
from app.specs import STATUS_NAMES, TIER_NAMES
from metrics.reference.words import KINDS as WORDS
from metrics.settings import ROOT
from tests.app.conftest import Open
from tests.app.fake_layer import FakeLayer
from tests.app.test_catalog import said


def test_builds_tell_when_how_and_what_became_of_them(open_page: Open) -> None:
    at = open_page("builds")
    assert not at.exception
    assert "**2** builds are remembered" in said(at)
    table = at.dataframe[0].value
    assert [state for [state] in table["State"]] == ["Current", "Gone"]
    assert table["How"].tolist() == ["incremental", "full"]
    assert table["Took"].tolist() == ["1 min 35 s", "9.4 s"]
    assert table["Rows read"].tolist() == [7120, 7000]
    assert table["Checks"].tolist() == ["2 of 9 found something", "—"]
    assert table["Identities broken"].tolist() == ["0", "—"]


def test_the_states_are_explained_that_are_there(open_page: Open) -> None:
    text = said(open_page("builds"))
    assert "only this line is left of it" in text
    assert "it was gone back from" not in text


def test_the_glossary_counts_and_shows_an_example(open_page: Open, layer: FakeLayer) -> None:
    at = open_page("glossary")
    assert not at.exception
    assert [one.value for one in at.header] == [
        "How names end",
        "Kinds",
        "Importance",
        "States",
        "What numbers can be cut by",
    ]
    endings = at.dataframe[0].value.set_index("Ending")
    months = [name for name in layer.catalog.metrics if name.endswith(("_7d", "_30d", "_90d"))]
    assert endings.loc["_7d _30d _90d", "Metrics"] == len(months)
    assert endings.loc["_7d _30d _90d", "For example"] in months
    assert "_yoy" not in endings.index, "no metric of this layer ends so"


def test_every_word_the_layer_uses_has_a_meaning() -> None:
    assert STATUSES.keys() == STATUS_NAMES.keys()
    assert TIERS.keys() == TIER_NAMES.keys()
    told = (ROOT / "docs" / "METRICS_LAYER_GUIDE.md").read_text(encoding="utf-8")
    for ending in " ".join(ENDINGS).split():
        assert f"`{ending}`" in told
    assert KINDS.keys() == WORDS.keys()
