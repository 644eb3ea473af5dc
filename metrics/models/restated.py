"""Values of the company that a build told otherwise than the one before: the public change log.

Rows are carried on from build to build. A value that was not told before is no restatement, nor is
rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from metrics.models.columns import RESTATED, names_of
from metrics.query.catalog import MetricInfo
from metrics.store.base import Previous, Writing

LOG = "metrics_changes"
VALUES = "metrics_unified_domains"
KEPT = 100_000


def restated_statements(
    writing: Writing, metrics: Mapping[str, MetricInfo], since: date, known: frozenset[str]
) -> Sequence[str]:
    """What fills the log: rows of the previous one, and what differs from `since` on.

    `known` are the published tables the previous build has.
    """
    before = writing.previous
    if not isinstance(before, Previous) or not {LOG, VALUES} <= known:
        return ()
    listed = ", ".join((*names_of(RESTATED), "build_id"))
    target = f'"{writing.models_schema}"."{LOG}"'
    now = f'"{writing.models_schema}"."{VALUES}"'
    pairs = ", ".join(f"('{info.domains[0]}', '{name}')" for name, info in metrics.items())
    carried = f"""
        INSERT INTO {target} ({listed}) SELECT {listed} FROM {before.model(LOG)}
        ORDER BY build_id DESC LIMIT {KEPT}
    """  # noqa: S608
    differing = f"""
        INSERT INTO {target} ({listed})
        SELECT n.metric_date, n.metric_name, b.metric_value, n.metric_value, '{writing.id}'
        FROM {now} AS n JOIN {before.model(VALUES)} AS b
            ON n.metric_date = b.metric_date AND n.domain = b.domain
            AND n.metric_name = b.metric_name AND n.entity_type = b.entity_type
            AND n.entity_id = b.entity_id
        WHERE n.entity_type = 'company' AND b.is_complete AND b.metric_value IS NOT NULL
            AND n.metric_date >= DATE '{since}'
            AND (n.domain, n.metric_name) IN ({pairs})
            AND (n.metric_value IS NULL OR ABS(n.metric_value - b.metric_value)
                > 1e-9 * GREATEST(1, ABS(b.metric_value)))
    """  # noqa: S608
    return carried, differing
