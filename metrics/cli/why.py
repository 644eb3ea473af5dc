"""`metrics why`: what the members of a dimension contributed to a change."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from metrics.cli.ask import EMPTY, filters, last_days
from metrics.cli.choices import (
    complete_comparison,
    complete_dimension,
    complete_domain,
    complete_filter,
    complete_metric,
)
from metrics.cli.console import err, show_table

if TYPE_CHECKING:
    from metrics.query.catalog import MetricInfo
    from metrics.query.explain import Explanation


def why(
    metric: Annotated[str, typer.Argument(help="Name or alias.", autocompletion=complete_metric)],
    by: Annotated[str, typer.Option(help="Whose members.", autocompletion=complete_dimension)],
    start: Annotated[str | None, typer.Option(help="First day, 2026-01-01.")] = None,
    end: Annotated[str | None, typer.Option(help="Last day, inclusive.")] = None,
    last: Annotated[
        str | None, typer.Option(help="The last so many days, weeks, months ...: 90d, 8w, 12m.")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(help="Only these members: plan=pro,basic.", autocompletion=complete_filter),
    ] = None,
    compare: Annotated[
        str,
        typer.Option(help="previous_period, previous_year ...", autocompletion=complete_comparison),
    ] = "previous_period",
    top: Annotated[int, typer.Option(min=1, max=1000, help="Members named one by one.")] = 8,
    domain: Annotated[
        str | None,
        typer.Option(help="Whose meaning of a name.", autocompletion=complete_domain),
    ] = None,
) -> None:
    """Tell what each member contributed to a change.

    Effects add up to the change exactly; those of a ratio are what its rate did and what the mix
    did. It is arithmetic, not cause. What has no exact parts is refused with the reason.

    \b
    Examples:
      metrics why total_mrr --by tier --last 1m
      metrics why customer_churn_rate --by industry --last 3m --compare previous_year
    """
    from metrics.layer import open_layer

    with closing(open_layer()) as layer, layer.hold() as pinned:
        if last is not None:
            start, end = last_days(last, start, end, pinned, [metric], domain)
        told = pinned.explain(
            metric,
            by=by,
            top=top,
            start=start,
            end=end,
            where=filters(where, pinned),
            compare=compare,
            domain=domain,
        )
        _show(told, pinned.catalog.resolve(metric, domain))


def _show(told: Explanation, info: MetricInfo) -> None:
    from metrics.format import format_value, range_text

    def text(value: float) -> str:
        return format_value(value, info.unit, info.display_unit, "full")

    effects = ["effect", *(("rate_effect", "mix_effect") if told.form == "quotient" else ())]
    rows = []
    for row in told.frame.to_dict("records"):
        name = f"Other ({row['members']})" if row["is_other"] else row["member"] or EMPTY
        numbers = [text(row[column]) for column in ("previous_value", "value", *effects)]
        rows.append([name, *numbers])
    rows.append(["Total", *map(text, (told.previous_value, told.value, told.change))])
    rows[-1] += [""] * (len(effects) - 1)
    show_table([told.by, "before", "now", *effects], rows)
    earlier = range_text(told.previous_start, told.previous_end)
    dates = f"{range_text(told.start, told.end)} against {earlier}"
    for line in (dates, *told.stamp.lines()):
        err.print(line, style="dim", highlight=False, markup=False, soft_wrap=True)
