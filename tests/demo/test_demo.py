"""The demo warehouse: repeatable, complete, and a company whose sources tell one story."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from metrics.demo import SCALES, DemoSummary, write_demo
from metrics.demo.dirt import DIRT, Dirt, parameters_for
from metrics.errors import UnknownNameError

END = date(2025, 6, 30)
END_DAY = (END - date(1970, 1, 1)).days
COLUMNS = Path(__file__).with_name("columns.txt")


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    return write_demo(tmp_path_factory.mktemp("demo") / "tiny.duckdb", "tiny", end_date=END)


@pytest.fixture(scope="module")
def raw(summary: DemoSummary) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(summary.path), read_only=True) as connection:
        connection.execute("USE raw")
        yield connection


def one(raw: duckdb.DuckDBPyConnection, sql: str) -> object:
    row = raw.execute(sql).fetchone()
    assert row is not None
    return row[0]


def number(raw: duckdb.DuckDBPyConnection, sql: str) -> float:
    value = one(raw, sql)
    assert value is not None
    return float(str(value))


def checksums(path: Path) -> dict[str, object]:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'raw'"
            ).fetchall()
        ]
        return {
            name: connection.execute(
                f"SELECT count(*), sum(hash(t::VARCHAR)::HUGEINT) FROM raw.{name} t"
            ).fetchone()
            for name in tables
        }


def test_same_arguments_give_the_same_rows(summary: DemoSummary, tmp_path: Path) -> None:
    again = write_demo(tmp_path / "again.duckdb", "tiny", end_date=END)
    assert checksums(again.path) == checksums(summary.path)


def test_another_seed_gives_other_rows(summary: DemoSummary, tmp_path: Path) -> None:
    other = write_demo(tmp_path / "other.duckdb", "tiny", seed=8, end_date=END)
    assert checksums(other.path) != checksums(summary.path)


@pytest.mark.parametrize("end", [date(2024, 2, 29), date(2025, 1, 31), date(2026, 3, 1)])
@pytest.mark.parametrize("seed", [1, 2])
def test_any_seed_and_end_date_work(tmp_path: Path, end: date, seed: int) -> None:
    found = write_demo(tmp_path / "demo.duckdb", "tiny", seed=seed, end_date=end)
    assert all(found.rows.values())


def test_a_failed_run_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "demo.duckdb"
    path.write_text("old")

    def stop(stage: str, share: float) -> None:
        if share > 0:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_demo(path, "tiny", progress=stop)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_unknown_scale_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="tiny"):
        write_demo(tmp_path / "demo.duckdb", "tinny")


def test_progress_runs_from_start_to_end(tmp_path: Path) -> None:
    shares: list[float] = []
    write_demo(tmp_path / "demo.duckdb", "tiny", progress=lambda stage, share: shares.append(share))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_tables_and_columns_are_those_of_the_sources(raw: duckdb.DuckDBPyConnection) -> None:
    found: dict[str, list[str]] = {}
    for table, column, kind in raw.execute(
        """SELECT table_name, column_name, data_type FROM information_schema.columns
        WHERE table_schema = 'raw' ORDER BY table_name, ordinal_position"""
    ).fetchall():
        found.setdefault(table, []).append(f"{column} {kind}")
    expected = {}
    for line in COLUMNS.read_text().splitlines():
        table, columns = line.split(": ")
        expected[table] = re.split(r", (?=\w+ )", columns)
    assert found == expected


def test_row_counts_are_near_their_targets(summary: DemoSummary) -> None:
    rows, scale = summary.rows, SCALES["tiny"]
    assert rows["app_database_accounts"] == scale.customers
    assert rows["app_database_locations"] == scale.locations
    assert rows["app_database_users"] == scale.users
    assert rows["app_database_devices"] == scale.devices
    for table, target in {
        "app_database_user_sessions": scale.sessions,
        "app_database_page_views": scale.page_views,
        "app_database_feature_usage": scale.feature_uses,
        "app_database_tap_events": scale.pours,
    }.items():
        assert rows[table] == pytest.approx(target, rel=0.12), table
    assert summary.total_rows == pytest.approx(20_000, rel=0.1)


REACH = {
    "app_database_accounts": "created_date",
    "app_database_subscriptions": "start_date",
    "app_database_subscription_changes": "effective_date",
    "app_database_users": "created_date",
    "app_database_user_sessions": "start_time",
    "app_database_page_views": '"timestamp"',
    "app_database_feature_usage": '"timestamp"',
    "app_database_tap_events": '"timestamp"',
    "app_database_device_status_events": '"at"',
    "app_database_device_maintenance": "started_at",
    "device_telemetry": '"timestamp"',
    "stripe_invoices": "created",
    "stripe_charges": "created",
    "hubspot_deals": '"createdAt"',
    "hubspot_deal_stage_history": "entered_at",
    "hubspot_engagements": '"createdAt"',
    "hubspot_tickets": "createdate",
    "marketing_qualified_leads": "mql_date",
    "attribution_touchpoints": "touchpoint_date",
    "ad_performance_daily": '"date"',
    "google_analytics_sessions": '"date"',
    "iterable_campaigns": "start_at",
}


@pytest.mark.parametrize("table", REACH)
def test_every_source_reaches_the_last_day(raw: duckdb.DuckDBPyConnection, table: str) -> None:
    column = REACH[table]
    last = one(raw, f"SELECT max({column})::DATE FROM {table} WHERE {column} < DATE '2030-01-01'")
    assert last == END


@pytest.mark.parametrize("dirt", DIRT, ids=lambda dirt: dirt.name)
def test_the_dirt_is_there(raw: duckdb.DuckDBPyConnection, dirt: Dirt) -> None:
    found = raw.execute(dirt.count, parameters_for(dirt.count, END_DAY)).fetchone()
    assert found is not None
    assert found[0] > 0


def test_columns_that_are_empty_or_constant_in_real_copies(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    assert one(raw, "SELECT count(last_login_at) FROM app_database_users") == 0
    assert one(raw, "SELECT count(monthly_amount) FROM app_database_subscriptions") == 0
    assert one(raw, "SELECT bool_and(is_online) FROM app_database_devices") is True
    assert one(raw, "SELECT bool_or(delinquent) FROM stripe_customers") is False
    assert number(raw, "SELECT count(*) FROM app_database_user_sessions WHERE user_id = '0'") > 0


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
            WHERE s.end_date BETWEEN DATE '{END}' - 35 AND DATE '{END}'""",
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
