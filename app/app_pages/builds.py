"""Build history: when numbers were computed, how, and what became of each build."""

from app.components.builds import history
from app.data import current

history(current())
