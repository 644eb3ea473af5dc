"""`metrics why` on the tiny company, held against its raw rows in plain pandas."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from metrics import open_layer
from tests.cli.conftest import Run


def raw(home: Path, sql: str) -> pd.DataFrame:
    with duckdb.connect(str(home / "demo-tiny.duckdb"), read_only=True) as warehouse:
        return warehouse.execute(sql).df()


def test_why_names_members_and_the_change(home: Path, run: Run) -> None:
    said = run("why", "total_mrr", "--by", "tier", "--last", "1m", "--top", "1").output
    assert "Other (" in said
    assert "Total" in said
    rates = run("why", "avg_ctr", "--by", "platform", "--last", "1m").output
    assert "rate_effect" in rates
    refused = run("why", "median_mrr", "--by", "tier", code=5)
    assert "cannot be told" in refused.output


def test_effects_are_what_the_rows_say(home: Path, run: Run) -> None:
    """Spend and click-through by platform, from the table itself, by the mean of two readings:
    the change at the weights of then, and at the weights of now."""
    layer = open_layer()
    asked = {"by": "platform", "start": "2026-10-01", "end": "2026-10-31", "top": 50}
    spend = layer.explain("total_spend", **asked).frame.set_index("member")
    clicks = layer.explain("avg_ctr", **asked).frame.set_index("member")
    layer.close()
    rows = raw(home, "SELECT * FROM raw.ad_performance_daily")
    rows["platform"] = rows["platform"].str.lower()
    rows = rows.drop_duplicates(["platform", "campaign_id", "date"])
    months = rows.groupby([rows["date"].astype(str).str[:7], "platform"])[
        ["cost", "clicks", "impressions"]
    ].sum()
    then, now = months.loc["2026-09"], months.loc["2026-10"]
    assert spend["effect"].to_dict() == pytest.approx((now["cost"] - then["cost"]).to_dict())
    rate = [month["clicks"] / month["impressions"] for month in (then, now)]
    weight = [month["impressions"] / month["impressions"].sum() for month in (then, now)]
    whole = [month["clicks"].sum() / month["impressions"].sum() for month in (then, now)]
    by_rate = sum((rate[1] - rate[0]) * one for one in weight) / 2
    by_mix = (
        sum(
            (weight[1] - weight[0]) * (one - all_of_it)
            for one, all_of_it in zip(rate, whole, strict=True)
        )
        / 2
    )
    assert clicks["rate_effect"].to_dict() == pytest.approx(by_rate.to_dict())
    assert clicks["mix_effect"].to_dict() == pytest.approx(by_mix.to_dict(), abs=1e-12)
    assert clicks["effect"].sum() == pytest.approx(whole[1] - whole[0])
