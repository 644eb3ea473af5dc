"""The revenue page."""

from app.components.domain import render

render("revenue")
