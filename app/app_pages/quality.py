"""Data quality: what the checks of the build found, in which source, and what rests on it."""

from app.components.quality import figures, identities, listing
from app.data import current

run = current()
figures(run)
identities(run)
listing(run)
