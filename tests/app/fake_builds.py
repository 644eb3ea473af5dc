"""The builds of the layer made of formulas: the current one, and one that is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from metrics import BuildRun
from tests.app.fake_metrics import AS_OF

BUILD = "20261119-fake"
COMPUTED = datetime(2026, 11, 19, 5, 0, tzinfo=UTC)


def builds() -> list[BuildRun]:
    """Newest first; of one that is gone less is known."""
    earlier = COMPUTED - timedelta(days=1)
    why = "there is no build yet"
    unknown: tuple[Any, ...] = (None, None, None)
    return [
        BuildRun(BUILD, "current", COMPUTED, 94.6, "incremental", "", 7120, 3, AS_OF, 9, 2, 0),
        BuildRun("20261118", "gone", earlier, 9.4, "full", why, 7000, 0, AS_OF, *unknown),
    ]
