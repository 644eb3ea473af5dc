"""The operations page."""

from app.components.domain import render

render("operations")
