"""The demo company holds together: its sources tell one story about the same events."""

from __future__ import annotations

import duckdb

from tests.demo.conftest import END
from tests.demo.reading import number, one

PERIODS = """WITH periods AS (
    SELECT c.*, lead(effective_date) OVER (
        PARTITION BY subscription_id ORDER BY effective_date, id) AS until
    FROM app_database_subscription_changes c)"""


def test_changes_tell_the_whole_life_of_a_subscription(raw: duckdb.DuckDBPyConnection) -> None:
    kinds = raw.execute(
        "SELECT DISTINCT change_type FROM app_database_subscription_changes ORDER BY 1"
    ).fetchall()
    assert kinds == [("pause",), ("plan",), ("price",), ("resume",)]
    assert (
        one(
            raw,
            """SELECT count(*) FROM app_database_subscriptions s WHERE s.id < 'sub_9'
            AND NOT EXISTS (FROM app_database_subscription_changes c
                WHERE c.subscription_id = s.id AND c.change_type = 'price'
                AND c.effective_date = s.start_date)""",
        )
        == 0
    )
    assert (
        one(
            raw,
            f"""{PERIODS} SELECT count(*) FROM periods p
            JOIN app_database_subscriptions s ON s.id = p.subscription_id
            WHERE p.until IS NULL AND p.change_type <> 'pause'
            AND (p.monthly_price, p.plan_name) <> (s.monthly_price, s.plan_name)""",
        )
        == 0
    )


def test_every_kind_of_movement_happens(raw: duckdb.DuckDBPyConnection) -> None:
    since = f"effective_date > DATE '{END}' - 100"
    rises = f"""{PERIODS}, moves AS (SELECT *, lag(monthly_price) OVER (
        PARTITION BY subscription_id ORDER BY effective_date, id) AS before FROM periods)
        SELECT count(*) FROM moves WHERE {since} AND change_type IN ('plan', 'price')"""
    assert number(raw, f"{rises} AND monthly_price > before") > 0
    assert number(raw, f"{rises} AND monthly_price < before") > 0
    ended = f"FROM app_database_subscriptions WHERE end_date > DATE '{END}' - 100"
    assert number(raw, f"SELECT count(*) {ended}") > 0
    assert (
        number(
            raw,
            f"""SELECT count(*) FROM app_database_subscriptions s WHERE start_date > DATE '{END}'
            - 100 AND EXISTS (FROM app_database_subscriptions o
            WHERE o.customer_id = s.customer_id AND o.end_date < s.start_date)""",
        )
        > 0
    )


def test_use_falls_before_a_customer_leaves(raw: duckdb.DuckDBPyConnection) -> None:
    def sessions_a_day(first: int, last: int) -> float:
        return number(
            raw,
            f"""SELECT count(*) / {first - last} FROM app_database_subscriptions s
            JOIN app_database_user_sessions u ON u.customer_id = s.customer_id
            AND u.start_time >= s.end_date - {first} AND u.start_time < s.end_date - {last}
            WHERE s.id < 'sub_9' AND s.end_date BETWEEN DATE '{END}' - 35 AND DATE '{END}'""",
        )

    assert sessions_a_day(20, 0) < 0.6 * sessions_a_day(85, 65)


def test_nobody_uses_the_product_without_a_subscription(raw: duckdb.DuckDBPyConnection) -> None:
    assert (
        one(
            raw,
            """SELECT count(*) FROM app_database_page_views v WHERE NOT EXISTS (
            FROM app_database_subscriptions s WHERE s.customer_id = v.customer_id
            AND s.start_date <= v."timestamp" AND coalesce(s.end_date, DATE '2999-01-01')
            > v."timestamp")""",
        )
        == 0
    )


def test_billing_holds_together(raw: duckdb.DuckDBPyConnection) -> None:
    orphans = """SELECT count(*) FROM stripe_charges c WHERE NOT EXISTS (
        FROM stripe_invoices i WHERE i.id = c.invoice AND i.customer = c.customer
        AND i.amount_due = c.amount AND c.created >= i.created)"""
    assert one(raw, orphans) == 0
    unpaid = """SELECT count(*) FROM stripe_invoices i WHERE i.livemode AND i.paid <> EXISTS (
        FROM stripe_charges c WHERE c.invoice = i.id AND c.status = 'succeeded')"""
    assert one(raw, unpaid) == 0
    statuses = {s for (s,) in raw.execute("SELECT DISTINCT status FROM stripe_invoices").fetchall()}
    assert {"paid", "open"} <= statuses
    assert number(raw, "SELECT count(*) FROM stripe_charges WHERE status = 'failed'") > 0


