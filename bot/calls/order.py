"""The order a call becomes: its fields, each with where its value comes from. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from bot.calls.records import Source
from bot.errors import Invalid

__all__ = ["LONGEST", "NO", "YES", "Field", "Filled", "OrderDraft", "Source"]

LONGEST = 4_000
"""Characters of one field; a clerk's text is far shorter."""


class Field(StrEnum):
    """What a clerk writes down."""

    DEMAND_TYPE = "demand_type"
    CATEGORY = "category"
    PLACE = "place"
    OCCURRED_AT = "occurred_at"
    TITLE = "title"
    TEXT = "text"
    CONTACT_NAME = "contact_name"
    CONTACT_PHONE = "contact_phone"
    ANONYMOUS = "anonymous"
    CONFIDENTIAL = "confidential"


YES, NO = "true", "false"
"""What `ANONYMOUS` and `CONFIDENTIAL` hold."""


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A field's value.

    Args:
        seq: of the sentence it was heard in; None where it was not heard.
    """

    value: str = field(repr=False)
    source: Source
    seq: int | None = None


@dataclass(frozen=True, kw_only=True)
class OrderDraft:
    """An order as far as it is filled; a field nobody said anything of is not in it."""

    fields: Mapping[Field, Filled] = field(default_factory=lambda: MappingProxyType({}))

    def value(self, name: Field) -> str:
        """The value of a field, or empty."""
        filled = self.fields.get(name)
        return filled.value if filled else ""

    def is_typed(self, name: Field) -> bool:
        """An operator wrote it, were it to leave it empty."""
        filled = self.fields.get(name)
        return filled is not None and filled.source is Source.TYPED

    def typed(self, name: Field, value: str) -> OrderDraft:
        """With what an operator wrote; empty: to stay empty, whatever is heard."""
        return self._put(name, Filled(value=value[:LONGEST].strip(), source=Source.TYPED))

    def heard(self, found: Mapping[Field, Filled]) -> OrderDraft:
        """With what was heard and told in place of all that was before; what is typed stays."""
        typed = {name: each for name, each in self.fields.items() if each.source is Source.TYPED}
        return replace(self, fields=MappingProxyType({**found, **typed}))

    def _put(self, name: Field, filled: Filled) -> OrderDraft:
        return replace(self, fields=MappingProxyType({**self.fields, name: filled}))

    def to_json(self) -> str:
        """As it is stored."""
        stored = {
            name.value: [each.value, each.source.value, each.seq]
            for name, each in self.fields.items()
        }
        return json.dumps(stored, ensure_ascii=False)

    @classmethod
    def from_json(cls, stored: str) -> OrderDraft:
        """What `to_json` gave; empty for an empty text.

        Raises:
            Invalid: it is none.
        """
        try:
            rows = json.loads(stored or "{}")
            fields = {
                Field(name): Filled(
                    value=str(value), source=Source(source), seq=None if seq is None else int(seq)
                )
                for name, (value, source, seq) in rows.items()
            }
        except (ValueError, TypeError, AttributeError) as error:
            raise Invalid("工单草稿无法读取。") from error
        return cls(fields=MappingProxyType(fields))
