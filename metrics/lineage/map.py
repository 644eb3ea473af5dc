"""Both ways through one model over one warehouse: down from a metric, up from a table or column."""

from __future__ import annotations

from metrics.errors import UnknownNameError
from metrics.lineage.available import Available
from metrics.lineage.chain import Chain, Chains
from metrics.lineage.impact import Impact, Loss
from metrics.parts.model import Model
from metrics.sources.contract import check
from metrics.sources.warehouse import Inspected


class Lineage:
    """What rests on what, for a warehouse as it was looked at."""

    def __init__(self, model: Model, inspected: Inspected) -> None:
        self.model = model
        self.inspected = inspected
        self.available = Available(model, check(model.queries, inspected))
        self.chains = Chains(self.available)
        self._tables = {source.table.lower(): source for source in model.queries.sources.values()}

    def of_metric(self, name: str) -> Chain:
        """Where the number of a metric comes from."""
        return self.chains.chain(name)

    def is_place(self, name: str) -> bool:
        """Whether a name is that of a table of the warehouse, or begins like a column of one."""
        table, _, _ = name.lower().rpartition(".")
        return name.lower() in self._tables or table in self._tables

    def of_place(self, name: str) -> Impact:
        """What breaks if `raw.table` or `raw.table.column` goes.

        Raises UnknownNameError with the nearest names.
        """
        wanted = name.lower()
        if wanted in self._tables:
            return Loss(self.chains, self.inspected, self._tables[wanted]).impact()
        table, _, column = wanted.rpartition(".")
        if table not in self._tables:
            raise UnknownNameError("table", name, self.tables)
        source = self._tables[table]
        if column not in source.columns:
            known = [f"{source.table}.{one}" for one in source.columns]
            raise UnknownNameError("column", name, known)
        return Loss(self.chains, self.inspected, source, column).impact()

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table that queries may read."""
        return tuple(source.table for source in self._tables.values())
