"""What the company counts: one or two metrics for each kind and each form of metric."""

from __future__ import annotations

from typing import Any

from tests.soundness.company import AS_OF, ENTITIES, FACTS, TIME_ZONE, random_rows
from tests.support.mini import Spec

CUSTOMER = ["industry", "plan"]
BY_CUSTOMER = [[], ["industry"], ["customer_id"]]

ROLLUPS: dict[str, Any] = {
    "visits": [
        [],
        ["industry", "platform"],
        ["customer_id", "platform"],
        ["customer_id", "role"],
        ["hour", "customer_id"],
    ],
    "people": [[], ["industry", "role"], ["customer_id", "role"], ["industry", "platform"]],
    "signed_up_visits": [[], ["industry", "role"], ["customer_id"]],
    "subscriptions": BY_CUSTOMER,
    "outages": BY_CUSTOMER,
    "deals": BY_CUSTOMER,
}
DIMENSIONS: dict[str, Any] = {
    "industry": {"label": "Industry"},
    "plan": {"label": "Plan", "as_of": "plans"},
    "platform": {"label": "Platform"},
    "role": {"label": "Role"},
    "hour": {"label": "Hour"},
    "weekday": {"label": "Weekday", "calendar": "weekday"},
}
MEASURES: dict[str, Any] = {
    "visit_count": {"fact": "visits", "kind": "flow"},
    "page_sum": {"fact": "visits", "kind": "flow", "value": "pages"},
    "phone_visits": {"fact": "visits", "kind": "flow", "where": {"platform": "phone"}},
    "long_visits": {"fact": "visits", "kind": "flow", "where": {"pages": {"min": 3, "max": 5}}},
    "pages_seen": {"fact": "visits", "kind": "rows", "value": "pages"},
    "people": {"fact": "visits", "kind": "distinct", "key": ["user_id"], "within": ["platform"]},
    "signed_up_visits": {
        "fact": "visits",
        "kind": "cohort",
        "key": ["user_id"],
        "anchor": {"fact": "signups", "key": "user_id"},
    },
    "mrr": {"fact": "subscriptions", "kind": "stock", "value": "mrr"},
    "live": {"fact": "subscriptions", "kind": "stock"},
    "live_starts": {"fact": "subscriptions", "kind": "stock", "value": "start_day"},
    "settled_mrr": {"fact": "subscriptions", "kind": "stock", "value": "mrr", "delay": 3},
    "ended": {"fact": "subscriptions", "kind": "flow", "at": "end"},
    "customer_mrr": {"fact": "subscriptions", "kind": "movement", "value": "mrr"},
    "down": {"fact": "outages", "kind": "stock", "clock": True},
    "down_seconds": {"fact": "outages", "kind": "flow", "value": "seconds", "at": "end"},
    "deal_amount": {"fact": "deals", "kind": "flow", "value": "amount"},
    "closed_deals": {"fact": "deals", "kind": "flow"},
    "won_deals": {"fact": "deals", "kind": "flow", "where": {"is_won": True}},
    "rent": {"fact": "rents", "kind": "flow", "value": "amount", "spread": True},
    "weekend_visits": {"fact": "visits", "kind": "flow", "where": {"weekday": [6, 7]}},
    "ending_mrr": {"fact": "subscriptions", "kind": "stock", "value": "mrr", "last": 20},
    "dated": {"fact": "subscriptions", "kind": "stock", "where": {"end_day": {"min": 0}}},
    "dated_ends": {"fact": "subscriptions", "kind": "stock", "value": "end_day"},
    "ended_days": {"fact": "subscriptions", "kind": "flow", "value": "days", "at": "end"},
    "down_since": {"fact": "outages", "kind": "stock", "value": "start_second"},
    "short_outages": {
        "fact": "outages",
        "kind": "flow",
        "at": "end",
        "where": {"seconds": {"max": 18_000}},
    },
    "outage_lengths": {"fact": "outages", "kind": "rows", "value": "seconds", "at": "end"},
}
METRICS: dict[str, Any] = {
    "visits": {"measure": "visit_count", "dimensions": [*CUSTOMER, "platform", "role", "hour"]},
    "visits_by_weekday": {"measure": "visit_count", "dimensions": ["weekday"]},
    "pages": {"measure": "page_sum", "dimensions": CUSTOMER},
    "phone_visits_7d": {"measure": "phone_visits", "window": "7 days", "dimensions": ["industry"]},
    "long_visits_mtd": {"measure": "long_visits", "window": "mtd", "dimensions": CUSTOMER},
    "desktop_visits": {"measure": "visit_count", "where": {"platform": "desktop"}},
    "visitors": {"measure": "people", "dimensions": [*CUSTOMER, "role", "platform"]},
    "visitors_30d": {"measure": "people", "window": "30 days", "dimensions": CUSTOMER},
    "visitors_month": {"measure": "people", "window": "1 month", "dimensions": ["role"]},
    "visitors_qtd": {"measure": "people", "window": "qtd", "dimensions": ["role"]},
    "visitor_days": {"key_days": {"measure": "people"}, "dimensions": CUSTOMER},
    "days_since_visit": {"since_last": {"measure": "people"}, "dimensions": CUSTOMER},
    "pages_per_visit": {
        "ratio": {"numerator": "page_sum", "denominator": "visit_count"},
        "dimensions": CUSTOMER,
    },
    "visits_per_day": {"expression": "(visit_count - 2 * phone_visits) / days"},
    "visitor_share": {"share_of_total": "people", "dimensions": [*CUSTOMER, "platform"]},
    "visit_growth": {
        "growth": {"of": "visit_count", "over": "1 month"},
        "unit": "percentage",
        "dimensions": ["industry"],
    },
    "visit_change": {"change": {"of": "visits", "over": "1 month"}},
    "median_pages": {"quantile": {"measure": "pages_seen", "q": 0.5}, "dimensions": CUSTOMER},
    "most_pages": {"quantile": {"measure": "pages_seen", "q": 0.9}},
    "returned_in_week": {
        "cohort": {"measure": "signed_up_visits", "reached": "within", "days": 7},
        "dimensions": ["industry", "role"],
    },
    "returned_on_day_20": {"cohort": {"measure": "signed_up_visits", "reached": "on", "days": 20}},
    "returned_so_far": {
        "cohort": {"measure": "signed_up_visits", "reached": "so_far"},
        "dimensions": CUSTOMER,
    },
    "total_mrr": {"measure": "mrr", "dimensions": CUSTOMER},
    "live_subscriptions": {"measure": "live", "dimensions": CUSTOMER},
    "settled": {"measure": "settled_mrr", "dimensions": CUSTOMER},
    "ended_subscriptions": {"measure": "ended", "dimensions": ["industry"]},
    "mean_age": {"mean_age": {"count": "live", "start": "live_starts"}, "dimensions": CUSTOMER},
    "subscribed_days": {"time_in": {"measure": "live", "unit": "days"}, "dimensions": CUSTOMER},
    "down_hours": {"time_in": {"measure": "down", "unit": "hours"}, "dimensions": CUSTOMER},
    "ended_down_seconds": {"measure": "down_seconds"},
    "median_mrr": {
        "entities": {"measures": ["mrr"], "by": ["customer_id"], "aggregate": "median"},
        "dimensions": CUSTOMER,
    },
    "top_share": {
        "entities": {
            "measures": ["mrr"],
            "by": ["customer_id"],
            "aggregate": "top_share",
            "number": 2,
        },
        "dimensions": CUSTOMER,
    },
    "most_visits": {
        "entities": {"measures": ["visit_count"], "by": ["customer_id"], "aggregate": "max"},
        "dimensions": CUSTOMER,
    },
    "busiest_hour": {
        "entities": {"measures": ["visit_count"], "by": ["hour"], "aggregate": "max"},
        "dimensions": CUSTOMER,
    },
    "unsettled": {
        "entities": {
            "measures": ["mrr", "settled_mrr"],
            "by": ["customer_id"],
            "aggregate": "differ_by",
            "number": 5,
        },
        "dimensions": CUSTOMER,
    },
    "mostly_phone": {
        "entities": {
            "measures": ["phone_visits", "visit_count"],
            "by": ["customer_id"],
            "aggregate": "share_at_least",
            "number": 0.5,
        },
        "dimensions": CUSTOMER,
    },
    "revenue": {"measure": "deal_amount", "dimensions": CUSTOMER},
    "revenue_growth": {"growth": {"of": "revenue", "over": "1 month"}, "unit": "percentage"},
    "win_rate": {
        "ratio": {"numerator": "won_deals", "denominator": "closed_deals"},
        "dimensions": CUSTOMER,
    },
    "revenue_per_visit": {"ratio": {"numerator": "deal_amount", "denominator": "visit_count"}},
    "rent_cost": {"measure": "rent"},
    "margin": {"expression": "deal_amount - rent"},
}
METRICS |= {
    f"visitors_{take}": {
        "lifecycle": {"measure": "people", "take": take},
        "window": "14 days",
        "dimensions": ["industry", "role"],
    }
    for take in ("new", "returning", "resurrected", "dormant", "before")
}
METRICS |= {
    "visitor_adoption": {
        "ratio": {"numerator": "people", "denominator": "visitors"},
        "across": {"visitors": ["platform"]},
        "dimensions": ["industry", "platform"],
    },
    "weekend_share": {"ratio": {"numerator": "weekend_visits", "denominator": "visit_count"}},
    "visits_ever": {"measure": "visit_count", "window": "all time", "dimensions": CUSTOMER},
    "paid_before": {"offset": {"of": "total_mrr", "by": "1 month"}, "dimensions": ["industry"]},
    "soon_gone": {"measure": "ending_mrr", "dimensions": CUSTOMER},
    "days_ahead": {"mean_ahead": {"count": "dated", "end": "dated_ends"}, "dimensions": CUSTOMER},
    "days_stayed": {"ratio": {"numerator": "ended_days", "denominator": "ended"}},
    "down_age": {
        "mean_age": {"count": "down", "start": "down_since", "unit": "hours"},
        "dimensions": ["industry"],
    },
    "short_outages_ended": {"measure": "short_outages", "dimensions": ["industry"]},
    "median_outage": {"quantile": {"measure": "outage_lengths", "q": 0.5}},
    "big_payers": {
        "entities": {
            "measures": ["mrr"],
            "by": ["customer_id"],
            "aggregate": "count_above",
            "number": 20,
        },
        "dimensions": CUSTOMER,
    },
    "returned_in_bracket": {
        "cohort": {"measure": "signed_up_visits", "reached": "between", "days": 16, "until": 20},
        "dimensions": ["industry", "role"],
    },
    "returned_after": {
        "cohort": {"measure": "signed_up_visits", "reached": "after", "days": 10, "until": 20},
        "window": "60 days",
    },
    "returned_in_week_30d": {
        "cohort": {"measure": "signed_up_visits", "reached": "within", "days": 7},
        "window": "30 days",
        "dimensions": ["industry", "role"],
    },
    "returned_on_day_20_mtd": {
        "cohort": {"measure": "signed_up_visits", "reached": "on", "days": 20},
        "window": "mtd",
    },
    "mark": {
        "composite": {
            "parts": {
                "wins": {"metric": "win_rate", "scale": [[0, 0], [0.5, 100]], "weight": 0.6},
                "depth": {"metric": "pages_per_visit", "scale": [[2, 0], [4, 100]], "weight": 0.4},
            },
            "minimum_weight": 0.5,
        },
        "dimensions": ["industry"],
    },
}
TAKES = (
    "opening closing new expansion contraction churned reactivation net retained retained_capped "
    "opening_count closing_count new_count churned_count reactivated_count retained_count"
).split()
METRICS |= {
    f"mrr_{take}": {
        "movement": {
            "measure": "customer_mrr",
            "take": take,
            "segment": "opening" if take in ("churned", "retained") else "closing",
        },
        "dimensions": CUSTOMER,
    }
    for take in TAKES
}
UNITS = {
    "currency": (
        *("total_mrr", "settled", "median_mrr", "rent_cost", "margin"),
        *("paid_before", "soon_gone"),
        *(f"mrr_{take}" for take in TAKES if not take.endswith("_count")),
    ),
    "percentage": (
        *("visitor_share", "returned_in_week", "returned_on_day_20", "returned_so_far"),
        *("top_share", "mostly_phone", "win_rate", "returned_after", "returned_in_bracket"),
        *("visitor_adoption", "weekend_share", "returned_in_week_30d", "returned_on_day_20_mtd"),
    ),
    "duration": (
        *("days_since_visit", "mean_age", "down_hours", "ended_down_seconds", "days_ahead"),
        *("days_stayed", "down_age", "median_outage"),
    ),
    "score": ("mark",),
}
METRICS |= {name: {**METRICS[name], "unit": unit} for unit in UNITS for name in UNITS[unit]}


def company(seed: int) -> Spec:
    """Tables, rows and declarations of a random company."""
    rows = random_rows(seed)
    return {
        "as_of": AS_OF,
        "settings": {"time_zone": TIME_ZONE},
        "entities": {name: {**about, "rows": rows[name]} for name, about in ENTITIES.items()},
        "facts": {name: {**about, "rows": rows[name]} for name, about in FACTS.items()},
        "dimensions": DIMENSIONS,
        "rollups": ROLLUPS,
        "measures": MEASURES,
        "metrics": METRICS,
    }
