"""Rows of a table, from whatever file → lines of text."""

from __future__ import annotations

import re

_ASKS = re.compile(
    r"(?:常见|热点|咨询|群众|具体)?(?:问题|提问|问)(?:内容|描述|名称)?|咨询内容|咨询事项"
)
_ANSWERS = re.compile(
    r"(?:官方|参考|部门|标准|政策)?(?:答复|答案|解答|回答|回复|答)(?:内容|意见|口径)?|解决办法"
)


def rows_as_lines(rows: list[list[str]], *, headed: bool = False) -> list[str]:
    """Rows of cells (spans filled in) as lines.

    Args:
        rows: of equal length, none empty.
        headed: the source marks a head row.
    """
    out: list[str] = []
    while rows and len(set(filter(None, rows[0]))) == 1 and len(rows[0]) > 1:
        out.append(next(filter(None, rows.pop(0))))
    heads, body = _heads(rows, headed=headed)
    asked = _question_columns(heads)
    for row in body:
        if asked and all(row[column] for column in asked):
            out += _spoken(heads, row, *asked)
            continue
        values = set(filter(None, row))
        if len(values) == 1 and len(row) > 2:
            out.append(next(iter(values)))
        elif row != heads:
            out.append(_row_line(heads, row))
    return [line for line in out if line]


def _heads(rows: list[list[str]], *, headed: bool) -> tuple[list[str], list[list[str]]]:
    if len(rows) < 2:
        return [], rows
    first, second = rows[0], rows[1]
    short = all(first) and all(len(cell) <= 25 and not _is_value(cell) for cell in first)
    if len(first) == 2 and not headed and not _looks_like_head(first, rows):
        return [], rows
    if not (headed or short):
        return [], rows
    both = [a == b for a, b in zip(first, second, strict=True)]
    if any(both) and not all(both) and len(rows) > 2 and len(set(first)) < len(first):
        joined = [a if a == b else a + b for a, b in zip(first, second, strict=True)]
        return joined, rows[2:]
    return first, rows[1:]


def _is_value(cell: str) -> bool:
    return sum(char.isdigit() for char in cell) * 2 > len(cell) or cell.endswith(("。", "；"))


_HEAD_WORDS = re.compile(
    r"序号|名称|项目|类别|标准|内容|说明|备注|事项|条件|材料|对象|金额|地址|电话"
)


def _looks_like_head(first: list[str], rows: list[list[str]]) -> bool:
    """Whether a two-column table's first row is a head and not its first key and value."""
    if _question_columns(first):
        return True
    return len(rows) > 2 and sum(bool(_HEAD_WORDS.search(cell)) for cell in first) == 2


def _question_columns(heads: list[str]) -> tuple[int, int] | None:
    """The columns of the question and its answer in a table of 问题 and 答复; else None."""
    asks = [at for at, head in enumerate(heads) if _ASKS.fullmatch(head)]
    answers = [at for at, head in enumerate(heads) if _ANSWERS.fullmatch(head)]
    return (asks[0], answers[0]) if len(asks) == 1 and len(answers) == 1 else None


def _spoken(heads: list[str], row: list[str], asks: int, answers: int) -> list[str]:
    """A row of such a table as a question and its answer; further cells follow the answer."""
    rest = [at for at in range(len(row)) if at not in (asks, answers) and heads[at] != "序号"]
    more = _row_line([heads[at] for at in rest], [row[at] for at in rest]) if rest else ""
    said = [f"问：{row[asks]}", f"答：{row[answers]}", more]
    return [line for line in said if line]


def _row_line(heads: list[str], row: list[str]) -> str:
    parts: list[str] = []
    last = ("", "")
    for head, value in zip(heads or [""] * len(row), row, strict=True):
        if not value or (head, value) == last or (value == last[1] and head == last[0]):
            continue
        if parts and value == last[1] and not heads:
            continue
        parts.append(f"{head.rstrip('：:')}：{value}" if head else value)
        last = (head, value)
    labelled = all(re.match(r"[^：]{2,8}：", part) for part in parts)
    if not heads and len(parts) == 2 and not labelled:
        return f"{parts[0].rstrip('：:')}：{parts[1]}"
    if not parts:
        return ""
    return "；".join([part.rstrip("；;。") for part in parts[:-1]] + [parts[-1].rstrip("；;")])
