"""What the queries make of campaigns, contacts, leads and touches."""

import pytest
import sqlalchemy as sa

from metrics.sources.model import Queries
from tests.sources.handmade import day, picked, rows_of

SUBSCRIPTIONS = [
    {"id": "s1", "customer_id": "A", "start_date": "2026-06-30", "monthly_price": 100},
    {"id": "s2", "customer_id": "B", "start_date": "2026-03-31", "monthly_price": 10},
]
COMPANIES = [
    {"id": "h1", "properties": '{"account_id": "A"}'},
    {"id": "h2", "properties": '{"lifecycle_stage": "prospect"}'},
]
CONTACTS = [
    {"id": "1", "properties": '{"company_id": "h1", "source": "Google_Ads"}'},
    {"id": "2", "properties": '{"associatedcompanyid": "h2", "hs_analytics_source": "email"}'},
    {"id": "3", "properties": None},
]


def test_campaigns_end_after_their_last_day(connection: sa.Connection, queries: Queries) -> None:
    """Whatever the status says today; a budget of nothing is none."""
    google = {"id": "c1", "status": "REMOVED", "start_date": "2026-05-01", "budget_amount": 0}
    tables = {
        "google_ads_campaigns": [google, {**google, "id": "c2", "end_date": "2026-05-31"}],
        "facebook_ads_campaigns": [
            {
                "id": "f1",
                "start_time": "2026-05-10 00:00:00",
                "stop_time": "2026-05-12 23:59:59",
                "lifetime_budget": 50,
            }
        ],
        "linkedin_ads_campaigns": [{"id": "l1", "total_budget": 70}],
    }
    rows = rows_of(connection, queries, "fact.campaigns_in_flight", tables)
    assert picked(rows, "platform", "campaign_id", "budget", "valid_from", "valid_to") == [
        ("facebook", "f1", 50, day("2026-05-10"), day("2026-05-13")),
        ("google", "c1", None, day("2026-05-01"), None),
        ("google", "c2", None, day("2026-05-01"), day("2026-06-01")),
        ("linkedin", "l1", 70, None, None),
    ]


def test_without_a_list_of_campaigns_advertising_names_them(
    connection: sa.Connection, queries: Queries
) -> None:
    spend = {"platform": "Google", "campaign_id": "c1", "date": "2026-05-01"}
    rows = rows_of(
        connection,
        queries,
        "entity.campaigns",
        {
            "google_ads_campaigns": [{"id": "unseen"}],
            "ad_performance_daily": [spend, {**spend, "date": "2026-05-02"}],
        },
    )
    assert picked(rows, "platform", "campaign_id", "objective") == [("google", "c1", None)]


@pytest.mark.parametrize(
    ("qualified", "ends"),
    [
        ("2026-05-01 10:00:00", "2026-05-01"),
        ("2026-07-01 10:00:00", "2026-06-30"),  # the company paid before
        ("2026-01-01 10:00:00", "2026-04-01"),  # no day of being a lead
    ],
)
def test_a_lead_ends_with_what_comes_first(
    connection: sa.Connection, queries: Queries, qualified: str, ends: str
) -> None:
    tables = {
        "subscriptions": SUBSCRIPTIONS,
        "hubspot_companies": COMPANIES,
        "hubspot_contacts": [
            {**CONTACTS[0], "createdat": "2026-04-01 10:00:00"},
            {**CONTACTS[1], "createdat": "2026-04-02 10:00:00"},
            {**CONTACTS[0], "id": "9", "createdat": "2026-06-30 00:00:00"},
        ],
        "marketing_qualified_leads": [{"id": "q1", "contact_id": 1, "mql_date": qualified}],
    }
    rows = rows_of(connection, queries, "fact.open_leads", tables)
    assert picked(rows, "contact_id", "lead_source", "platform", "valid_from", "valid_to") == [
        ("1", "Google_Ads", "google", day("2026-04-01"), day(ends)),
        ("2", "email", None, day("2026-04-02"), None),
    ]


@pytest.mark.parametrize(
    ("channel", "medium", "expected"),
    [
        ("Paid Search", "email", ("paid_search", "email", "paid")),
        ("organic-search", "cpc", ("organic_search", "cpc", "organic")),
        (" Direct ", None, ("direct", None, "direct")),
        ("search", "CPC", ("search", "cpc", "paid")),
        ("", "Organic", (None, "organic", "organic")),
        ("event", "none", ("event", "none", "other")),
        (None, None, (None, None, "other")),
    ],
)
def test_words_of_touches(
    connection: sa.Connection,
    queries: Queries,
    channel: str | None,
    medium: str | None,
    expected: tuple[str | None, ...],
) -> None:
    touch = {"id": "t1", "channel": channel, "medium": medium}
    rows = rows_of(connection, queries, "fact.touchpoints", {"attribution_touchpoints": [touch]})
    assert picked(rows, "channel", "medium", "traffic") == [expected]


def test_a_path_is_what_led_an_account_to_its_first_paid_day(
    connection: sa.Connection, queries: Queries
) -> None:
    """Loaded twice, a company or a contact does not double the touches."""
    lead = {"id": "q1", "contact_id": 1, "mql_date": "2026-05-01 10:00:00"}
    touch = {"id": "t1", "mql_id": "q1", "channel": "email"}
    tables = {
        "subscriptions": [*SUBSCRIPTIONS, {**SUBSCRIPTIONS[0], "id": "s3", "customer_id": "C"}],
        "hubspot_companies": [COMPANIES[0], *COMPANIES],
        "hubspot_contacts": [CONTACTS[0], *CONTACTS],
        "marketing_qualified_leads": [lead],
        "attribution_touchpoints": [
            {**touch, "id": "t0", "mql_id": None, "touchpoint_date": "2026-01-01 10:00:00"},
            {**touch, "id": "early", "touchpoint_date": "2026-03-31 23:59:59"},
            {**touch, "touchpoint_date": "2026-04-01 00:00:00"},
            {**touch, "id": "t2", "touchpoint_date": "2026-06-23 12:00:00", "channel": "direct"},
            {**touch, "id": "t3", "touchpoint_date": "2026-06-30 23:59:59", "channel": "direct"},
            {**touch, "id": "late", "touchpoint_date": "2026-07-01 00:00:00"},
        ],
    }
    rows = rows_of(connection, queries, "fact.attribution_credits", tables)
    models = ("first_touch", "last_touch", "last_non_direct", "position_based")
    assert picked(rows, "customer_id", "touch_id", "channel", *models) == [
        ("A", "t1", "email", 1, 0, 1, pytest.approx(0.4)),
        ("A", "t2", "direct", 0, 0, 0, pytest.approx(0.2)),
        ("A", "t3", "direct", 0, 1, 0, pytest.approx(0.4)),
        ("C", None, "unattributed", 1, 1, 1, 1),
    ]
    assert [row["linear"] for row in rows] == [pytest.approx(1 / 3)] * 3 + [1]
    weights = [2 ** (-90 / 7), 0.5, 1]
    assert [row["time_decay"] for row in rows] == [
        *(pytest.approx(weight / sum(weights)) for weight in weights),
        1,
    ]
    assert {row["first_year_revenue"] for row in rows} == {1200}
