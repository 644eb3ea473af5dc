"""Equations between metrics that must hold, checked on every build.

    opening + new + reactivation + expansion - contraction - churn = closing

Each is asked for the last 13 months and, where it declares dimensions, split by them; all that are
split alike are one question.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from metrics.definitions.expressions import OPERATORS, names_in, parse_arithmetic
from metrics.definitions.model import Identity
from metrics.parts.model import Model
from metrics.periods import Grain, add_months
from metrics.query.catalog import Catalog
from metrics.query.evaluate import ADDITIVE, Array, divide
from metrics.query.question import Query
from metrics.result import Result
from metrics.store.info import BuildInfo, IdentityInfo

AskMany = Callable[[Sequence[Query]], list[Result]]


def check_identities(
    model: Model,
    catalog: Catalog,
    ask: AskMany,
    info: BuildInfo,
    about: Collection[str] | None = None,
) -> list[IdentityInfo]:
    """One report per identity whose metrics are all live; only those of the metrics `about`."""
    start = add_months(info.as_of.replace(day=1), -12)
    identities = {
        name: identity
        for name, identity in model.definitions.identities.items()
        if all(catalog.resolve(metric).answerable for metric in metrics_of(identity))
        and (about is None or not set(about).isdisjoint(metrics_of(identity)))
    }
    splits: dict[tuple[str, ...], list[str]] = {}
    for identity in identities.values():
        for by in _splits(identity, catalog):
            splits.setdefault(by, []).extend(metrics_of(identity))
    questions = [
        Query(tuple(dict.fromkeys(names)), start, info.as_of, Grain.MONTH, by=by)
        for by, names in splits.items()
    ]
    wide = {
        question.by: result.wide()
        for question, result in zip(questions, ask(questions), strict=True)
    }
    return [
        _report(name, identity, {by: wide[by] for by in _splits(identity, catalog)})
        for name, identity in identities.items()
    ]


def metrics_of(identity: Identity) -> list[str]:
    """Metrics named on either side."""
    sides = [parse_arithmetic(identity.left), parse_arithmetic(identity.right)]
    return sorted({name for side in sides for name in names_in(side)})


def _splits(identity: Identity, catalog: Catalog) -> list[tuple[str, ...]]:
    """The whole first, then every dimension that the build has values of."""
    names = metrics_of(identity)
    shared = [
        dimension
        for dimension in identity.dimensions
        if all(dimension in catalog.metrics[name].dimensions for name in names)
    ]
    return [(), *[(dimension,) for dimension in shared]]


def _report(
    name: str, identity: Identity, answers: Mapping[tuple[str, ...], pd.DataFrame]
) -> IdentityInfo:
    checked, broken, worst, example = 0, 0, 0.0, ""
    for by, answer in answers.items():
        wide = answer
        if identity.relation == "parts":
            if not by:
                continue
            wide = _with_sums(answer, answers[()], identity.left)
        left, right = _side(identity.left, wide), _side(identity.right, wide)
        if identity.relation == "parts":
            left = wide[SUM].to_numpy(dtype=float)
        gap = left - right if identity.relation == "<=" else np.abs(left - right)
        known = ~np.isnan(gap)
        room = identity.tolerance * np.maximum(1.0, np.abs(np.nan_to_num(right)))
        wrong = known & (gap > room)
        checked += int(known.sum())
        broken += int(wrong.sum())
        if wrong.any():
            row = int(np.nanargmax(np.where(wrong, gap, -np.inf)))
            worst = max(worst, float(gap[row]))
            names = [column for column in ("start", *by) if column in wide.columns]
            place = ", ".join(str(wide[column].iloc[row]) for column in names)
            example = example or f"{place}: {left[row]:g} against {right[row]:g}"
    return IdentityInfo(
        name=name,
        description=identity.description,
        checked=checked,
        broken=broken,
        worst=worst,
        metrics=tuple(metrics_of(identity)),
        example=example,
    )


SUM = "sum of parts"


def _with_sums(wide: pd.DataFrame, whole: pd.DataFrame, metric: str) -> pd.DataFrame:
    """The whole per period beside the sum over its members."""
    sums = wide.groupby("start", sort=False)[metric].sum(min_count=1).rename(SUM)
    return whole.merge(sums, on="start", how="inner")


def _side(text: str, wide: pd.DataFrame) -> Array:
    return _value(parse_arithmetic(text), wide)


def _value(tree: ast.expr, wide: pd.DataFrame) -> Array:
    if isinstance(tree, ast.BinOp):
        left, right = _value(tree.left, wide), _value(tree.right, wide)
        operator = OPERATORS[type(tree.op)]
        return divide(left, right) if operator == "/" else ADDITIVE[operator](left, right)
    if isinstance(tree, ast.UnaryOp):
        return -_value(tree.operand, wide)
    if isinstance(tree, ast.Name):
        return wide[tree.id].to_numpy(dtype=float)
    assert isinstance(tree, ast.Constant)
    return np.full(len(wide), float(tree.value))  # type: ignore[arg-type]
