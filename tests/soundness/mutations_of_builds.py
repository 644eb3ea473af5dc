"""Faults in what a build makes: staged rows, parts and how far they are known."""

from __future__ import annotations

from tests.soundness.mutation import fault

BUILDS_GONE_WRONG = [
    fault(
        "several visits on a day are several days",
        "build.parts:_distinct",
        ".distinct()",
        "",
        "visitor_days",
    ),
    fault(
        "rows without a key are a key",
        "build.parts:_distinct",
        "*[rows.column(key).is_not(None) for key in measure.key], ",
        "",
        "visitors",
    ),
    fault(
        "the previous day of a key is that of anyone",
        "build.parts:_distinct",
        "partition_by=[days.c[key] for key in keys], ",
        "",
        "visitors",
    ),
    fault(
        "a measure's own filter is forgotten",
        "build.parts:measure_value",
        "terms = rows.conditions(measure.where)",
        "terms = []",
        *("phone_visits_7d", "win_rate"),
    ),
    fault(
        "what accrues over a month is due on its first day",
        "build.parts:measure_value",
        "if measure.spread:",
        "if False:",
        *("rent_cost", "margin"),
    ),
    fault(
        "intervals never end",
        "build.parts:_stock",
        "for sign in (1, -1):",
        "for sign in (1,):",
        *("total_mrr", "subscribed_days"),
    ),
    fault(
        "a delay is ignored",
        "build.parts:_stock",
        "begins = add_days(staged.c.day, delay) if delay else staged.c.day",
        "begins = staged.c.day",
        *("settled", "unsettled"),
    ),
    fault(
        "what ended before its delay was over still ends",
        "build.parts:_stock",
        "terms = [outlasts] if delay else []",
        "terms = [outlasts] if delay and sign > 0 else []",
        "settled",
    ),
    fault(
        "an end counts on the day of the start",
        "build.parts:_flow",
        'if at == "start" else rows.staged.c.until_day',
        "",
        "ended_subscriptions",
    ),
    fault(
        "rows of unknown customers are dropped",
        "parts.joins:Attached._join",
        "sa.outerjoin(",
        "sa.join(",
        *("visits", "total_mrr", "visitors"),
    ),
    fault(
        "an entity's second row doubles what refers to it",
        "build.stage:stage_entity",
        "ranked.c.rank_in_key == 1",
        "ranked.c.rank_in_key >= 1",
        *("visits", "total_mrr"),
    ),
    fault(
        "rows that come twice count twice",
        "build.stage:stage_fact",
        "if duplicates:",
        "if False:",
        *("visits", "pages"),
    ),
    fault(
        "of two rows of a key the later one stays",
        "build.stage:_rank",
        "table.c[order[0]].asc()",
        "table.c[order[0]].desc()",
        "pages",
    ),
    fault(
        "rows of tomorrow are used",
        "build.stage:_usable",
        ", raw.c.day <= _date(last_full_day)",
        "",
        "revenue",
    ),
    fault(
        "intervals that end before they start are used",
        "build.stage:_usable",
        "sa.or_(end.is_(None), end >= start)",
        "sa.true()",
        *("total_mrr", "subscribed_days"),
    ),
    fault(
        "dates are shifted to the time zone",
        "build.stage:_day_columns",
        "[value.label(day)]",
        "[sa.cast(local_time(sa.cast(value, sa.DateTime()), time_zone), sa.Date()).label(day)]",
        *("total_mrr", "revenue"),
    ),
    fault(
        "instants are not shifted to the time zone",
        "build.stage:_day_columns",
        "local_time(value, time_zone)",
        "value",
        *("visits", "visitors"),
    ),
    fault(
        "a source is as complete as the best one",
        "build.run:_fact_states",
        "as_of=min(known)",
        "as_of=run.last_full_day",
        *("revenue", "win_rate"),
    ),
]
