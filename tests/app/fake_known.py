"""What the double of the layer knows beside numbers: accounts, targets, cohorts, scores."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pandas as pd

from metrics import Cohorts, Happening, MadeOf, Makeup, Query, Target, Worse
from metrics.periods import Calendar, Grain, split

ACCOUNTS = {
    "acc_1": {"customer_name": "Bold Goat", "industry": "Bar", "created_date": date(2022, 4, 1)},
    "acc_2": {"customer_name": "Old Bell", "industry": "Hotel", "created_date": date(2023, 1, 9)},
    "acc_3": {"customer_name": "Old Bell", "industry": None, "created_date": None},
}


class FakeKnown:
    """Questions beside numbers, answered from the tables above and from plain rules."""

    build: Any
    catalog: Any
    accounts = ACCOUNTS

    def attributes(self, dimension: str, columns: Sequence[str]) -> dict[str, dict[str, Any]]:
        if dimension != "customer":
            return {}
        return {key: {n: row.get(n) for n in columns} for key, row in self.accounts.items()}

    def targets(self) -> list[Target]:
        year = (date(2026, 1, 1), date(2027, 1, 1))
        return [Target("total_mrr", *year, 9e6), Target("customer_churn_rate", *year, 0.03)]

    def curve(self, query: Query, ages: Sequence[int]) -> Any:
        assert query.start
        assert query.end
        periods = split(query.start, query.end, query.grain, Calendar())
        rows = [
            {
                "metric": query.metrics[0],
                "age": age,
                "start": period.start,
                "complete": period.end + timedelta(days=age) <= self.build.as_of,
                "value": 0.6 - age / 400,
            }
            for period in periods
            for age in ages
        ]
        return SimpleNamespace(frame=pd.DataFrame(rows))

    def cohorts(self, query: Query) -> Cohorts:
        assert query.start
        assert query.end
        months = [p.start for p in split(query.start, query.end, Grain.MONTH, Calendar())]
        rows = [
            (month, age, 100.0 - age, 10.0, True, 1 - age / 100, 1.0)
            for first, month in enumerate(months)
            for age in range(len(months) - first)
        ]
        names = ["cohort", "age", "value", "members", "complete", "value_share", "member_share"]
        return Cohorts(pd.DataFrame(rows, columns=names), self.catalog.metrics["total_mrr"])

    def makeup(self, metric: str, member: str, day: date) -> Makeup:
        parts = (
            MadeOf("engagement", 12.0, 60.0, 0.6, 36.0),
            MadeOf("devices", 90.0, 85.0, 0.4, 34.0),
            MadeOf("support", None, None, 0.0, None),
        )
        return Makeup("customer_health", "How well it goes.", 1, "mean", 70.0, parts)

    def happened(
        self, names: Sequence[str], dimension: str, member: str, start: date, end: date
    ) -> list[Happening]:
        return [Happening(end, "expansion_mrr", 50.0), Happening(start, "tickets_created", 2.0)]

    def worsened(self, query: Query, grain: Grain) -> list[Worse]:
        line = (0.02, 0.022, 0.024)
        return [Worse("customer_churn_rate", 0.024, 0.004, 0.2, 0.001, 4.0, line)]
