"""A cohort metric told at other ages: who came back in the first week, the second, and so on.

A metric fixes one age ("came on day 7") and often the cohorts that are old enough for it; its curve
is the same question at many, for those who began in the periods asked for. The days it looks at
keep their length, so that "days 7 to 13" becomes "days 14 to 20" at the age of 14. A period has a
value once all who began in it are old enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from metrics.definitions.expressions import Leaf, Node, rebuilt
from metrics.errors import QueryError
from metrics.periods import ONE_DAY, PERIOD
from metrics.query.answer import Answers
from metrics.query.catalog import MetricInfo
from metrics.query.question import Query
from metrics.query.refusals import check_split, waits
from metrics.result import Result

TAKES = frozenset({"reached", "size"})
MOVABLE = frozenset({"on", "between", "within"})
MOST_AGES = 60


def curve(answers: Answers, query: Query, ages: Sequence[int]) -> Result:
    """One cohort metric at several ages in days; the frame has a column `age` more.

    Raises QueryError for a metric that is of no age.
    """
    info = answers.catalog.resolve(query.metrics[0], query.domain)
    if not info.answerable:
        raise waits({info.name: info.waiting_for})
    check_split(info, query)
    tree = answers.catalog.tree(info.name)
    wanted = sorted(set(ages))
    if len(query.metrics) != 1 or not 0 < len(wanted) <= MOST_AGES or wanted[0] < 0:
        raise QueryError(
            "A curve is one metric at some ages.", f"Give 1 to {MOST_AGES} ages of 0 days or more."
        )
    trees = {
        f"{info.name}@{age}": (_known_at(info, told), told)
        for age in wanted
        if (told := at_age(tree, age))
    }
    if not trees:
        raise QueryError(
            f"'{info.name}' is of no age that could be another.",
            "Ask for a cohort metric of so many days, such as day 7 retention.",
        )
    result = answers.told(replace(query, metrics=()), trees)
    told_at = result.frame["metric"].str.rpartition("@")[2].astype(int)
    frame = result.frame.assign(metric=info.name)
    frame.insert(1, "age", told_at)
    as_of = {info.name: info.as_of} if info.as_of else {}
    stamp = replace(result.stamp, definitions={info.name: info.hash}, as_of=as_of)
    return replace(result, frame=frame, stamp=stamp)


def at_age(tree: Node, age: int) -> Node | None:
    """The tree with its cohorts looked at `age` days on; None where it has none to move."""
    cohorts = [leaf for leaf in tree.leaves() if leaf.take in TAKES]
    if not cohorts or any(leaf.segment not in MOVABLE for leaf in cohorts):
        return None

    def moved(leaf: Node) -> Node:
        if not isinstance(leaf, Leaf) or leaf.take not in TAKES:
            return leaf
        until = age + leaf.until - leaf.days
        return replace(leaf, days=age, until=until, window=PERIOD, shifts=())

    return rebuilt(tree, moved)


def _known_at(info: MetricInfo, tree: Node) -> MetricInfo:
    """The metric as far as it is known at that age: younger cohorts are known further."""
    settles = max((leaf.settles for leaf in tree.leaves()), default=0)
    as_of = info.as_of + (info.settles - settles) * ONE_DAY if info.as_of else None
    return replace(info, as_of=as_of, settles=settles)
