"""Past orders: rows of a city's export as values, with what could not be read. Pure."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from charset_normalizer import from_bytes

COLUMNS = ("order_no", "demand_type", "title", "content", "department", "cat1", "cat2", "cat3")
"""Our names for what an order holds; a mapping gives a city's own names for them."""
_CUT = re.compile(r"(?<=[一-龥]) (?=[一-龥])")
_CUT_SHARE = 0.15
"""Of a text's characters: spaces between Chinese characters where words were cut apart."""
_NEEDED = ("content", "department")


class OrdersUnreadable(Exception):
    """The file cannot be used; the message says why, in Chinese."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """One past order; `department` is empty where nobody handled it or nobody said."""

    order_no: str
    title: str
    content: str
    department: str = ""
    demand_type: str = ""
    category: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Orders:
    """All of a file.

    Args:
        encoding: as found.
        skipped: reason → line numbers of rows that hold nothing to learn from.
    """

    orders: tuple[Order, ...]
    encoding: str
    skipped: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def by_department(self) -> Counter[str]:
        """How many orders each department handled."""
        return Counter(order.department for order in self.orders if order.department)


def parse(
    raw: bytes, mapping: Mapping[str, str] | None = None, *, need_department: bool = True
) -> Orders:
    """Read a CSV file: UTF-8, GB 18030 or what its bytes look like.

    Args:
        raw: the file as it is.
        mapping: our column name → the file's.
        need_department: skip, and report, rows without one (for training).

    Raises:
        OrdersUnreadable: no text, no rows, or a column is missing.
    """
    text, encoding = decoded(raw)
    reader = csv.DictReader(io.StringIO(text))
    names = {ours: (mapping or {}).get(ours, ours) for ours in COLUMNS}
    needed = _NEEDED if need_department else _NEEDED[:1]
    given = reader.fieldnames or ()
    missing = [names[ours] for ours in needed if names[ours] not in given]
    if missing:
        raise OrdersUnreadable(f"缺少列：{'、'.join(missing)}；文件中的列：{'、'.join(given)}")
    orders: list[Order] = []
    skipped: dict[str, list[int]] = {}
    try:
        for row in reader:
            order = _order(row, names)
            reason = "没有内容" if not (order.content or order.title) else ""
            if not reason and need_department and not order.department:
                reason = "没有承办单位"
            if reason and need_department:
                skipped.setdefault(reason, []).append(reader.line_num)
            else:
                orders.append(order)
    except csv.Error as error:
        raise OrdersUnreadable(f"第 {reader.line_num} 行写法有误（{error}）") from error
    if not orders:
        raise OrdersUnreadable("没有可用的工单")
    return Orders(
        orders=tuple(orders),
        encoding=encoding,
        skipped={reason: tuple(lines) for reason, lines in skipped.items()},
    )


def _order(row: Mapping[str, str | None], names: Mapping[str, str]) -> Order:
    cell = {ours: (row.get(theirs) or "").strip() for ours, theirs in names.items()}
    return Order(
        order_no=cell["order_no"],
        title=cell["title"],
        content=unsegmented(cell["content"]),
        department=cell["department"],
        demand_type=cell["demand_type"],
        category=tuple(cell[level] for level in ("cat1", "cat2", "cat3") if cell[level]),
    )


def unsegmented(text: str) -> str:
    """A text some program cut into words, without the spaces between them; others as they are."""
    between = len(_CUT.findall(text))
    return _CUT.sub("", text) if between >= _CUT_SHARE * len(text) else text


def decoded(raw: bytes) -> tuple[str, str]:
    """A file's text and its encoding. Raises `OrdersUnreadable` where it is no text."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    best = from_bytes(raw).best()
    if best is None:
        raise OrdersUnreadable("认不出文件的编码，请另存为 UTF-8 的 CSV")
    return str(best), best.encoding


def parse_mapping(text: str) -> dict[str, str]:
    """`content=诉求内容,department=承办单位` as a mapping.

    Raises:
        OrdersUnreadable: not of that form, or a column we do not know.
    """
    found = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        ours, equals, theirs = pair.partition("=")
        if not equals or ours.strip() not in COLUMNS or not theirs.strip():
            raise OrdersUnreadable(
                f"列对应“{pair}”写法有误，应为 名称=文件中的列名，名称可用：{'、'.join(COLUMNS)}"
            )
        found[ours.strip()] = theirs.strip()
    return found
