"""What a page is asked for: the dates, the grain, the comparison and the filters.

Labels are what the controls and the URL hold; the layer's names are looked up here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from metrics.format import range_text
from metrics.periods import (
    Calendar,
    Comparison,
    Grain,
    Period,
    back,
    bucket,
    comparison_shift,
    move_period,
    parse_shift,
    parse_window,
)

NONE_LABEL = "(none)"  # the member of rows without that attribute
OTHER_LABEL = "All others"  # members that are not shown, together
CUSTOM = "Custom"


@dataclass(frozen=True)
class Preset:
    """One choice of the period control: the days it covers, what it is held against.

    `window` is a window of the layer's calendar; `grain` is what the charts switch to when
    the chosen grain would leave fewer than three whole periods.
    """

    window: str
    previous: Comparison
    grain: str


PRESETS = {
    "30 days": Preset("30 days", Comparison.PREVIOUS_DAYS, "Day"),
    "90 days": Preset("90 days", Comparison.PREVIOUS_DAYS, "Week"),
    "QTD": Preset("qtd", Comparison.PREVIOUS_QUARTER, "Week"),
    "YTD": Preset("ytd", Comparison.PREVIOUS_YEAR, "Month"),
    "12 months": Preset("12 months", Comparison.PREVIOUS_PERIOD, "Month"),
}
PERIODS = (*PRESETS, CUSTOM)
DEFAULT_PERIOD = "12 months"
GRAINS = {"Day": Grain.DAY, "Week": Grain.WEEK, "Month": Grain.MONTH, "Quarter": Grain.QUARTER}
DEFAULT_GRAIN = "Month"
COMPARISONS = ("vs previous period", "vs same period last year", "no comparison")
DELTA_WORDS = {COMPARISONS[0]: "vs previous", COMPARISONS[1]: "vs last year"}
FILTERS = ("tier", "industry", "region")


@dataclass(frozen=True)
class Scope:
    """The question all numbers of a page share; both dates are inclusive."""

    start: date
    end: date
    grain: Grain
    comparison: Comparison | None
    compared: str = ""
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def previous(self) -> tuple[date, date] | None:
        """The earlier dates the range is held against, as the layer reckons them."""
        if self.comparison is None:
            return None
        shift = comparison_shift(self.comparison, self.start, self.end, None)
        earlier = move_period(Period(self.start, self.end, self.start, self.end), shift, None)
        return earlier.start, earlier.end

    @property
    def dates_text(self) -> str:
        """Both ranges in words."""
        text = range_text(self.start, self.end)
        if self.previous is None:
            return text
        return f"{text} compared with {range_text(*self.previous)}"


def preset_range(period: str, end: date, calendar: Calendar) -> tuple[date, date]:
    """First and last day of a preset that ends at the as-of date.

    Twelve months are whole calendar months and the running one, so that no bar starts half.
    """
    if period == "12 months":
        return bucket(back(end, parse_shift("11 months")), Grain.MONTH, calendar)[0], end
    at_end = Period(end, end, end, end)
    return parse_window(PRESETS[period].window).of(at_end, calendar).lo, end


def comparison_of(label: str, period: str) -> Comparison | None:
    """What the chosen comparison means for the chosen period."""
    if label == COMPARISONS[2]:
        return None
    if label == COMPARISONS[1]:
        return Comparison.PREVIOUS_YEAR
    return PRESETS[period].previous if period in PRESETS else Comparison.PREVIOUS_PERIOD


def clamp_range(
    chosen: tuple[date, ...] | None, first: date, last: date, calendar: Calendar
) -> tuple[date, date]:
    """A usable range from what a date control or a hand-made URL holds (none, one or two dates)."""
    if not chosen:
        return preset_range("30 days", last, calendar)
    start = min(max(min(chosen), first), last)
    end = min(max(max(chosen), first), last) if len(chosen) > 1 else last
    return start, end
