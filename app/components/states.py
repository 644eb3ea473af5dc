"""What a page shows instead of numbers: nothing yet, nothing for this filter, an error."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from app import data
from app.text import plain
from metrics.errors import MetricsError, QueryError, StoreError, UnsafeAggregationError

log = logging.getLogger("metrics.app")

# Their text speaks of the question, never of hosts or files, so a reader may see it.
ABOUT_THE_QUESTION = (QueryError, UnsafeAggregationError)


@contextmanager
def guarded() -> Iterator[None]:
    """Turn a failure below into a box with a reference; details go to the log alone."""
    try:
        yield
    except ABOUT_THE_QUESTION as error:
        box("This question has no answer", plain(str(error)))
    except Exception as error:
        if isinstance(error, StoreError) and not data.has_build():
            no_build()
        else:
            _failure(error)


def _failure(error: Exception) -> None:
    reference = uuid.uuid4().hex[:8]
    code = error.code if isinstance(error, MetricsError) else type(error).__name__
    log.exception("page failed with %s, reference %s", code, reference)
    box(
        "We could not read the data",
        "The other pages stay usable. Try again in a minute; if it stays, tell whoever runs "
        f"this app the reference **{reference}**.",
    )


def box(title: str, body: str) -> None:
    """A bordered box: one bold line, one line that says what to do."""
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"**{title}**", text_alignment="center")
        st.markdown(body, text_alignment="center")


def no_build() -> None:
    """Nothing has been computed yet."""
    box(
        "No numbers yet",
        "Run `metrics build` once; without a warehouse of your own run `metrics demo` before it.",
    )


def remark(text: str) -> None:
    """A sentence in small grey print."""
    st.markdown(f":small[:gray[{plain(text)}]]")


def nothing_here(why: str, filters: str) -> None:
    """A chart without a value to draw."""
    where = f" for {filters}" if filters else ""
    st.markdown(f":small[:gray[{plain(why[0].upper() + why[1:])}{where}.]]")
