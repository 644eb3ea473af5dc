"""What the words of this app mean, as data: short, and the same as in the documentation."""

from __future__ import annotations

from dataclasses import dataclass

from app.specs import STATUS_NAMES, TIER_NAMES


@dataclass(frozen=True)
class Chapter:
    """Words of one sort with their meaning.

    `of` names what a metric is looked up by to count and show examples: the end of its name, or
    a property that holds the key.
    """

    title: str
    word: str
    of: str
    meanings: dict[str, str]
    names: dict[str, str]


ENDINGS = {
    "_7d _30d _90d": "the 7, 30 or 90 days that end with the day",
    "_1m _3m _12m": "the months that end with the day",
    "_mtd _qtd _ytd": "from the first day of the month, quarter or year to the day",
    "_yoy": "growth against the same day a year earlier",
    "_pct _rate": "mostly a share: 0.25 is 25 %",
    "_ratio": "one number over another, often above 1",
    "_score": "points on a scale, mostly 0 to 100",
    "_count": "how many",
    "_days _hours _minutes _seconds _months": "a length of time in that unit",
}
KINDS = {
    "flow": "what happened, added up over days; periods add up unless they overlap, as _30d does",
    "stock": "a state at the end of a period; never add periods",
    "distinct": "how many different ones, each counted once; never add periods or groups",
    "movement": "both ends of a period held against each other: what came, grew, shrank and went",
    "cohort": "how much of those who began together is left later on",
    "quantile": "a value that a part of the rows stays below, such as the median",
    "snapshot": "the state on the day of the build; its past is what earlier builds kept",
    "score": "points blended from several inputs",
    "composite": "a weighted mean of metrics",
    "ratio": "one number over another; parts of it are never averaged",
    "derived": "arithmetic on other metrics",
    "entities": "a summary over one row per customer, user or device",
}
TIERS = {
    1: "what the company is run by; on the first page",
    2: "what a team is run by",
    3: "what explains the others",
}
STATUSES = {
    "live": "has numbers",
    "ready": "the warehouse has what it needs; the next build brings it to life",
    "waiting": "the warehouse lacks a table or column it needs",
    "blocked": "its tables are there, but empty or silent",
}
CHAPTERS = (
    Chapter("How names end", "Ending", "name", ENDINGS, {}),
    Chapter("Kinds", "Kind", "kind", KINDS, {key: key.capitalize() for key in KINDS}),
    Chapter(
        "Importance",
        "Importance",
        "tier",
        {str(key): text for key, text in TIERS.items()},
        {str(key): name for key, name in TIER_NAMES.items()},
    ),
    Chapter("States", "State", "status", STATUSES, STATUS_NAMES),
)
