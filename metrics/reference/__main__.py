"""Writes the reference: `python -m metrics.reference`."""

from __future__ import annotations

from metrics.reference.texts import texts
from metrics.settings import ROOT

for name, text in texts().items():
    (ROOT / name).write_text(text, encoding="utf-8")
