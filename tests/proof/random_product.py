"""Random rows about features, and about what watches the product, which few warehouses have."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.proof.random_values import Maker, Row

LISTED = ("f1", "f2", "f3", "f4", "f5")
USED = ("f1", "f1", "f2", "f2", "f3", "f4", "f5", "f6")


def features(m: Maker) -> dict[str, list[Row]]:
    """The list of features, some of them told twice."""
    rows = [
        {
            "feature_name": one,
            "category": m.maybe(m.one_of("core", "Advanced")),
            "released_at": m.maybe(m.one_of(m.day(), m.day(60), m.day(ahead=30))),
        }
        for one in LISTED
    ]
    return {"app_database_features": rows}


def watched(m: Maker) -> dict[str, list[Row]]:
    """Tables of tools beside the application: each is there or not."""
    tables = {**_growth(m), **_requests(m), **_stability(m), **_experiments(m)}
    return {name: rows for name, rows in tables.items() if m.chance.random() < 0.6}


def _someone(m: Maker) -> str:
    return m.id_of(m.users, "uX")


def _later(m: Maker, moment: datetime | None) -> datetime | None:
    """Some time after a moment, rarely before it."""
    hours = m.one_of(-3, 0, 1, 20, 50, 400)
    return None if moment is None else moment + timedelta(hours=hours, seconds=m.one_of(0, 7))


def _growth(m: Maker) -> dict[str, list[Row]]:
    invitations = []
    for index in range(m.count(0.5)):
        sent = m.maybe(m.instant(), 0.95)
        invitations.append(
            {
                "invitation_id": f"y{index}",
                "inviter_id": m.maybe(m.one_of("0", _someone(m), _someone(m)), 0.9),
                "customer_id": m.maybe(m.id_of(m.customers, "cX")),
                "sent_at": sent,
                "accepted_at": m.maybe(_later(m, sent), 0.5) if m.shape.untidy else sent,
            }
        )
    events = [
        {
            "event_id": f"o{index}",
            "user_id": m.maybe(_someone(m)),
            "event_name": m.one_of("signed_up", "tap_added"),
            "is_key_action": m.maybe(m.one_of(True, True, False)),
            "occurred_at": m.maybe(m.instant(90), 0.95),
        }
        for index in range(m.count())
    ]
    return {"user_invitations": invitations, "onboarding_events": events}


def _requests(m: Maker) -> dict[str, list[Row]]:
    logs = [
        {
            "log_id": f"z{index}",
            "endpoint": m.maybe(m.one_of("/v1/taps", "/v1/users")),
            "service": m.maybe(m.one_of("api", "billing")),
            "status_code": m.maybe(m.one_of(200, 200, 404, 499, 500, 503)),
            "duration_ms": m.maybe(m.one_of(0, 12.5, 480)),
            "requested_at": m.maybe(m.instant(), 0.95),
        }
        for index in range(m.count(0.7))
    ]
    loads = [
        {
            "page_load_id": f"b{index}",
            "customer_id": m.maybe(m.id_of(m.customers, "cX")),
            "page_url": m.maybe(m.one_of("/a", "/a?x=1", "/b", "")),
            "device_type": m.maybe(m.one_of("desktop", "Mobile")),
            "load_time_ms": m.maybe(m.one_of(0, 12.5, 900, -1)),
            "loaded_at": m.maybe(m.instant(), 0.95),
        }
        for index in range(m.count(0.7))
    ]
    return {"api_logs": logs, "page_loads": loads}


def _stability(m: Maker) -> dict[str, list[Row]]:
    health = [
        {
            "session_id": f"n{index}",
            "platform": m.maybe(m.one_of("iOS", "web")),
            "app_version": m.maybe(m.one_of("1.0", "1.1")),
            "crashed": m.maybe(m.one_of(True, False, False)),
            "handled": m.maybe(m.one_of(True, False)),
            "started_at": m.maybe(m.instant(), 0.95),
        }
        for index in range(m.count(0.7))
    ]
    return {"session_health": health}


def _experiments(m: Maker) -> dict[str, list[Row]]:
    ends = {one: m.maybe(m.instant(), 0.5) for one in ("x1", "x2")}
    results = []
    for _ in range(m.count(0.7)):
        experiment, exposed = m.one_of(*ends), m.maybe(m.instant(), 0.95)
        results.append(
            {
                "experiment_id": experiment,
                "variant": m.maybe(m.one_of("control", "Control", "new", "other")),
                "user_id": m.maybe(m.one_of(_someone(m), f"p{m.chance.randint(0, 40)}"), 0.95),
                "exposed_at": exposed,
                "converted_at": _later(m, exposed) if m.chance.random() < 0.4 else None,
                "ended_at": ends[experiment],
            }
        )
    return {"experiment_results": results}
