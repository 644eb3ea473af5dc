"""A question as a value: metrics, range, grain, split, filters, comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from metrics.errors import QueryError, did_you_mean
from metrics.periods import Comparison, Grain

_Choice = TypeVar("_Choice", Grain, Comparison)
Members = Mapping[str, Sequence[str | None]]
YEARS = range(1900, 2201)  # room enough on both sides to look back and ahead


@dataclass(frozen=True)
class Query:
    """What is asked. Dates are inclusive; without a grain the range is one period.

    `days` asks for single days instead of a range, each a period of its own.
    `where` maps dimensions to the members that count (None is the empty bucket).
    `top` shows so many members, those largest over the range by the first metric, and the others
    together as `OTHER`, or not at all without `other`. `share` asks what part of the whole each
    member is.
    """

    metrics: tuple[str, ...]
    start: date | None = None
    end: date | None = None
    grain: Grain | None = None
    by: tuple[str, ...] = ()
    where: tuple[tuple[str, tuple[str | None, ...]], ...] = ()
    compare: Comparison | None = None
    domain: str | None = None
    skip_waiting: bool = False
    days: tuple[date, ...] = ()
    top: int | None = None
    other: bool = True
    share: bool = False

    @classmethod
    def of(
        cls,
        metrics: str | Sequence[str],
        *,
        start: date | str | None = None,
        end: date | str | None = None,
        grain: str | None = None,
        by: str | Sequence[str] | None = None,
        where: Members | None = None,
        compare: str | None = None,
        domain: str | None = None,
        skip_waiting: bool = False,
        days: Sequence[date | str] = (),
        top: int | None = None,
        other: bool = True,
        share: bool = False,
    ) -> Query:
        """A question from what people write; raises QueryError for what cannot be meant."""
        names = (metrics,) if isinstance(metrics, str) else tuple(metrics)
        single = tuple(sorted({day for one in days if (day := _day(one))}))
        if single and (start or end or grain):
            raise QueryError(
                "Single days are asked for beside a range.", "Give either days, or start and end."
            )
        if not names:
            raise QueryError("No metric was asked for.", "Name at least one.")
        if (top is not None or share) and not by:
            raise QueryError("Only members have a largest or a share.", "Say by which dimension.")
        if top is not None and top < 1:
            raise QueryError(f"There are no {top} largest members.", "Ask for at least one.")
        return cls(
            metrics=tuple(dict.fromkeys(names)),
            start=_day(start) if not single else single[0],
            end=_day(end) if not single else single[-1],
            grain=_choice(grain, Grain, "grain") if not single else Grain.DAY,
            by=() if by is None else ((by,) if isinstance(by, str) else tuple(dict.fromkeys(by))),
            where=tuple(sorted((name, _members(name, w)) for name, w in (where or {}).items())),
            compare=_choice(compare, Comparison, "comparison"),
            domain=domain,
            skip_waiting=skip_waiting,
            days=single,
            top=top,
            other=other,
            share=share,
        )


def _members(name: str, wanted: Sequence[str | None]) -> tuple[str | None, ...]:
    if isinstance(wanted, str) or not wanted:
        raise QueryError(
            f"The filter on '{name}' needs a list of members.", f"Write where={{'{name}': ['…']}}."
        )
    return tuple(dict.fromkeys(wanted))


def _day(value: date | str | None) -> date | None:
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError as error:
            raise QueryError(f"'{value}' is not a date.", "Write it as 2026-01-31.") from error
    day = value.date() if isinstance(value, datetime) else value
    if day.year not in YEARS:
        raise QueryError(
            f"{day} lies outside the years {YEARS[0]} to {YEARS[-1]}.", "Ask for nearer dates."
        )
    return day


def _choice(value: str | None, choices: type[_Choice], what: str) -> _Choice | None:
    if value is None:
        return None
    try:
        return choices(value)
    except ValueError:
        known = [choice.value for choice in choices]
        raise QueryError(
            f"There is no {what} '{value}'. {did_you_mean(value, known)}",
            f"Use one of {', '.join(known)}.",
        ) from None
