"""The second road: every number once more, from the raw tables, row by row, in plain pandas.

It shares no code with the layer. What a number means is in the texts (the definitions' words and
docs/scores.md); how the layer gets there is none of its business. Slow and plain on purpose.

    world = World(load_tables("demo.duckdb"), last_full_day=date(2026, 10, 31))
    answer(world, "total_mrr", date(2026, 10, 1), date(2026, 10, 31), by="plan")
"""

from tests.proof.answers import answer
from tests.proof.world import World, load_tables

__all__ = ["World", "answer", "load_tables"]
