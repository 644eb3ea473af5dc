"""Grids: one metric over two dimensions, and cohorts by age; the more, the denser the cell.

Density is opacity of one slot, so that the numbers in the cells stay readable in both modes.
"""

from __future__ import annotations

from functools import lru_cache

import altair as alt

from app.charts.marks import DATA, SLATE, Spec, compiled, layered, quiet, tip

ROW_HEIGHT = 26
NARROW_ROW = 20
UNDER_TEXT = (0.05, 0.5)  # beyond that, text on it would lose its contrast
ALONE = (0.04, 1.0)
# On a phone cells are narrow: names are cut to them, and numbers shrink, then go.
WHOLE_NAMES = alt.ExprRef("max(16, bandwidth('x') - 4)")
FITTING = alt.ExprRef("bandwidth('x') < 23 ? 0 : bandwidth('x') < 36 ? 10 : 12")


@lru_cache(maxsize=64)
def heat(rows: int, numbers: bool, titles: tuple[str, str, str]) -> Spec:
    """Cells of `down` by `across`, with the number in each or without."""
    base = alt.Chart(DATA)
    labels = alt.Axis(
        labelLimit=150, ticks=False, domain=False, labelOverlap=False, labelFlush=False
    )
    words = dict(zip(("down", "across", "text"), titles, strict=True))
    x = alt.X(
        "across:O",
        sort=None,
        title=None,
        axis=alt.Axis(
            orient="top",
            labelAngle=0,
            ticks=False,
            domain=False,
            grid=False,
            labelLimit=WHOLE_NAMES,
            labelFlush=False,
            labelOverlap=False if numbers else "parity",
        ),
    )
    y = alt.Y("down:O", sort=None, title=None, axis=labels)
    cells = base.transform_filter("isValid(datum.value)")
    shades = cells.mark_rect(cornerRadius=2, stroke=None).encode(
        x,
        y,
        opacity=alt.Opacity(
            "value:Q",
            scale=alt.Scale(range=list(UNDER_TEXT if numbers else ALONE), zero=False),
            legend=None,
        ),
        tooltip=tip(list(words), words),
    )
    height = rows * (ROW_HEIGHT if numbers else NARROW_ROW) + 30
    if not numbers:
        return compiled(shades, height)
    texts = quiet(cells).mark_text(fontSize=FITTING).encode(x, y, SLATE, text=alt.Text("text:N"))
    return compiled(layered(shades, texts), height)
