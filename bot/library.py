"""The published content as this process holds it: importing, publishing, finding, answering."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.content_ports import Database, EncoderMaker, IndexMaker, Progress, Signals
from bot.moving import Wanted, found, move_document
from knowledge.answer import WAYS_ON, Answerer, Thresholds
from knowledge.embedded import EmbeddedIndex
from knowledge.evaluate import Asked, Report, evaluate
from knowledge.explaining import Explanation, explain
from knowledge.index import Entry, Index, IndexAway, held
from knowledge.ingest.structure import passages
from knowledge.model import Answer, AnswerKind, Document, ImportReport, Kind, Life
from knowledge.review import Version
from knowledge.search import Hit, search

if TYPE_CHECKING:
    from bot.ports import Clock
    from bot.settings import Settings
    from nlu.encoder import Encoder

log = logging.getLogger(__name__)

TOPIC = "knowledge"
POLL_S = 0.5
"""How often a process looks for changes whose wake-up it missed; found within 1 s is promised."""
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Library:
    """This replica's index over the published content, and the only way to change that content.

    Args:
        signals: wakes the other replicas after a change; without it they find it by looking.
        encoder: makes the encoder at `start`; None: words and bigrams alone.
        build: builds the index; in this process unless told otherwise.
        thresholds: from which confidence an answer is given.
        second_reader: who brought a version in may not check it.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        signals: Signals | None = None,
        encoder: EncoderMaker | None = None,
        build: IndexMaker = EmbeddedIndex.build,
        thresholds: Thresholds | None = None,
        second_reader: bool = True,
    ) -> None:
        self._database, self._clock, self._signals = database, clock, signals
        self._make_encoder, self._build, self._thresholds = encoder, build, thresholds
        self._second_reader = second_reader
        self._index: Index = EmbeddedIndex(parts=())
        self._answerer = Answerer(self._index, thresholds)
        self._held: set[str] = set()
        self._revision = 0
        self._built = False
        self._refreshing = asyncio.Lock()
        self._refreshed = asyncio.Condition()
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Build the index from the database, then keep it fresh until `close`."""
        await self.refresh()
        self._watching = asyncio.create_task(self._watch(), name="library")

    async def close(self) -> None:
        """Stop keeping it fresh."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
            self._watching = None

    async def refresh(self) -> bool:
        """Take over what changed in the database; False where nothing did, which costs one row."""
        async with self._refreshing:
            async with self._database.read() as unit:
                revision = await unit.documents.revision()
                if self._built and revision == self._revision:
                    return False
                changed = await unit.documents.changed_since(self._revision)
            index = await asyncio.to_thread(self._next_index, changed)
            self._index, self._answerer = index, Answerer(index, self._thresholds)
            self._held |= {each.id for each in changed}
            self._revision, self._built = revision, True
            async with self._refreshed:
                self._refreshed.notify_all()
            log.info("library refreshed", extra={"revision": revision, "changed": len(changed)})
            return True

    async def until(self, revision: int) -> None:
        """Wait until this process holds that revision of the content."""
        async with self._refreshed:
            await self._refreshed.wait_for(lambda: self._revision >= revision)

    def _next_index(self, changed: Sequence[Document]) -> Index:
        entries = [Entry(document=each, passages=passages(each)) for each in changed]
        if len(self._index):
            return self._index.changed(put=entries)
        entries = [entry for entry in entries if held(entry)]
        if not entries:
            return self._index
        make = self._make_encoder  # with the first content, from which it may have to be trained
        encoder = make(lambda: _texts(entries)) if make is not None else None
        return self._build(entries, encoder)

    async def _watch(self) -> None:
        with contextlib.ExitStack() as inside:
            waiter = inside.enter_context(self._signals.waiting(TOPIC)) if self._signals else None
            while True:
                if waiter is not None:
                    await waiter.wait(POLL_S)
                else:
                    await asyncio.sleep(POLL_S)
                try:
                    await self.refresh()
                except Exception as error:  # noqa: BLE001 - a loop's edge: try again at the next look
                    log.warning("library not refreshed", extra={"error": type(error).__name__})

    def evaluate(self, asked: Sequence[Asked]) -> Report:
        """Measure answers on questions whose document is known; the whole content competes."""
        return evaluate(asked, self._index, self._answerer, sorted(self._held), self._today())

    @property
    def index(self) -> Index:
        """The index in force."""
        return self._index

    @property
    def loaded(self) -> bool:
        """True once the content was read from the database."""
        return self._built

    @property
    def revision(self) -> int:
        """The revision of the content this process holds."""
        return self._revision

    def answer(self, question: str, context: tuple[str, ...] = ()) -> Answer:
        """Answer from published, valid content; where the index is away, with the other ways on.

        Args:
            question: as the citizen put it.
            context: earlier questions of the conversation, newest last.
        """
        try:
            return self._answerer.answer(question, today=self._today(), context=context)
        except IndexAway as away:
            log.warning("index away: %s", away)
            return Answer(kind=AnswerKind.NONE, question=question, ways_on=WAYS_ON[1:])

    async def answered(self, question: str, context: tuple[str, ...] = ()) -> Answer:
        """The same in a thread: neither a slow question nor a far index holds up the others.

        Args:
            question: as the citizen put it.
            context: earlier questions of the conversation, newest last.
        """
        return await asyncio.to_thread(self.answer, question, context)

    def explain(self, question: str, context: tuple[str, ...] = ()) -> Explanation:
        """The same answer with every step that led to it."""
        return explain(self._answerer, question, today=self._today(), context=context)

    def search(self, question: str, k: int = 10) -> tuple[Hit, ...]:
        """The documents most likely to answer, best first, at most `k`."""
        return search(self._index, question, k, self._today())

    def document(self, document_id: str) -> Document | None:
        """A document citizens may read: published, or replaced or repealed since; else None."""
        return self._index.document(document_id)

    async def get(self, document_id: str) -> Document:
        """A document as stored, whatever its life.

        Raises:
            NotFound: there is none.
        """
        async with self._database.read() as unit:
            return found(await unit.documents.get(document_id))

    async def versions(self, document_id: str) -> tuple[Version, ...]:
        """Every version of a document, oldest first."""
        async with self._database.read() as unit:
            return await unit.documents.versions(document_id)

    async def documents(
        self,
        *,
        life: Life | None = None,
        kind: Kind | None = None,
        words: str = "",
        after: str = "",
        limit: int = 100,
    ) -> tuple[Document, ...]:
        """Stored documents by id, those after `after`; `words` occur in title, number or id."""
        async with self._database.read() as unit:
            return await unit.documents.find(
                life=life, kind=kind, words=words, after=after, limit=limit
            )

    async def import_paths(
        self,
        paths: Sequence[Path],
        *,
        kind: Kind | None = None,
        publish: bool = False,
        by: str,
        progress: Progress | None = None,
        only: Collection[str] | None = None,
        each: Callable[[], None] | None = None,
    ) -> ImportReport:
        """Import files and folders; each document in a transaction of its own.

        A file that cannot be read is reported and the others are imported. The same content again
        changes nothing.

        Args:
            paths: files, and folders with all they hold.
            kind: of all of them; None: as each says, or as its title and shape suggest.
            publish: put them into force at once.
            by: who imports.
            progress: told after each file.
            only: ids of the documents wanted; None: all.
            each: told after each document.
        """
        from bot.importing import Importer

        importer = Importer(
            self._database, self._clock, kind=kind, publish=publish, by=by, only=only, each=each
        )
        report = await importer.run(paths, progress)
        if report.added or report.changed:
            await self._changed()
        return report

    async def check(self, document_id: str, by: str, *, alone: str = "") -> Document:
        """Mark the newest version as checked by a second person.

        Args:
            document_id: which.
            by: who checks.
            alone: why its writer checks it all the same, an administrator's reason.

        Raises:
            NotFound: there is none.
            Conflict: it is no draft, or the same person brought it in.
        """
        wanted = Wanted(to=Life.CHECKED, by=by, second=self._second_reader, alone=alone)
        return await self._move(document_id, wanted)

    async def send_back(self, document_id: str, by: str, note: str) -> Document:
        """Make a checked version a draft again; `note` says what is wrong with it."""
        return await self._move(document_id, Wanted(to=Life.DRAFT, by=by, note=note))

    async def publish(
        self, document_id: str, by: str, *, second: bool = False, alone: str = ""
    ) -> Document:
        """Put the newest version into force; the operator's own word stands for the check.

        Args:
            document_id: which.
            by: who publishes.
            second: whoever brought it in may not, where the settings want a second reader.
            alone: why they do all the same, an administrator's reason.

        Raises:
            NotFound: there is none.
            Conflict: its life does not allow it, or a second person must do it.
        """
        second = second and self._second_reader
        wanted = Wanted(to=Life.PUBLISHED, by=by, second=second, alone=alone)
        return await self._move(document_id, wanted)

    async def repeal(self, document_id: str, by: str, replaced_by: str = "") -> Document:
        """Take a document out of force.

        Args:
            document_id: which.
            by: who does it.
            replaced_by: the id of what took its place, or empty.

        Raises:
            NotFound: there is none, or none that could replace it.
            Conflict: its life does not allow it.
        """
        to = Life.REPLACED if replaced_by else Life.REPEALED
        return await self._move(document_id, Wanted(to=to, by=by, replaced_by=replaced_by))

    async def _move(self, document_id: str, wanted: Wanted) -> Document:
        moved = await move_document(self._database, document_id, wanted, now=self._clock.now())
        await self._changed()
        return moved

    async def _changed(self) -> None:
        """Hold the change here, and wake the others."""
        if self._signals is not None:
            await self._signals.wake(TOPIC)
        if self._built:
            await self.refresh()

    def _today(self) -> date:
        return self._clock.now().astimezone(SHANGHAI).date()


def _texts(entries: Sequence[Entry]) -> Iterable[str]:
    for entry in entries:
        yield entry.document.title
        for passage in entry.passages:
            yield passage.question + passage.text


def thresholds_of(settings: Settings) -> Thresholds:
    """From which confidence an answer is given, as set."""
    return Thresholds(
        direct=settings.answer_direct,
        choices=settings.answer_choices,
        present=settings.answer_present,
        quote_chars=settings.answer_quote_chars,
        completeness=settings.answer_completeness,
        reader=settings.reader,
    )


def encoder_maker(settings: Settings) -> EncoderMaker:
    """The encoder the settings name; the one trained from the content is kept under `home`."""

    def make(texts: Callable[[], Iterable[str]]) -> Encoder:
        from nlu.encoder import open_encoder

        return open_encoder(settings.encoder, folder=settings.home / "encoder", texts=texts)

    return make
