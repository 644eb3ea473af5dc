"""The website and e-mail."""

from __future__ import annotations

from tests.proof.question import Question, Value, divide, total
from tests.proof.registry import proof

DAYS = "website_days"
SUMS = {
    "website_sessions": "sessions",
    "website_users": "users",
    "website_new_users": "new_users",
    "website_page_views": "page_views",
}
QUOTIENTS = {
    "bounce_rate": ("bounced", "visits_rated"),
    "website_conversion_rate": ("goals", "sessions"),
    "website_avg_session_duration": ("seconds", "visits_timed"),
    "website_pages_per_session": ("page_views", "sessions"),
}


def _register_sum(name: str, column: str) -> None:
    @proof(name, DAYS)
    def summed(q: Question) -> Value:
        return total(q.during(DAYS, q.period), column)


def _register_quotient(name: str, above: str, below: str) -> None:
    @proof(name, DAYS)
    def quotient(q: Question) -> Value:
        days = q.during(DAYS, q.period)
        return divide(total(days, above), total(days, below))


for _name, _column in SUMS.items():
    _register_sum(_name, _column)
for _name, (_above, _below) in QUOTIENTS.items():
    _register_quotient(_name, _above, _below)


@proof("email_sends", "email_campaigns")
def email_sends(q: Question) -> Value:
    return total(q.during("email_campaigns", q.period), "recipients")
