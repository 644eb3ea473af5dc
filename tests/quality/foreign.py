"""A warehouse of the same systems that another loader filled: small, written by hand, untidy.

Names come in the wrong case, histories are missing, columns are empty that ours fill, ids join
nothing, and words are spelled as each system likes. It ends on `END`; what lies after it is wrong.

    accounts       12, a11 twice, a10 created in the future
    locations      one each, coordinates empty
    users          two an account; u21 of nobody, u22 created in the future, last logins empty
    devices        two a location, customer_id empty, d21 installed in the future
    subscriptions  one an account; a1 has an old cancelled one too, a2 starts in the future,
                   a3 ends before it starts, a4 is a trial, a6 on hold; monthly_amount empty
    tap events     ten days, no temperature and no pressure in their JSON
    sessions       ten days, of user '0' too; browser empty, a negative duration, one of tomorrow
    feature use    usage_count empty
    Stripe         customers know an integer account that is nobody's; quantity empty
    HubSpot        companies archived, an own deal stage, tickets `waiting-on-us`, priority P1
    advertising    lifetime rows only, ENABLED, ACTIVE and Running, conversions inside JSON
    leads          integer contact and account ids that join nothing; touchpoints without a lead
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from tests.quality import foreign_business, foreign_product
from tests.quality.foreign_values import END
from tests.sources.warehouses import make_table, sql_type

__all__ = ["END", "load"]


def load(connection: sa.Connection) -> None:
    """Write all tables into schema `Raw`."""
    for make in (*foreign_product.TABLES, *foreign_business.TABLES):
        table = make()
        make_table(connection, f"Raw.{table.name}", table.columns)
        names, dialect = list(table.columns), connection.dialect.name
        kinds = [sql_type(k, dialect) if k.islower() else k for k in table.columns.values()]
        marks = [f"CAST(:p{index} AS {kind})" for index, kind in enumerate(kinds)]
        listing = ", ".join(f'"{name}"' for name in names)
        insert = f'INSERT INTO "Raw"."{table.name}" ({listing}) VALUES ({", ".join(marks)})'
        rows = [{f"p{i}": plain(value) for i, value in enumerate(row)} for row in table.rows]
        connection.execute(sa.text(insert), rows)


def plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (dict, list)) else value
