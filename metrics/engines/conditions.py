"""Filters as SQL conditions; values are bound, never written into the text."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from metrics.definitions.model import Bounds


def condition(column: Any, wanted: Any) -> list[Any]:
    """Conditions for one filter: equal, one of (None is the empty bucket), or between bounds."""
    if isinstance(wanted, Bounds):
        ends = []
        if wanted.min is not None:
            ends.append(column >= wanted.min)
        if wanted.max is not None:
            ends.append(column <= wanted.max)
        return ends
    if isinstance(wanted, bool):
        return [column.is_(sa.true() if wanted else sa.false())]
    if isinstance(wanted, tuple):
        named = [value for value in wanted if value is not None]
        if all(isinstance(value, str) for value in named):
            column = sa.cast(column, sa.String())  # members are text, an hour's number too
        terms = [column.in_(named)] if named else []
        if len(named) < len(wanted):
            terms.append(column.is_(None))
        return [sa.or_(*terms)] if terms else [sa.false()]
    if wanted is None:
        return [column.is_(None)]
    return [column == wanted]
