"""What the demo company wants to reach, as the small file companies write."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np

from metrics.demo.funnel import WON, Funnel
from metrics.demo.world import DAY, World
from metrics.periods import add_months

AMBITION = 1.12  # targets ask for a little more than was won
QUARTERS_AHEAD = 2
# What the company wants its states and rates to be, in every year alike.
EVERY_YEAR = {
    "net_revenue_retention": 1.0,
    "customer_churn_rate": 0.03,
    "customer_health_score": 80,
    "win_rate": 0.4,
    "device_availability_pct": 0.995,
    "dau_mau_ratio": 0.25,
}


def write_targets(world: World, funnel: Funnel, path: Path) -> None:
    """Write what sales is to win in every quarter of the history and the next two; and the rest."""
    lines = ["# What sales is to win in new business, by quarter.", "targets:"]
    for start, end in _quarters(world):
        amount = round(AMBITION * _won_a_day(world, funnel, start) * (end - start).days, -3)
        lines.append(
            f"  - {{metric: new_business, period_start: {start}, period_end: {end}, "
            f"amount: {amount:.0f}}}"
        )
    lines += _every_year(world)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _every_year(world: World) -> list[str]:
    years = range(_day(world.first).year, _day(world.end).year + 1)
    return [
        "# What the company wants its headline numbers to be.",
        *(
            f"  - {{metric: {name}, period_start: {year}-01-01, period_end: {year + 1}-01-01, "
            f"amount: {amount:g}}}"
            for name, amount in EVERY_YEAR.items()
            for year in years
        ),
    ]


def _quarters(world: World) -> list[tuple[date, date]]:
    first, last = _day(world.first), _day(world.end)
    start = date(first.year, 3 * ((first.month - 1) // 3) + 1, 1)
    found = []
    while start <= add_months(last, 3 * QUARTERS_AHEAD):
        found.append((start, add_months(start, 3)))
        start = add_months(start, 3)
    return found


def _won_a_day(world: World, funnel: Funnel, day: date) -> float:
    """New business won on an average day, growing over the history as the company does."""
    deals = funnel.deals
    won = (deals.outcome == WON) & ~deals.existing & (deals.closed >= world.first * DAY)
    mean = float(np.sum(deals.amount[won])) / world.scale.history_days
    progress = ((day - _day(world.first)).days) / world.scale.history_days
    return mean * (0.8 + 0.4 * min(max(progress, 0.0), 1.2))


def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)
