"""The untidy rows of real copies, a few of each: one statement makes them, one counts them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metrics.demo.world import World
from metrics.demo.write import Warehouse

FUTURE_DAYS = 3_653  # a typed year too many: in the future whenever the data are read


@dataclass(frozen=True)
class Dirt:
    """`statement` and `count` may use $end and $future, both dates."""

    name: str
    statement: str
    count: str


DIRT = [
    Dirt(
        "subscription that starts in the future",
        """INSERT INTO raw.app_database_subscriptions BY NAME
        SELECT * REPLACE ('sub_900001' AS id, $future::DATE AS start_date, NULL AS end_date,
            'active' AS status)
        FROM raw.app_database_subscriptions WHERE id = 'sub_000008'""",
        "SELECT count(*) FROM raw.app_database_subscriptions WHERE start_date > $end::DATE",
    ),
    Dirt(
        "subscription that ends before it starts",
        """INSERT INTO raw.app_database_subscriptions BY NAME
        SELECT * REPLACE ('sub_900002' AS id, start_date - 40 AS end_date, 'canceled' AS status)
        FROM raw.app_database_subscriptions WHERE id = 'sub_000009'""",
        "SELECT count(*) FROM raw.app_database_subscriptions WHERE end_date < start_date",
    ),
    Dirt(
        "cancelled subscription beside a live one",
        """INSERT INTO raw.app_database_subscriptions BY NAME
        SELECT * REPLACE ('sub_900003' AS id, $end::DATE - 20 AS end_date, 'canceled' AS status)
        FROM raw.app_database_subscriptions
        WHERE status = 'active' AND start_date < $end::DATE - 60 AND id < 'sub_9'
        ORDER BY monthly_price, id LIMIT 1""",
        """SELECT count(*) FROM raw.app_database_subscriptions c
        JOIN raw.app_database_subscriptions l ON l.customer_id = c.customer_id
        WHERE c.status = 'canceled' AND l.status = 'active'
        AND c.end_date > l.start_date AND c.end_date > c.start_date""",
    ),
    Dirt(
        "users created in the future",
        """UPDATE raw.app_database_users
        SET created_date = $future::DATE, created_at = $future::DATE
        WHERE id IN ('usr_000017', 'usr_000031')""",
        "SELECT count(*) FROM raw.app_database_users WHERE created_date > $end::DATE",
    ),
    Dirt(
        "device installed in the future",
        """INSERT INTO raw.app_database_devices BY NAME
        SELECT * REPLACE (id || '_f' AS id, $future::DATE AS install_date,
            $future::DATE AS installation_date)
        FROM raw.app_database_devices WHERE id = 'dev_000023'""",
        "SELECT count(*) FROM raw.app_database_devices WHERE install_date > $end::DATE",
    ),
    Dirt(
        "sessions in the future",
        """INSERT INTO raw.app_database_user_sessions BY NAME
        SELECT * REPLACE (session_id || '_f' AS session_id,
            start_time + ($future::DATE - start_time::DATE) * INTERVAL 1 DAY AS start_time,
            end_time + ($future::DATE - start_time::DATE) * INTERVAL 1 DAY AS end_time)
        FROM raw.app_database_user_sessions WHERE session_id IN ('ses_11', 'ses_12')""",
        "SELECT count(*) FROM raw.app_database_user_sessions WHERE start_time::DATE > $end::DATE",
    ),
    Dirt(
        "sessions with a negative duration",
        """UPDATE raw.app_database_user_sessions SET duration_seconds = -duration_seconds,
            end_time = start_time - duration_seconds * INTERVAL 1 SECOND
        WHERE session_id IN ('ses_21', 'ses_122', 'ses_523')""",
        "SELECT count(*) FROM raw.app_database_user_sessions WHERE duration_seconds < 0",
    ),
    Dirt(
        "sessions of unknown users and customers",
        """UPDATE raw.app_database_user_sessions SET user_id = 'usr_999999',
            customer_id = 'acc_99999' WHERE session_id IN ('ses_31', 'ses_232', 'ses_733')""",
        """SELECT count(*) FROM raw.app_database_user_sessions s
        WHERE NOT EXISTS (FROM raw.app_database_accounts a WHERE a.id = s.customer_id)""",
    ),
    Dirt(
        "session rows loaded twice",
        """INSERT INTO raw.app_database_user_sessions
        SELECT * FROM raw.app_database_user_sessions
        WHERE session_id IN ('ses_41', 'ses_142', 'ses_343')""",
        """SELECT count(*) - count(DISTINCT session_id) FROM raw.app_database_user_sessions""",
    ),
    Dirt(
        "tap events loaded twice",
        """INSERT INTO raw.app_database_tap_events
        SELECT * FROM raw.app_database_tap_events
        WHERE id IN ('evt_51', 'evt_52', 'evt_53', 'evt_54', 'evt_55')""",
        "SELECT count(*) - count(DISTINCT id) FROM raw.app_database_tap_events",
    ),
    Dirt(
        "feature use before the user was created",
        """INSERT INTO raw.app_database_feature_usage BY NAME
        SELECT 'use_early_' || u.id AS usage_id, u.id AS user_id, u.customer_id,
            'dashboard' AS feature_name, 1 AS usage_count,
            u.created_at - INTERVAL 2 DAY AS "timestamp", u.created_at
        FROM raw.app_database_users u
        WHERE u.created_date <= $end::DATE ORDER BY u.created_date DESC, u.id LIMIT 3""",
        """SELECT count(*) FROM raw.app_database_feature_usage f
        JOIN raw.app_database_users u ON u.id = f.user_id
        WHERE f."timestamp"::DATE < u.created_date AND u.created_date <= $end::DATE""",
    ),
    Dirt(
        "accounts with the same name",
        """UPDATE raw.app_database_accounts SET name =
            (SELECT name FROM raw.app_database_accounts WHERE id = 'acc_00012')
        WHERE id IN ('acc_00013', 'acc_00025')""",
        "SELECT count(*) - count(DISTINCT name) FROM raw.app_database_accounts",
    ),
    Dirt(
        "users with the same e-mail",
        """UPDATE raw.app_database_users SET email =
            (SELECT email FROM raw.app_database_users WHERE id = 'usr_000040')
        WHERE id IN ('usr_000041', 'usr_000077')""",
        "SELECT count(*) - count(DISTINCT email) FROM raw.app_database_users",
    ),
    Dirt(
        "device status in another case",
        """UPDATE raw.app_database_devices SET status = lower(status)
        WHERE right(id, 1) = '7'""",
        "SELECT count(*) FROM raw.app_database_devices WHERE status = 'online'",
    ),
    Dirt(
        "status events in another case",
        """UPDATE raw.app_database_device_status_events SET status = lower(status)
        WHERE right(id, 2) = '13'""",
        """SELECT count(*) FROM raw.app_database_device_status_events
        WHERE status <> upper(status[1]) || lower(status[2:])""",
    ),
    Dirt(
        "touchpoints without a medium",
        """UPDATE raw.attribution_touchpoints SET medium = NULL WHERE right(id, 1) = '9'""",
        "SELECT count(*) FROM raw.attribution_touchpoints WHERE medium IS NULL",
    ),
    Dirt(
        "touchpoints without a lead",
        """UPDATE raw.attribution_touchpoints SET mql_id = NULL WHERE right(id, 2) = '04'""",
        "SELECT count(*) FROM raw.attribution_touchpoints WHERE mql_id IS NULL",
    ),
    Dirt(
        "leads whose contact joins nothing",
        """UPDATE raw.marketing_qualified_leads SET contact_id = 7, account_id = 3
        WHERE right(id, 2) = '05'""",
        """SELECT count(*) FROM raw.marketing_qualified_leads l WHERE NOT EXISTS
        (FROM raw.hubspot_contacts c WHERE c.id = l.contact_id::VARCHAR)""",
    ),
    Dirt(
        "live deals marked archived",
        """UPDATE raw.hubspot_deals SET archived = true
        WHERE right(id, 1) = '6' AND dealstage NOT LIKE 'closed%'""",
        """SELECT count(*) FROM raw.hubspot_deals
        WHERE archived AND dealstage NOT LIKE 'closed%'""",
    ),
    Dirt(
        "test invoices",
        """INSERT INTO raw.stripe_invoices BY NAME
        SELECT * REPLACE (id || '_test' AS id, false AS livemode, NULL AS charge)
        FROM raw.stripe_invoices WHERE id IN ('in_00000003', 'in_00000030')""",
        "SELECT count(*) FROM raw.stripe_invoices WHERE NOT livemode",
    ),
]


def add_dirt(world: World, warehouse: Warehouse) -> None:
    """Make the untidy rows."""
    for dirt in DIRT:
        warehouse.execute(dirt.statement, parameters_for(dirt.statement, world.end))


def parameters_for(statement: str, end: int) -> dict[str, str]:
    """The named parameters that a statement uses, with their dates."""
    known = {"end": end, "future": end + FUTURE_DAYS}
    return {name: _text(day) for name, day in known.items() if f"${name}" in statement}


def _text(day: int) -> str:
    return str(np.datetime64(day, "D"))
