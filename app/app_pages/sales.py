"""The sales page."""

from app.components.domain import render

render("sales")
