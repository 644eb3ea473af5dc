"""Findings of a build that never was, for the pages that show them."""

from __future__ import annotations

from collections.abc import Iterator

from metrics import CheckInfo, SourceInfo

# query, kind, column, rows, failing, examples, severity, table
CHECKS = """
fact.sessions|unique|session_id|1947|3|ses_142 ses_343|error|raw.sessions
fact.sessions|references|user_id|1911|12|usr_999|warning|raw.sessions
fact.tickets|accepted|status|28|1|waiting_on_godot|warning|raw.tickets
fact.tickets|not_future|valid_from|28|0||error|raw.tickets
"""


class FakeQuality:
    """Checks parsed from the table above; all touch the same two metrics."""

    def __init__(self) -> None:
        self.checks = tuple(_checks())

    @property
    def failing(self) -> list[CheckInfo]:
        return [check for check in self.checks if check.failing]

    def touched(self, check: CheckInfo) -> tuple[str, ...]:
        return ("active_users", "total_sessions_30d")

    def of(self, metric: str) -> list[CheckInfo]:
        return [check for check in self.failing if metric in self.touched(check)]

    @property
    def sources(self) -> list[SourceInfo]:
        rests = ("active_users", "total_sessions_30d")
        return [
            SourceInfo(
                "sessions", "raw.sessions", "app", "read", ("fact.sessions",), 9, 2, 3, rests
            ),
            SourceInfo("tickets", "raw.tickets", "crm", "read", ("fact.tickets",), 5, 1, 0, rests),
            SourceInfo("answers", "raw.answers", "nps", "missing", ("fact.answers",), 0, 0, 0, ()),
            SourceInfo("unread", "raw.unread", "app", "unused", (), 0, 0, 0, ()),
        ]


def _checks() -> Iterator[CheckInfo]:
    for line in CHECKS.strip().splitlines():
        about, kind, column, rows, failing, examples, severity, table = line.split("|")
        yield CheckInfo(
            about=about,
            kind=kind,  # type: ignore[arg-type]
            column=column,
            rows=int(rows),
            failing=int(failing),
            examples=tuple(examples.split()),
            severity=severity,  # type: ignore[arg-type]
            wanted="users" if kind == "references" else "",
            sources=(table,),
        )
