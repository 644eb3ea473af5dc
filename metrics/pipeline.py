"""One build from start to publication: fill, check identities, publish."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial

from metrics.build.record import record_end
from metrics.build.run import Progress, fill, reusing
from metrics.layer import Pinned
from metrics.models.publish import Publisher
from metrics.parts.model import Model, load_model
from metrics.query.catalog import Catalog
from metrics.query.identities import check_identities
from metrics.settings import Settings
from metrics.store.base import Lease, Writing
from metrics.store.faults import fault
from metrics.store.info import BuildInfo
from metrics.store.open import open_store


def silent(step: str, done: float) -> None:
    """A progress that shows nothing."""


def run_build(
    settings: Settings,
    progress: Progress = silent,
    *,
    full: bool = False,
    only: frozenset[str] | None = None,
) -> BuildInfo:
    """Build and publish at once; on any error the last build stays.

    What did not change since the last build is taken over from it; `full` makes all of it anew.
    Both give the same tables. `only` names parts whose facts are refreshed, with whatever is made
    of these facts; all others stay as they are, as-of dates included.
    Raises WarehouseError, DefinitionError, BuildRunningError, or StoreError where there is no
    build that the others could be taken from.
    """
    model = load_model(settings)
    store = open_store(settings)
    try:
        with store.write(None if full else reusing(settings, model)) as writing:
            made = partial(_within, progress, 0.0, 0.7)
            info = fill(settings, model, writing, made, full, only)
            fault("parts-made")
            pinned = _pinned(settings, model, writing, info)
            progress("Checking identities", 0.7)
            identities = check_identities(model, pinned.catalog, pinned.query_many, info)
            publisher = Publisher(writing, pinned, settings)
            models = publisher.publish(partial(_within, progress, 0.75, 0.99))
            info = info.model_copy(
                update={
                    "finished_at": datetime.now(UTC),
                    "identities": tuple(identities),
                    "models": dict(models.rows),
                    "models_seconds": dict(models.seconds),
                    "models_shapes": dict(models.shapes),
                }
            )
            record_end(writing, info)
            progress("Publishing", 0.99)
            writing.publish(info)
    finally:
        store.close()
    progress("Done", 1.0)
    return info


def _within(progress: Progress, begin: float, end: float, step: str, done: float) -> None:
    """Progress of one stage as a piece of the whole."""
    progress(step, begin + (end - begin) * done)


def _pinned(settings: Settings, model: Model, writing: Writing, info: BuildInfo) -> Pinned:
    """The tables just made, read through the connection that made them."""
    lease = Lease(info, writing.engine, writing.schema, lambda: nullcontext(writing.connection))
    return Pinned(model, Catalog(model, info), lease, settings)
