"""Rows of what a warehouse may tell of e-mail, social networks, the brand and content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from tests.proof.facts import Promise
from tests.proof.raw import Raw, Row, lower, money

PROMISES = (
    Promise(
        "email_events",
        "email",
        ("campaign_id", "recipient_id", "event", "occurred_at"),
        "occurred_at",
    ),
    Promise("social_engagement", "social", ("network", "post_id", "date"), "date"),
    Promise("brand_answers", "brand_survey", ("respondent_id", "responded_at"), "responded_at"),
    Promise("brand_mentions", "listening", ("mention_id",), "mentioned_at"),
    Promise("content_spend", "content", ("cost_id",), "spent_on"),
    Promise(
        "content_credits",
        "web hubspot app_database content",
        ("customer_id", "touch_id"),
        "converted_on",
    ),
)
EVENTS = {
    "delivery": "delivered",
    "open": "opened",
    "click": "clicked",
    "unsubscribe": "unsubscribed",
}
POINTS = {"unaided": 100.0, "aided": 50.0, "none": 0.0}


def by_name(raw: Raw, rows: Callable[[str], list[Row]]) -> Iterator[tuple[str, Iterable[Row]]]:
    """Each fact's name and rows."""
    yield "email_events", _email_events(raw)
    yield "social_engagement", _social_engagement(raw)
    yield "brand_answers", _brand_answers(raw)
    yield "brand_mentions", _brand_mentions(raw)
    yield "content_spend", _content_spend(raw)
    pieces = {row["content"] for row in rows("content_spend")} - {None}
    yield (
        "content_credits",
        [_credit(row) for row in rows("attribution_credits") if row["content"] in pieces],
    )


def _email_events(raw: Raw) -> Iterator[Row]:
    for row in raw.rows("email_events"):
        event = lower(row["event"])
        yield {**row, "event": EVENTS.get(event or "", event)}


def _social_engagement(raw: Raw) -> Iterator[Row]:
    for row in raw.rows("social_engagement"):
        yield {**row, "network": lower(row["network"])}


def _brand_answers(raw: Raw) -> Iterator[Row]:
    for row in raw.rows("brand_survey_responses"):
        yield {
            "respondent_id": row["respondent_id"],
            "region": row["region"],
            "awareness": lower(row["awareness"]),
            "points": POINTS.get(lower(row["awareness"]) or ""),
            "responded_at": row["responded_at"],
        }


def _brand_mentions(raw: Raw) -> Iterator[Row]:
    for row in raw.rows("social_mentions"):
        yield {
            "mention_id": row["id"],
            "network": lower(row["network"]),
            "brand": row["brand"],
            "is_own": row["is_own"] is True,
            "mentioned_at": row["mentioned_at"],
        }


def _content_spend(raw: Raw) -> Iterator[Row]:
    for row in raw.rows("content_costs"):
        yield {
            "cost_id": row["id"],
            "content": row["content"],
            "spent_on": row["spent_on"],
            "cost": money(row["cost"]),
        }


def _credit(row: Row) -> Row:
    names = ("customer_id", "touch_id", "content", "linear_revenue", "converted_on")
    return {name: row[name] for name in names}
