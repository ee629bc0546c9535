"""The calls of `dialogues.toml`, and the sample content as a library answers from it."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

from bot.calls.evaluate import Expected, Recorded
from bot.calls.model import Sentence
from connectors.calls import Leg
from knowledge.answer import Answerer
from knowledge.embedded import EmbeddedIndex
from knowledge.model import Answer, Document
from tests.knowledge.samples import sample_entries

TODAY = date(2026, 7, 1)
AT = datetime(2026, 7, 1, 2, tzinfo=UTC)
_FIELDS = (
    "demand_type", "place", "occurred_at", "contact_name", "contact_phone", "anonymous",
    "confidential",
)  # fmt: skip


class Samples:
    """The sample content."""

    revision = 1

    def __init__(self) -> None:
        self.index = EmbeddedIndex.build(sample_entries())
        self._answerer = Answerer(self.index)

    def answer(self, question: str, context: tuple[str, ...] = ()) -> Answer:
        return self._answerer.answer(question, today=TODAY, context=context)

    def document(self, document_id: str) -> Document | None:
        return self.index.document(document_id)


def talk(*turns: str) -> tuple[Sentence, ...]:
    """Sentences from lines such as `c: 喂` and `o: 您好`."""
    return tuple(
        Sentence(
            seq=seq,
            leg=Leg.CITIZEN if turn.startswith("c") else Leg.OPERATOR,
            text=turn[3:],
            at=AT,
        )
        for seq, turn in enumerate(turns)
    )


def dialogues() -> tuple[Recorded, ...]:
    text = (Path(__file__).parent / "dialogues.toml").read_text(encoding="utf-8")
    return tuple(_recorded(call) for call in tomllib.loads(text)["call"])


def _recorded(call: dict) -> Recorded:
    wanted = call["expected"]
    fields = {name: wanted[name] for name in _FIELDS if name in wanted}
    fields |= {name: wanted[name] for name in ("title", "text") if name in wanted}
    has = {
        name: tuple(wanted[f"{name}_has"]) for name in ("title", "text") if f"{name}_has" in wanted
    }
    lacks = {
        name: tuple(wanted[f"{name}_not"]) for name in ("text", "place") if f"{name}_not" in wanted
    }
    questions = wanted.get("questions")
    return Recorded(
        name=call["name"],
        caller=call.get("caller", ""),
        sentences=talk(*call["turns"]),
        expected=Expected(
            fields=fields,
            has=has,
            lacks=lacks,
            questions=None if questions is None else tuple(questions),
            documents=tuple(map(tuple, wanted.get("documents", ()))),
            departments=tuple(wanted.get("departments", ())),
            emergency=wanted.get("emergency", ""),
            refuse=wanted.get("refuse"),
        ),
    )