def test_stripe_mirrors_the_application_but_for_a_handful(raw: duckdb.DuckDBPyConnection) -> None:
    app = f"""SELECT customer_id, sum(monthly_price) AS mrr FROM app_database_subscriptions
        WHERE status = 'active' AND start_date <= DATE '{END}' GROUP BY ALL"""
    stripe = """SELECT c.metadata->>'account_id' AS customer_id, sum(
            (i.price->>'unit_amount')::DOUBLE * i.quantity / 100
            / CASE i.price->'recurring'->>'interval' WHEN 'year' THEN 12 ELSE 1 END
            / (i.price->'recurring'->>'interval_count')::INTEGER) AS mrr
        FROM stripe_subscription_items i
        JOIN stripe_subscriptions s ON s.id = i.subscription AND s.ended_at IS NULL
        JOIN stripe_customers c ON c.id = s.customer GROUP BY ALL"""
    different = number(
        raw,
        f"""WITH app AS ({app}), stripe AS ({stripe}) SELECT count(*) FROM app
        FULL JOIN stripe ON stripe.customer_id = app.customer_id
        WHERE abs(coalesce(app.mrr, 0) - coalesce(stripe.mrr, 0)) > 1""",
    )
    assert 1 <= different <= 5


def test_won_deals_become_customers(raw: duckdb.DuckDBPyConnection) -> None:
    found = raw.execute(
        """SELECT count(*), count(s.id) FROM hubspot_deals d
        JOIN hubspot_companies c ON c.id = (d.associations->'company_ids'->>0)
        LEFT JOIN app_database_subscriptions s ON s.customer_id = (c.properties->>'account_id')
            AND s.start_date = d.closedate
        WHERE d.dealstage = 'closedwon' AND (d.properties->>'dealtype') = 'newbusiness'"""
    ).fetchone()
    assert found is not None
    assert found[0] == found[1] > 3


