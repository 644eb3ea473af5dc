"""What the queries make of devices, pours, outages, maintenance and firmware."""

import sqlalchemy as sa

from metrics.sources.model import Queries
from tests.sources.handmade import at, day, picked, rows_of


def test_customers_of_devices(connection: sa.Connection, queries: Queries) -> None:
    rows = rows_of(
        connection,
        queries,
        "entity.devices",
        {
            "locations": [{"id": "l1", "customer_id": "c1"}],
            "devices": [
                {"id": "d1", "location_id": "l1", "device_type": "Tap_Controller"},
                {"id": "d2", "location_id": "l1", "customer_id": "c2", "category": "cooling"},
                {"id": "d3", "location_id": "gone", "installation_date": "2024-01-01"},
            ],
        },
    )
    assert picked(rows, "device_id", "customer_id", "is_tap", "installed_date") == [
        ("d1", "c1", True, None),
        ("d2", "c2", False, None),
        ("d3", None, False, day("2024-01-01")),
    ]


def test_pours_and_their_anomalies(connection: sa.Connection, queries: Queries) -> None:
    def event(key: str, kind: str, c: object = 4, psi: object = 12) -> dict[str, object]:
        metrics = f'{{"volume_ml": 473.5, "temperature_c": {c}, "pressure_psi": {psi}}}'
        return {
            "id": key,
            "device_id": "d",
            "event_type": kind,
            "metrics": metrics,
            "timestamp": "2024-01-01 10:00:00",
        }

    rows = rows_of(
        connection,
        queries,
        "fact.tap_events",
        {
            "tap_events": [
                event("edge_low", "Pour", 2, 10),
                event("edge_top", "pour", 6, 15),
                event("warm", "pour", 6.01),
                event("weak", "pour", 4, 9.9),
                event("blind", "pour", '"n/a"', "null"),
                event("alert", "temperature_alert", 12, 30),
                {**event("bare", "pour"), "metrics": None},
                {**event("odd", "pour"), "event_type": None},
            ]
        },
    )
    columns = (
        "event_id",
        "is_pour",
        "is_alert",
        "volume_ml",
        "is_temperature_anomaly",
        "is_pressure_anomaly",
        "is_anomaly",
    )
    assert picked(rows, *columns) == [
        ("alert", False, True, None, None, None, None),
        ("bare", True, False, None, None, None, None),
        ("blind", True, False, 473.5, None, None, None),
        ("edge_low", True, False, 473.5, False, False, False),
        ("edge_top", True, False, 473.5, False, False, False),
        ("odd", None, None, None, None, None, None),
        ("warm", True, False, 473.5, True, False, True),
        ("weak", True, False, 473.5, False, True, True),
    ]


def test_outages(connection: sa.Connection, queries: Queries) -> None:
    """One outage from the first event that is down to the first that is not; repeats add none."""

    def event(key: str, status: str, moment: str, device: str = "d1") -> dict[str, object]:
        return {"id": key, "device_id": device, "status": status, "at": f"2024-01-01 {moment}"}

    tables = {
        "device_status_events": [
            event("1", "Online", "00:00:00"),
            event("2", "OFFLINE", "01:00:00"),
            event("2", "OFFLINE", "01:00:00"),
            event("3", "offline ", "02:00:00"),
            event("4", "Maintenance", "03:30:00"),
            event("5", "online", "04:00:00"),
            event("6", "offline", "05:00:00"),
            event("7", "offline", "00:30:00", "d2"),
        ]
    }
    rows = rows_of(connection, queries, "fact.device_repairs", tables)
    assert picked(rows, "repair_id", "device_id", "failed_at", "repaired_at") == [
        ("2", "d1", at("2024-01-01 01:00"), at("2024-01-01 03:30")),
        ("6", "d1", at("2024-01-01 05:00"), None),
        ("7", "d2", at("2024-01-01 00:30"), None),
    ]
    status = connection.exec_driver_sql(
        "SELECT status_id, is_online, is_down, valid_to FROM stage.fact_device_status"
    ).fetchall()
    assert sorted(map(tuple, status), key=str)[:3] == [
        ("1", True, False, at("2024-01-01 01:00")),
        ("2", False, True, at("2024-01-01 02:00")),
        ("3", False, True, at("2024-01-01 03:30")),
    ]


def test_care_starts_again_with_each_maintenance(
    connection: sa.Connection, queries: Queries
) -> None:
    rows = rows_of(
        connection,
        queries,
        "fact.device_care",
        {
            "locations": [],
            "devices": [{"id": "d1", "install_date": "2024-01-01"}, {"id": "d2"}],
            "device_maintenance": [
                {"id": "1", "device_id": "d1", "ended_at": "2024-02-01 23:00:00"},
                {"id": "2", "device_id": "d1", "ended_at": "2024-02-01 08:00:00"},
                {"id": "3", "device_id": "d1", "started_at": "2024-03-01 08:00:00"},
            ],
        },
    )
    assert picked(rows, "device_id", "valid_from", "valid_to") == [
        ("d1", day("2024-01-01"), day("2024-02-01")),
        ("d1", day("2024-02-01"), None),
    ]


def test_versions_are_compared_as_numbers(connection: sa.Connection, queries: Queries) -> None:
    def device(key: str, model: str, version: str | None) -> dict[str, object]:
        return {"id": key, "model": model, "firmware_version": version}

    rows = rows_of(
        connection,
        queries,
        "fact.device_firmware",
        {
            "devices": [
                device("1", "a", "1.9.0"),
                device("2", "a", "v1.10.0"),
                device("3", "a", "1.10"),
                device("4", "a", None),
                device("5", "b", "2.0.0-beta"),
                device("6", "b", "2.0.0"),
                device("7", "c", "0.1"),
            ]
        },
    )
    assert picked(rows, "device_id", "is_latest") == [
        ("1", False),
        ("2", True),
        ("3", True),
        ("5", False),
        ("6", True),
        ("7", True),
    ]
