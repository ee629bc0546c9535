"""The numbers Word itself puts before paragraphs (自动编号), as it would show them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HAN = "〇一二三四五六七八九"
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_MAX_LEVELS = 9
_MAX_BASES = 10


@dataclass(frozen=True, kw_only=True)
class _Level:
    start: int
    form: str
    text: str


@dataclass(kw_only=True)
class _List:
    levels: dict[int, _Level]
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts on as paragraphs come.

    Args:
        numbering: word/numbering.xml, or None.
        styles: word/styles.xml, or None; a style may number its paragraphs.
    """

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._styles = _numbered_styles(styles)
        if numbering is None:
            return
        abstract = {
            node.get(f"{W}abstractNumId", ""): _List(levels=_levels(node))
            for node in numbering.iter(f"{W}abstractNum")
        }
        for node in numbering.iter(f"{W}num"):
            base = node.find(f"{W}abstractNumId")
            shared = abstract.get(_value(base))
            if shared is None:
                continue
            changed = _overrides(node, shared.levels)
            self._lists[node.get(f"{W}numId", "")] = (
                _List(levels=changed) if changed is not None else shared
            )

    def label(self, paragraph: Element) -> str:
        """The number before a paragraph, with a blank where none separates it; or empty."""
        where = _place(paragraph) or self._styles.get(_style(paragraph))
        if where is None:
            return ""
        number, level = where
        counted = self._lists.get(number)
        if counted is None or level not in counted.levels:
            return ""
        _count(counted, level)
        return _shown(counted, level)


def _count(counted: _List, level: int) -> None:
    for above in range(level):
        if above in counted.levels:
            counted.counts.setdefault(above, counted.levels[above].start)
    counted.counts[level] = counted.counts.get(level, counted.levels[level].start - 1) + 1
    for below in [each for each in counted.counts if each > level]:
        del counted.counts[below]


def _shown(counted: _List, level: int) -> str:
    own = counted.levels[level]
    if own.form == "bullet":
        return "· "

    def one(found: re.Match[str]) -> str:
        at = int(found.group(1)) - 1
        form = counted.levels[at].form if at in counted.levels else "decimal"
        return spelled(counted.counts.get(at, 1), form)

    label = re.sub(r"%([1-9])", one, own.text)
    return f"{label} " if label and label[-1].isalnum() else label


def spelled(number: int, form: str) -> str:
    """A number in one of Word's forms (ST_NumberFormat); digits where the form is another."""
    if form == "none":
        return ""
    if form in _CHINESE and 0 < number < 1000:
        return chinese(number)
    if "Enclosed" in form and 0 < number <= 20:
        return chr(0x245F + number)
    if form in ("lowerLetter", "upperLetter") and number > 0:
        letter = chr(ord("a") + (number - 1) % 26)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman") and 0 < number < 40:
        roman = _roman(number)
        return roman if form == "lowerRoman" else roman.upper()
    return str(number)


_CHINESE = frozenset(
    re.findall(
        r"\S+",
        "chineseCounting chineseCountingThousand ideographDigital japaneseCounting "
        "taiwaneseCounting taiwaneseCountingThousand chineseLegalSimplified ",
    )
)


def chinese(number: int) -> str:
    """A number from 1 to 999 in Chinese numerals (12 → 十二)."""
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = f"{_HAN[hundreds]}百" if hundreds else ""
    if tens:
        said += ("" if tens == 1 and not hundreds else _HAN[tens]) + "十"
    elif hundreds and ones:
        said += "零"
    return said + (_HAN[ones] if ones else "")


def _roman(number: int) -> str:
    said = ""
    for value, letters in _ROMAN:
        while number >= value:
            said, number = said + letters, number - value
    return said


def _levels(node: Element) -> dict[int, _Level]:
    found = {}
    for level in node.iter(f"{W}lvl"):
        at = _whole(level.get(f"{W}ilvl", ""), 0)
        if at < _MAX_LEVELS:
            found[at] = _Level(
                start=_whole(_value(level.find(f"{W}start")), 1),
                form=_value(level.find(f"{W}numFmt")) or "decimal",
                text=_value(level.find(f"{W}lvlText")),
            )
    return found


def _overrides(node: Element, levels: dict[int, _Level]) -> dict[int, _Level] | None:
    """The levels of a list that starts anew or looks different; None where it does not."""
    changes = node.findall(f"{W}lvlOverride")
    if not changes:
        return None
    found = {**levels, **_levels(node)}
    for change in changes:
        at = _whole(change.get(f"{W}ilvl", ""), 0)
        start = change.find(f"{W}startOverride")
        if start is not None and at in found:
            old = found[at]
            found[at] = _Level(start=_whole(_value(start), 1), form=old.form, text=old.text)
    return found


def _place(paragraph: Element) -> tuple[str, int] | None:
    found = paragraph.find(f"{W}pPr/{W}numPr")
    if found is None:
        return None
    number = _value(found.find(f"{W}numId"))
    return (number, _whole(_value(found.find(f"{W}ilvl")), 0)) if number else None


def _style(paragraph: Element) -> str:
    return _value(paragraph.find(f"{W}pPr/{W}pStyle"))


def _numbered_styles(styles: Element | None) -> dict[str, tuple[str, int]]:
    """Styles that number their paragraphs, by themselves or by the style they are based on."""
    if styles is None:
        return {}
    own: dict[str, tuple[str, int]] = {}
    based: dict[str, str] = {}
    for style in styles.iter(f"{W}style"):
        name = style.get(f"{W}styleId", "")
        based[name] = _value(style.find(f"{W}basedOn"))
        where = _place(style)
        if where is not None:
            own[name] = where
    found = dict(own)
    for name in based:
        at = name
        for _ in range(_MAX_BASES):
            if at in own:
                found[name] = own[at]
                break
            at = based.get(at, "")
    return found


def _value(node: Element | None) -> str:
    return (node.get(f"{W}val") or "") if node is not None else ""


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 7 else otherwise
