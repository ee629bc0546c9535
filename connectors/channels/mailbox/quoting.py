"""What a mail's writer wrote, apart from the earlier mail their program put below it. Pure."""

from __future__ import annotations

import re

_FORWARD = re.compile(r"^\s*(?:fwd?|转发|轉寄|轉發)\s*[:：]", re.IGNORECASE)
_ALONE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^[-_ ]{2,}\s*(?:原始邮件|原始郵件|原邮件|回复的原邮件|回复邮件|Original Message"
        r"|Reply message)\s*[-_ ]{2,}$",
        r"^.{0,80}[<＜(]\S+@\S+[>＞)].{0,30}(?:写道|寫道|wrote)\s*[:：]\s*$",
        r"^.{1,40}\s+于\s*\d{4}[-/年].{4,40}(?:写道|寫道)\s*[:：]\s*$",
        r"^At \d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?,.{3,120}$",
    )
)
_OVER_LINES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^(?:>\s*)?(?:在|于)?\s*\d{4}[-/年.].{2,90}(?:写道|寫道|来信|wrote)\s*[:：]\s*$",
        r"^(?:On|Am)\s.{8,160}\bwrote\s*[:：]\s*$",
    )
)
_RULE = re.compile(r"^_{20,}$")
_FROM = re.compile(r"^(?:发件人|發件人|寄件者|From)\s*[:：]\s*\S", re.IGNORECASE)
_FIELD = re.compile(
    r"^(?:发件人|發件人|寄件者|发送时间|發送時間|寄件日期|日期|时间|收件人|收件者|抄送|副本|主题|主旨|主題"
    r"|From|Sent|Date|To|Cc|Subject|Reply-To)\s*[:：]",
    re.IGNORECASE,
)
_MOBILE = re.compile(
    r"^(?:发自我的|發自我的|从我的|来自我的|Sent from (?:my|Mail for|Outlook)|Get Outlook for"
    r"|通过.{0,12}邮箱.{0,8}发送|发自.{0,10}邮箱(?:大师)?)",
    re.IGNORECASE,
)
_LEAST_OWN = 4
_MOST_LINE = 300
_WRAPPED = 2


def parted(text: str, subject: str = "") -> tuple[str, str]:
    """The writer's own words, and what was quoted below them.

    A forwarded mail is what its sender wants read and stays whole. Words between quotes stay, with
    the quotes they answer.

    Args:
        text: the mail's plain text; quoted HTML lines begin with `> `.
        subject: decoded; tells a forward.
    """
    if _FORWARD.match(subject):
        return text, ""
    lines = text.split("\n")
    cut = _marker(lines)
    own, quoted = lines[:cut], lines[cut:]
    if cut < len(lines) and _answered_inside(quoted):
        own, quoted = lines, []
    kept, trailing = _without_trailing_quote(own)
    said = "\n".join(_without_phone(kept)).strip()
    if len(said) < _LEAST_OWN and not quoted and not trailing:
        return text.strip(), ""
    return said, "\n".join([*trailing, *quoted]).strip()


def _marker(lines: list[str]) -> int:
    for at, line in enumerate(lines):
        bare = line.strip()
        if not bare or len(bare) > _MOST_LINE:  # no program writes such a line above a quote
            continue
        following = [each.strip()[:_MOST_LINE] for each in lines[at : at + _WRAPPED + 1]]
        over = (bare, " ".join(following[:2]), " ".join(following))
        if any(marker.match(bare) for marker in _ALONE):
            return at
        if any(marker.match(each) for each in over for marker in _OVER_LINES):
            return at
        if _RULE.match(bare) and _block(lines, at + 1):
            return at
        if _block(lines, at):
            return at
    return len(lines)


def _block(lines: list[str], at: int) -> bool:
    """True where a From line with two more fields below it begins here."""
    bare = [line[:_MOST_LINE].strip(" \t*>") for line in lines[at : at + 8] if line.strip(" \t*>")]
    if not bare or not _FROM.match(bare[0]):
        return False
    return sum(bool(_FIELD.match(line)) for line in bare[1:6]) >= 2


def _answered_inside(quoted: list[str]) -> bool:
    """True where the writer answered between the lines of the quoted mail."""
    marks = [line.lstrip().startswith(">") for line in quoted if line.strip()]
    if sum(marks) < 2:
        return False
    first = marks.index(True)
    return any(not mark for mark in marks[first:])


def _without_trailing_quote(lines: list[str]) -> tuple[list[str], list[str]]:
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith(">")):
        end -= 1
    if not any(line.lstrip().startswith(">") for line in lines[end:]):
        return lines, []
    return lines[:end], lines[end:]


def _without_phone(lines: list[str]) -> list[str]:
    """Without the last line a telephone's mail program adds."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    if kept and _MOBILE.match(kept[-1].strip()) and len(kept[-1].strip()) <= 60:
        kept.pop()
    return kept
