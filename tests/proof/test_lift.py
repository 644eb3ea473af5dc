"""Scores are worth having: what docs/scores.md says of the days after is what the demo shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proof.lift import Group, fifths, lines, measure

PAGE = Path(__file__).parents[2] / "docs/scores.md"


def test_fifths_go_from_the_worst_to_the_best() -> None:
    told = [(float(score), score < 3) for score in (9, 1, 2, 5, 8, 7, 3, 4, 6, 0)]
    assert fifths(told) == [
        Group("worst", 2, 0, 1, 2),
        Group("2", 2, 2, 3, 1),
        Group("3", 2, 4, 5, 0),
        Group("4", 2, 6, 7, 0),
        Group("best", 2, 8, 9, 0),
    ]
    assert [one.low for one in fifths(told, higher_is_worse=True)] == [8, 6, 4, 2, 0]
    text = list(lines({"churn_risk_score": fifths(told)}))
    assert text[2] == "| `churn_risk_score` | worst | 2 | 0 to 1 | 100.0% left | 3.3 |"


@pytest.mark.slow
def test_what_followed_is_what_the_page_says(tmp_path: Path) -> None:
    found = measure("demo", 7, tmp_path)
    written = PAGE.read_text(encoding="utf-8")
    assert [line for line in lines(found) if line not in written] == []
    for name in ("customer_health_score", "churn_risk_score"):
        worst, *_, best = found[name]
        assert worst.rate > 2.5 * best.rate
    at_risk, others = found["customer_at_risk"]
    assert at_risk.rate > 3 * others.rate
    assert found["user_engagement"][-1].rate > 5 * found["user_engagement"][0].rate
