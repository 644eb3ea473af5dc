"""Rows of the facts about sales: deals, the stages they went through and what was done for them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import fmean
from typing import Any

from tests.proof.crm import Crm, first_of, number, text
from tests.proof.days import day_of, local
from tests.proof.facts import Promise
from tests.proof.raw import Raw, Row, first_not_none, lower, money, one_per_key, read_json

OPEN_STAGES = (
    "appointmentscheduled",
    "qualifiedtobuy",
    "presentationscheduled",
    "decisionmakerboughtin",
    "contractsent",
)
QUALIFIED = OPEN_STAGES[2:]
RANK = {stage: rank for rank, stage in enumerate((*OPEN_STAGES, "closedwon"))}
OUTCOME = {"closedwon": "won", "closedlost": "lost"}
BANDS = ((5_000, "under 5k"), (20_000, "5k to 20k"), (100_000, "20k to 100k"))
YEAR_2100 = 4_102_444_800_000

PROMISES = (
    Promise("deals", "hubspot", ("deal_id",), "valid_from", "valid_to"),
    Promise("closed_deals", "hubspot", ("deal_id",), "closed_on"),
    Promise("deal_stages", "hubspot", ("deal_id", "valid_from"), "valid_from", "valid_to"),
    Promise("stage_entries", "hubspot", ("entry_id",), "entered_at"),
    Promise("stage_advances", "hubspot", ("entry_id",), "advanced_at"),
    Promise("deal_outlook", "hubspot", ("deal_id",), "seen_on"),
    Promise("engagements", "hubspot", ("engagement_id",), "occurred_at"),
    Promise("deal_activities", "hubspot", ("engagement_id",), "occurred_at"),
    Promise("sales_activity", "hubspot", ("activity_id",), "happened_on"),
)

Rows = Callable[[str], list[Row]]
Dimensions = Callable[[Row], dict[str, Any]]


def stage_of(value: str | None) -> str | None:
    """A stage as it is compared."""
    return None if value is None else value.strip().lower()


class Sales:
    """The CRM's tables; `rows_of` gives the usable rows of facts that were made before."""

    def __init__(self, raw: Raw, crm: Crm, time_zone: str, rows_of: Rows) -> None:
        self._raw = raw
        self._crm = crm
        self._zone = time_zone
        self._rows_of = rows_of

    def facts(self, seen_on: date) -> Iterator[tuple[str, Iterable[Row], Dimensions]]:
        """Every fact with its rows and the dimensions of a row, in the order they build on."""
        of_deal = self._crm.of_deal
        yield "deals", self._deals(), of_deal
        yield "closed_deals", self._closed_deals(), of_deal
        yield "deal_stages", self._deal_stages(), of_deal
        yield "stage_entries", self._stage_entries(), of_deal
        yield "stage_advances", self._stage_advances(), of_deal
        yield "deal_outlook", self._deal_outlook(seen_on), of_deal
        yield "engagements", self._engagements(), of_deal
        yield "deal_activities", self._deal_activities(), of_deal
        yield "sales_activity", self._sales_activity(), self._crm.of_owner

    # Deals

    def _day(self, instant: datetime | None) -> date | None:
        return None if instant is None else local(instant, self._zone).date()

    def _deals(self) -> Iterator[Row]:
        for row in self._raw.rows("hubspot_deals"):
            told = read_json(row["properties"])
            stage = stage_of(row["dealstage"])
            outcome = OUTCOME.get(stage or "", "open")
            rival = (told.get("competitor") or "").strip()
            chance = number(told.get("hs_deal_stage_probability"))
            amount = money(row["amount"])
            yield {
                "deal_id": row["id"],
                "company_id": _company_of(read_json(row["associations"]).get("company_ids")),
                "owner_id": text(told.get("hubspot_owner_id")),
                "deal_type": lower(told.get("dealtype")),
                "competitor": rival if rival.lower() not in ("", "none") else None,
                "lost_reason": told.get("closed_lost_reason") if outcome == "lost" else None,
                "size_band": None if amount is None else _band(amount),
                "current_stage": stage,
                "status": outcome,
                "amount": amount,
                "probability": chance if chance is not None and 0 <= chance <= 1 else None,
                "close_date": row["closedate"],
                "created_at": row["createdat"],
                "valid_from": self._day(row["createdat"]),
                "valid_to": None if outcome == "open" else self._closed_on(row),
            }

    def _closed_on(self, row: Row) -> date | None:
        told, changed = row["closedate"], self._day(row["updatedat"])
        if told and changed and told > changed + timedelta(days=1):
            return changed
        return first_not_none(told, changed, self._day(row["createdat"]))

    def _closed_deals(self) -> Iterator[Row]:
        for deal in self._rows_of("deals"):
            if deal["valid_to"] is not None:
                yield {
                    **_of_its_own(deal),
                    "is_won": deal["status"] == "won",
                    "cycle_days": (deal["valid_to"] - deal["valid_from"]).days,
                    "closed_on": deal["valid_to"],
                }

    def _deal_outlook(self, seen_on: date) -> Iterator[Row]:
        for deal in self._rows_of("deals"):
            if deal["status"] == "open":
                yield {**_of_its_own(deal), "stage": deal["current_stage"], "seen_on": seen_on}

    # Stages

    def _moves(self) -> dict[str | None, list[Row]]:
        """What the history tells of each deal, in time; a row loaded twice counts once."""
        found: dict[str | None, list[Row]] = {}
        columns = ("id", "deal_id", "stage", "entered_at")
        for row in one_per_key(self._raw.rows("hubspot_deal_stage_history"), columns):
            if row["entered_at"] is not None and row["stage"] is not None:
                found.setdefault(row["deal_id"], []).append(row)
        for moves in found.values():
            moves.sort(key=lambda row: (row["entered_at"], row["id"], stage_of(row["stage"])))
        return found

    def _deal_stages(self) -> Iterator[Row]:
        deals, moves = self._rows_of("deals"), self._moves()
        chances = self._chances(deals)
        for deal in deals:
            for stage, since, until in self._visits(deal, moves.get(deal["deal_id"], [])):
                chance = chances.get(stage)
                if until is None:
                    chance = first_not_none(deal["probability"], chance)
                amount = None if deal["amount"] is None else float(deal["amount"])
                known = amount is not None and chance is not None
                yield {
                    **_of_its_own(deal),
                    "stage": stage,
                    "is_qualified": stage in QUALIFIED,
                    "weighted_amount": amount * chance if known else None,
                    "created_day": deal["valid_from"].toordinal(),
                    "valid_from": since,
                    "valid_to": until,
                }

    @staticmethod
    def _chances(deals: list[Row]) -> dict[str | None, float]:
        """The mean chance that open deals state in each stage."""
        told: dict[str | None, list[float]] = {}
        for deal in deals:
            known = deal["current_stage"] is not None and deal["probability"] is not None
            if deal["status"] == "open" and known:
                told.setdefault(deal["current_stage"], []).append(deal["probability"])
        return {stage: fmean(chances) for stage, chances in told.items()}

    def _visits(
        self, deal: Row, moves: list[Row]
    ) -> Iterator[tuple[str | None, date, date | None]]:
        """Stage, first day and first day after of each stay in a deal's open life."""
        created, closed = deal["valid_from"], deal["valid_to"]
        last = deal["current_stage"] if deal["status"] == "open" else None
        told = [(stage_of(row["stage"]), self._day(row["entered_at"])) for row in moves]
        told = [(stage, day) for stage, day in told if stage not in OUTCOME]
        on_day: dict[date, str | None] = {created: told[0][0] if told else None}
        for stage, day in told[1:]:
            assert day is not None
            on_day[max(created, min(day, closed or day))] = stage
        if last is not None:
            on_day[max(on_day)] = last
        stays: list[tuple[str | None, date]] = []
        for day in sorted(on_day):
            if (closed is None or day < closed) and (not stays or stays[-1][0] != on_day[day]):
                stays.append((on_day[day], day))
        ends = [*(day for _, day in stays[1:]), closed]
        yield from ((stage, day, end) for (stage, day), end in zip(stays, ends, strict=False))

    def _stage_entries(self) -> Iterator[Row]:
        moves = self._moves()
        for deal in self._rows_of("deals"):
            times: dict[str, list[datetime]] = {}
            for row in moves.get(deal["deal_id"], []):
                times.setdefault(stage_of(row["stage"]) or "", []).append(row["entered_at"])
            for stage in set(times) & set(OPEN_STAGES):
                entered = min(times[stage])
                later = [
                    at
                    for other, others in times.items()
                    for at in others
                    if RANK.get(other, -1) > RANK[stage] and at >= entered
                ]
                yield {
                    **_of_its_own(deal),
                    "entry_id": f"{deal['deal_id']}:{stage}",
                    "stage": stage,
                    "advanced_at": min(later, default=None),
                    "entered_at": entered,
                }

    def _stage_advances(self) -> Iterator[Row]:
        for row in self._rows_of("stage_entries"):
            if row["advanced_at"] is not None:
                yield _of_its_own(row)

    # What was done

    def _engagements(self) -> Iterator[Row]:
        for row in self._raw.rows("hubspot_engagements"):
            told, meta = read_json(row["engagement"]), read_json(row["metadata"])
            about = read_json(row["associations"])
            outcome = lower(text(first_not_none(meta.get("meetingOutcome"), meta.get("status"))))
            moment = _utc(number(told.get("timestamp")))
            yield {
                "engagement_id": row["id"],
                "activity_type": lower(told.get("type")),
                "outcome": None if outcome is None else outcome.replace("-", "_"),
                "owner_id": text(told.get("ownerId")),
                "deal_id": first_of(about.get("dealIds")),
                "company_id": first_of(about.get("companyIds")),
                "occurred_at": row["createdat"] if moment is None else moment,
            }

    def _deal_activities(self) -> Iterator[Row]:
        stays: dict[str, list[Row]] = {}
        for stay in self._rows_of("deal_stages"):
            stays.setdefault(stay["deal_id"], []).append(stay)
        for row in self._rows_of("engagements"):
            held = row["activity_type"] == "meeting" and row["outcome"] == "completed"
            if row["activity_type"] in ("call", "email") or held:
                about = stays.get(row["deal_id"] or "", [])
                stay = next((one for one in about if one["day"] <= row["day"] < one["until"]), {})
                own = {name: stay.get(name) for name in ("stage", "deal_type")}
                yield {**_of_its_own(row), **own, "outcome": None}

    def _sales_activity(self) -> Iterator[Row]:
        done = [
            *(("opened", deal["deal_id"], deal, "day") for deal in self._rows_of("deals")),
            *(("closed", deal["deal_id"], deal, "day") for deal in self._rows_of("closed_deals")),
            *(("logged", row["engagement_id"], row, "day") for row in self._rows_of("engagements")),
        ]
        for kind, name, row, day in done:
            if row["owner_id"] is not None:
                yield {
                    "activity_id": f"{kind}:{name}",
                    "owner_id": row["owner_id"],
                    "happened_on": day_of(row[day]),
                }


def _band(amount: Any) -> str:
    return next((name for top, name in BANDS if amount < top), "100k and more")


def _company_of(listed: Any) -> str | None:
    """The first company of a list, or the only one where it is none."""
    return first_of(listed) if isinstance(listed, list) else text(listed)


def _utc(milliseconds: float | None) -> datetime | None:
    if milliseconds is None or not 0 <= milliseconds <= YEAR_2100:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).replace(tzinfo=None)


def _of_its_own(row: Row) -> Row:
    """A row without the days and dimensions it was given as a row of another fact."""
    added = ("day", "until", "second", "until_second")
    return {
        name: value
        for name, value in row.items()
        if name not in added and not name.startswith("by_")
    }
