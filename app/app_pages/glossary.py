"""Glossary: what names, kinds, importance and states of metrics mean."""

from app.components.glossary import glossary
from app.data import current

glossary(current())
