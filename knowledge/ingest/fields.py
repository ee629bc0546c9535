"""Fields given as words (front matter, JSON) → our values, in English or as the office says it."""

from __future__ import annotations

from knowledge.ingest.errors import Unreadable
from knowledge.model import Form, Kind, Life

_KINDS = {
    "政策": Kind.POLICY, "政策文件": Kind.POLICY, "解读": Kind.INTERPRETATION,
    "政策解读": Kind.INTERPRETATION, "办事指南": Kind.GUIDE, "指南": Kind.GUIDE,
    "常见问题": Kind.FAQ, "问答": Kind.FAQ, "辟谣": Kind.REFUTATION, "通知公告": Kind.NOTICE,
    "通知": Kind.NOTICE, "公告": Kind.NOTICE,
}  # fmt: skip


def kind_from(value: str, otherwise: Kind) -> Kind:
    """A kind by its value or Chinese name; `otherwise` where none is given.

    Raises:
        Unreadable: no kind of ours.
    """
    if not value:
        return otherwise
    if value in _KINDS:
        return _KINDS[value]
    try:
        return Kind(value.lower())
    except ValueError as error:
        raise Unreadable(f"不认识的文件类别（kind）：{value[:30]}") from error


def form_from(value: str, otherwise: Form) -> Form:
    """A form by its value; `otherwise` where none is given.

    Raises:
        Unreadable: no form of ours.
    """
    if not value:
        return otherwise
    try:
        return Form(value.lower())
    except ValueError as error:
        raise Unreadable(f"不认识的解读形式（form）：{value[:30]}") from error


def life_from(value: str) -> Life:
    """Replaced and repealed as the source says; anything before that begins as a draft.

    Raises:
        Unreadable: no life of ours.
    """
    if not value:
        return Life.DRAFT
    try:
        life = Life(value.lower())
    except ValueError as error:
        raise Unreadable(f"不认识的文件状态（life）：{value[:30]}") from error
    return life if life in (Life.REPLACED, Life.REPEALED) else Life.DRAFT


def truth_from(value: str) -> bool:
    """True for true, yes, 1, 是."""
    return value.strip().lower() in ("true", "yes", "1", "是")
