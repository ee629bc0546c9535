"""Understanding, conversation and content that do what a test tells them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue import DialogueAway, DialogueLost, DialogueTurn
from connectors.base import Reply
from knowledge.model import Answer, AnswerKind, Citation, Document, Quote, WayOn
from nlu.model import Entity, Intent, Understanding


class ScriptedNlu:
    """Knows a few beginnings of sentences; all else is out of scope."""

    INTENTS: Mapping[str, Intent] = {
        "怎么": Intent.POLICY_QUESTION,
        "那": Intent.ASK_WHEN,
        "投诉": Intent.COMPLAINT,
        "举报": Intent.REPORT,
        "您好": Intent.GREET,
        "谢谢": Intent.THANKS,
        "查进度": Intent.CASE_PROGRESS,
        "取消": Intent.CANCEL,
        "路灯": Intent.INFORM,
    }

    away = False

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def understand(self, text: str, message_id: str = "") -> Understanding:
        del message_id
        self.asked.append(text)
        known = (intent for start, intent in self.INTENTS.items() if text.startswith(start))
        at = text.find("剑光街道")
        place = Entity(kind="place", value="剑光街道", start=at, end=at + 4)
        return Understanding(
            text=text,
            intent=next(known, Intent.OUT_OF_SCOPE),
            confidence=0.9,
            entities=(place,) * (at >= 0),
        )


class ScriptedDialogue:
    """Rasa's side: answers a message once, however often it is told; can be away, and forget.

    Args:
        script: the citizen's words → the replies' texts, and whether the form stays open.
    """

    def __init__(self, script: Mapping[str, tuple[tuple[str, ...], bool]] | None = None) -> None:
        self.script = dict(script or {})
        self.away = False
        self.heard: list[str] = []
        self.about: list[str] = []
        self.anew: list[bool] = []
        self.places: list[str] = []
        self.again: list[bool] = []
        self._told: dict[str, DialogueTurn] = {}
        self._open: set[str] = set()

    def forget(self) -> None:
        """Its store was emptied, or an hour went by."""
        self._told.clear()
        self._open.clear()

    async def talk(
        self,
        conversation_id: str,
        text: str,
        message_id: str,
        *,
        about: str = "",
        understanding: Understanding | None = None,
        anew: bool = False,
        place: str = "",
        goes_on: bool = False,
        again: bool = False,
    ) -> DialogueTurn:
        del understanding
        if self.away:
            raise DialogueAway("away")
        if again:
            self._told.pop(message_id, None)
        if message_id not in self._told:
            if goes_on and conversation_id not in self._open:
                raise DialogueLost
            self.heard.append(text)
            self.again.append(again)
            self.about.append(about)
            self.anew.append(anew)
            self.places.append(place)
            texts, stays_open = self.script.get(text, (("请问在什么地方？",), True))
            replies = tuple(Reply(text=line) for line in texts)
            self._told[message_id] = DialogueTurn(replies=replies, open=stays_open)
            (self._open.add if stays_open else self._open.discard)(conversation_id)
        return self._told[message_id]

    async def ping(self) -> None:
        """Answers unless away."""
        if self.away:
            raise DialogueAway("away")


class ScriptedLibrary:
    """Content of one document, and what was asked of it."""

    DIRECT = Answer(
        kind=AnswerKind.DIRECT,
        question="",
        quotes=(Quote(text="带身份证到社保窗口办理。", citation=0),),
        citations=(Citation(document_id="示例-1", title="社保办理指南", place="二"),),
        confidence=0.9,
    )
    NONE = Answer(kind=AnswerKind.NONE, question="", ways_on=(WayOn.OPEN_CASE, WayOn.ASK_PERSON))

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.answers: dict[str, Answer] = {"怎么办社保": self.DIRECT}
        self.documents: dict[str, Document] = {}

    def document(self, document_id: str) -> Document | None:
        return self.documents.get(document_id)

    def answer(self, question: str, context: tuple[str, ...] = ()) -> Answer:
        self.asked.append((question, context))
        return replace(self.answers.get(question, self.NONE), question=question)

    async def answered(self, question: str, context: tuple[str, ...] = ()) -> Answer:
        return self.answer(question, context)
