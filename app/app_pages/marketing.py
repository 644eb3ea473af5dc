"""The marketing page."""

from app.components.domain import render

render("marketing")
