"""The kinds of measures: what is kept of each and what may be done with it.

This table is the heart of the layer. Totals, roll-ups, charts, drill-downs and refusals follow
from the kind; a caller cannot choose a wrong aggregation because there is none to choose.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KindOf:
    """One kind.

    kept       what the part holds, one row per what.
    answered   how a range is answered from it.
    takes      numbers a metric may ask of it.
    over_time, over_dimensions
               whether displayed values may be added up along time and along members; what is
               counted once adds up only along what follows from its key (see query.additivity).
    """

    kept: str
    answered: str
    takes: frozenset[str]
    over_time: bool
    over_dimensions: bool


MOVEMENT_TAKES = frozenset(
    {
        "opening",
        "closing",
        "new",
        "expansion",
        "contraction",
        "churned",
        "reactivation",
        "net",
        "retained",
        "retained_capped",
        "opening_count",
        "closing_count",
        "new_count",
        "churned_count",
        "reactivated_count",
        "retained_count",
    }
)
PER_ENTITY = frozenset({"median", "max", "top_share", "differ_by", "share_at_least", "count_above"})
"""Takes that look at one row per entity before they aggregate."""

KINDS: dict[str, KindOf] = {
    "flow": KindOf(
        kept="sum or count per day and roll-up",
        answered="sum over the window's days",
        takes=frozenset({"sum"}),
        over_time=True,
        over_dimensions=True,
    ),
    "stock": KindOf(
        kept="change per day and roll-up, from interval starts and ends",
        answered="sum from the beginning to the window's end",
        takes=frozenset({"level", "time_days", "time_seconds"}),
        over_time=False,
        over_dimensions=True,
    ),
    "distinct": KindOf(
        kept="keys per (day, previous active day of the key) and roll-up",
        answered="rows of the window whose previous day lies before it",
        takes=frozenset(
            {
                "keys",
                "keys_new",
                "keys_returning",
                "keys_resurrected",
                "keys_before",
                "key_days",
                "known_keys",
                "last_days",
            }
        ),
        over_time=False,
        over_dimensions=False,
    ),
    "movement": KindOf(
        kept="change per day and customer, with the first day ever above zero",
        answered="each customer at both ends of the window, classified once",
        takes=frozenset({"level"}) | MOVEMENT_TAKES,
        over_time=False,
        over_dimensions=True,
    ),
    "cohort": KindOf(
        kept="keys per (anchor day, age, previous age) and roll-up",
        answered="rows whose age lies in the span and previous age before it",
        takes=frozenset({"size", "reached"}),
        over_time=False,
        over_dimensions=True,
    ),
    "rows": KindOf(
        kept="the fact's rows",
        answered="a quantile of the window's rows",
        takes=frozenset({"quantile"}),
        over_time=False,
        over_dimensions=False,
    ),
    "snapshot": KindOf(
        kept="the state on each day a build saw it",
        answered="the state kept on the window's last day",
        takes=frozenset({"level"}),
        over_time=False,
        over_dimensions=True,
    ),
    "score": KindOf(
        kept="per day: sum, count and counts under bounds; per entity for chosen days",
        answered="the window's last day",
        takes=frozenset({"total", "entities", "under"}),
        over_time=False,
        over_dimensions=True,
    ),
}