def test_leads_join_to_accounts_through_contact_and_company(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    joined = number(
        raw,
        """SELECT count(*) FROM marketing_qualified_leads l
        JOIN hubspot_contacts p ON p.id = l.contact_id::VARCHAR
        JOIN hubspot_companies c ON c.id = (p.properties->>'company_id')
        JOIN app_database_accounts a ON a.id = (c.properties->>'account_id')""",
    )
    assert joined > 0
    touched = number(
        raw,
        """SELECT count(DISTINCT t.mql_id) FROM attribution_touchpoints t
        JOIN marketing_qualified_leads l ON l.id = t.mql_id""",
    )
    assert touched > 0.9 * number(raw, "SELECT count(*) FROM marketing_qualified_leads")


def test_the_way_of_a_lead_mixes_ads_and_visits_of_their_own(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    channels = {
        name
        for (name,) in raw.execute(
            "SELECT DISTINCT channel FROM attribution_touchpoints"
        ).fetchall()
    }
    assert {"paid_search", "organic_search", "email", "direct"} <= channels
    days = """SELECT campaign_id, min("date") AS first, max("date") AS last
        FROM ad_performance_daily GROUP BY ALL"""
    outside = f"""SELECT count(*) FROM attribution_touchpoints t JOIN ({days}) d
        ON d.campaign_id = t.campaign_id
        AND t.touchpoint_date::DATE NOT BETWEEN d.first AND d.last"""
    assert one(raw, outside) == 0
    later = """SELECT count(*) FROM attribution_touchpoints t
        JOIN marketing_qualified_leads l ON l.id = t.mql_id AND t.touchpoint_date > l.mql_date"""
    assert number(raw, later) > 5


def test_lifetime_rows_of_campaigns_are_the_sums_of_their_days(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    lifetime = """SELECT id, cost, clicks FROM google_ads_campaigns
        UNION ALL SELECT id, spend, clicks FROM facebook_ads_campaigns
        UNION ALL SELECT id, cost, clicks FROM linkedin_ads_campaigns"""
    days = """SELECT campaign_id AS id, sum(cost) AS cost, sum(clicks) AS clicks
        FROM ad_performance_daily GROUP BY ALL"""
    different = f"""SELECT count(*) FROM ({lifetime}) l FULL JOIN ({days}) d ON d.id = l.id
        WHERE l.cost IS DISTINCT FROM d.cost OR l.clicks IS DISTINCT FROM d.clicks"""
    assert one(raw, different) == 0


def test_one_campaign_wastes_money(raw: duckdb.DuckDBPyConnection) -> None:
    rows = raw.execute(
        """SELECT c.name, sum(d.cost) / (1 + (SELECT count(*) FROM marketing_qualified_leads l
            WHERE l.campaign_id = c.id)) AS cost_per_lead
        FROM ad_performance_daily d JOIN (SELECT id, name FROM google_ads_campaigns
            UNION ALL SELECT id, name FROM facebook_ads_campaigns
            UNION ALL SELECT id, name FROM linkedin_ads_campaigns) c ON c.id = d.campaign_id
        GROUP BY c.id, c.name ORDER BY cost_per_lead DESC"""
    ).fetchall()
    assert rows[0][0] == "Nightlife Week takeover"
    assert rows[0][1] > 1.3 * rows[1][1]


DOWN = """WITH status AS (SELECT device_id, lower(status) AS status, "at" AS since,
        coalesce(lead("at") OVER (PARTITION BY device_id ORDER BY "at"), DATE '2999-01-01') AS until
    FROM app_database_device_status_events)"""


def test_taps_do_not_pour_while_they_are_down(raw: duckdb.DuckDBPyConnection) -> None:
    assert (
        one(
            raw,
            f"""{DOWN} SELECT count(*) FROM app_database_tap_events e JOIN status s
            ON s.device_id = e.device_id AND s.status <> 'online'
            AND e."timestamp" >= s.since AND e."timestamp" < s.until""",
        )
        == 0
    )


def test_one_region_had_an_outage(raw: duckdb.DuckDBPyConnection) -> None:
    shares = dict(
        raw.execute(
            f"""{DOWN} SELECT l.state IN ('TX', 'FL', 'GA', 'NC', 'TN') AS south,
                avg((s.status = 'offline')::INTEGER) FROM status s
            JOIN app_database_devices d ON d.id = s.device_id
            JOIN app_database_locations l ON l.id = d.location_id
            JOIN app_database_accounts a ON a.id = l.customer_id AND a.status = 'active'
            WHERE DATE '{END}' - 42 >= s.since AND DATE '{END}' - 42 < s.until GROUP BY ALL"""
        ).fetchall()
    )
    assert shares[True] > 0.6
    assert shares[False] < 0.1


def test_tickets_follow_device_trouble(raw: duckdb.DuckDBPyConnection) -> None:
    found = raw.execute(
        f"""{DOWN}, trouble AS (
            SELECT l.customer_id, s.since, s.until FROM status s
            JOIN app_database_devices d ON d.id = s.device_id
            JOIN app_database_locations l ON l.id = d.location_id WHERE s.status = 'offline'),
        tickets AS (
            SELECT t.createdate, c.properties->>'account_id' AS customer_id
            FROM hubspot_tickets t JOIN hubspot_companies c
            ON c.id = (t.associations->'company_ids'->>0)
            WHERE (t.properties->>'hs_ticket_category') = 'Technical Issue')
        SELECT count(*), count(*) FILTER (EXISTS (FROM trouble x
            WHERE x.customer_id = k.customer_id AND k.createdate BETWEEN x.since AND x.until))
        FROM tickets k"""
    ).fetchone()
    assert found is not None
    assert found[1] > 0.4 * found[0] > 0


def test_closed_tickets_carry_their_close_time(raw: duckdb.DuckDBPyConnection) -> None:
    assert (
        one(
            raw,
            """SELECT count(*) FROM hubspot_tickets
            WHERE (hs_pipeline_stage = 'closed') <> ((properties->>'closed_date') IS NOT NULL)
            OR (properties->>'closed_date')::TIMESTAMP < createdate""",
        )
        == 0
    )
