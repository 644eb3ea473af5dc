"""What a warehouse may tell of e-mail, social networks, the brand and content."""

from __future__ import annotations

from tests.proof.question import Question, Value, count, distinct, divide, total
from tests.proof.registry import proof

EVENTS = "email_events"


def _register_email(name: str, event: str) -> None:
    @proof(name, EVENTS)
    def per_delivered(q: Question) -> Value:
        """Each recipient once per campaign, on both sides."""
        above, below = (
            distinct(
                q.during(EVENTS, q.period, lambda r, one=one: r.event == one),
                "campaign_id",
                "recipient_id",
            )
            for one in (event, "delivered")
        )
        return divide(above, below)


_register_email("email_open_rate", "opened")
_register_email("email_click_rate", "clicked")
_register_email("email_unsubscribe_rate", "unsubscribed")


@proof("social_engagement_rate", "social_engagement")
def social_engagement_rate(q: Question) -> Value:
    days = q.during("social_engagement", q.period)
    return divide(total(days, "engagements"), total(days, "impressions"))


@proof("brand_awareness_score", "brand_answers")
def brand_awareness_score(q: Question) -> Value:
    answers = q.during("brand_answers", q.period, lambda r: r.points.notna())
    return divide(total(answers, "points"), count(answers))


@proof("share_of_voice", "brand_mentions")
def share_of_voice(q: Question) -> Value:
    own = q.during("brand_mentions", q.period, lambda r: r.is_own)
    return divide(count(own), count(q.during("brand_mentions", q.period)))


@proof("content_roi", "content_credits", "content_spend")
def content_roi(q: Question) -> Value:
    revenue = total(q.during("content_credits", q.period), "linear_revenue")
    return divide(revenue, total(q.during("content_spend", q.period), "cost"))
