"""What fits together becomes a tree: arithmetic on leaves, each with its window and its shifts."""

from __future__ import annotations

from pathlib import Path

from metrics.definitions.expressions import (
    Binary,
    CalendarValue,
    Constant,
    GrowthOf,
    Leaf,
    Setting,
    names_in,
    parse_arithmetic,
)
from metrics.periods import Shift, parse_window
from tests.definitions.bad import TEXTS, loaded, metric


def tree(folder: Path, form: str, unit: str = "count") -> object:
    return loaded(folder, metric(form, unit)).trees["it"]


def test_multiplication_binds_before_addition(tmp_path: Path) -> None:
    rows, guests = Leaf("sale_rows", "sum"), Leaf("guests", "level")
    assert tree(tmp_path, "expression: sale_rows + 2 * -guests / (3 - 1)") == Binary(
        "+",
        rows,
        Binary(
            "/",
            Binary("*", Constant(2.0), Binary("-", Constant(0.0), guests)),
            Binary("-", Constant(3.0), Constant(1.0)),
        ),
    )


def test_settings_and_the_calendar_are_operands(tmp_path: Path) -> None:
    window = parse_window("7 days")
    found = tree(tmp_path, "expression: sold * setting.price_per_litre / hours, window: 7 days")
    assert found == Binary(
        "/",
        Binary("*", Leaf("sold", "sum", window), Setting(8.0, "price_per_litre")),
        CalendarValue("hours", window),
    )


def test_a_setting_is_no_part_of_what_a_metric_means() -> None:
    assert repr(Setting(8.0, "price")) == repr(Setting(9.0, "price")) == "Setting(name='price')"


def test_a_metric_inside_a_metric_keeps_its_own_window(tmp_path: Path) -> None:
    model = loaded(
        tmp_path,
        f"metrics:\n  weekly: {{{TEXTS}, measure: buyers, window: 7 days}}\n"
        f"  it: {{{TEXTS.replace('count', 'percentage')}, window: mtd, "
        "ratio: {numerator: weekly, denominator: buyers}}",
    )
    windows = [leaf.window for leaf in model.trees["it"].leaves()]
    assert windows == [parse_window("7 days"), parse_window("mtd")]


def test_growth_looks_back_from_where_it_is_asked(tmp_path: Path) -> None:
    model = loaded(
        tmp_path,
        f"metrics:\n  change: {{{TEXTS}, change: {{of: sale_rows, over: 1 month}}}}\n"
        f"  it: {{{TEXTS.replace('count', 'percentage')}, "
        "growth: {of: change, over: 1 year, compound: 12}}",
    )
    found = model.trees["it"]
    assert isinstance(found, GrowthOf)
    assert found.compound == 12
    assert [leaf.shifts for leaf in found.leaves()] == [
        (),
        (Shift(months=1),),
        (Shift(months=12),),
        (Shift(months=1), Shift(months=12)),
    ]


def test_the_whole_of_a_share_is_asked_for_itself(tmp_path: Path) -> None:
    found = tree(tmp_path, "share_of_total: buyers, where: {shop: north}", "percentage")
    assert isinstance(found, Binary)
    part, whole = found.leaves()
    assert (part.whole, whole.whole) == (False, True)
    assert part.where == whole.where == (("shop", "north"),)


def test_names_of_an_expression_leave_settings_out() -> None:
    assert names_in(parse_arithmetic("a + b * setting.c - 2")) == {"a", "b"}
