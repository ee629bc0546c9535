"""What editors write themselves: particulars of documents, question-answer pairs. All drafts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.content_course import Act, Step
from bot.content_ports import Database, Unit
from bot.document_sheet import Relatives, Sheet, relatives_of, sheet_of
from bot.errors import Conflict, Invalid, NotFound
from bot.moving import found
from knowledge.model import Document, Form, Kind, Life
from knowledge.pairs import with_pair
from knowledge.review import DocumentStore, ReviewError, plan_import

if TYPE_CHECKING:
    from bot.ports import Clock, Ids

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_LOOKED_AT = 50
_LISTED = 500
"""Documents a form offers to choose from."""


@dataclass(frozen=True, kw_only=True)
class Particulars:
    """What an editor may change of a document without touching its text.

    Args:
        policy: the document it belongs to, by id, number or title; or empty.
    """

    kind: Kind
    form: Form
    department: str
    number: str
    valid_from: date | None
    valid_to: date | None
    policy: str


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A question and its answer, to become content.

    Args:
        target: id of the FAQ it is added to; empty for a new one of that `title`.
        basis: the policy it rests on, by id, number or title; or empty.
    """

    question: str
    answer: str
    department: str
    title: str
    target: str
    basis: str


class Editing:
    """Writes new versions of documents; they are checked and published as all content is."""

    def __init__(self, database: Database, clock: Clock, ids: Ids) -> None:
        self._database, self._clock, self._ids = database, clock, ids

    async def sheet(self, document_id: str) -> Sheet:
        """A document with its versions and relatives.

        Raises:
            NotFound: there is none.
        """
        async with self._database.read() as unit:
            return await sheet_of(unit, document_id)

    async def set_review(self, document_id: str, day: date | None, *, by: str) -> None:
        """When a document is to be looked at again; citizens see no change.

        Raises:
            NotFound: there is none.
        """
        async with self._database.begin() as unit:
            await unit.documents.lock()
            current = found(await unit.documents.get(document_id))
            await unit.documents.set_review(document_id, day)
            await unit.course.add(
                Step(
                    document_id=document_id,
                    version=current.version,
                    act=Act.REVIEW_SET,
                    at=self._clock.now(),
                    by=by,
                    note=day.isoformat() if day else "",
                )
            )

    async def relatives(self, document: Document) -> Relatives:
        """Only those citizens may read: published ones, and the policy also after its end."""
        async with self._database.read() as unit:
            whole = await relatives_of(unit.documents, document)
        read = (Life.PUBLISHED, Life.REPLACED, Life.REPEALED)
        return Relatives(
            policy=whole.policy if whole.policy and whole.policy.life in read else None,
            own=tuple(each for each in whole.own if each.life is Life.PUBLISHED),
            successor=whole.successor if whole.successor and whole.successor.life in read else None,
        )

    async def named(self, words: str) -> Document:
        """The document an editor means by its id, number or title.

        Raises:
            NotFound: none is called so.
            Conflict: several are.
        """
        async with self._database.read() as unit:
            return await _named(unit.documents, words)

    async def titles(self, kind: Kind) -> tuple[Document, ...]:
        """The documents of a kind a form offers to choose from: all that have not ended."""
        async with self._database.read() as unit:
            stored = await unit.documents.find(kind=kind, limit=_LISTED)
        return tuple(each for each in stored if each.life not in (Life.REPLACED, Life.REPEALED))

    async def change(
        self, document_id: str, wanted: Particulars, *, version: int, by: str
    ) -> Document:
        """Change particulars: a new version, a draft until it is checked and published.

        Args:
            document_id: which.
            wanted: all of its particulars.
            version: the version the editor saw.
            by: who changes it.

        Raises:
            NotFound: there is none.
            Invalid: particulars that contradict each other, or an unknown policy.
            Conflict: somebody else changed it since, or nothing is changed.
        """
        if wanted.valid_from and wanted.valid_to and wanted.valid_to < wanted.valid_from:
            raise Invalid("失效日期早于生效日期。", fields={"valid_to": "早于生效日期"})
        policy = await self._policy(wanted.policy, "policy")
        if policy is not None and policy.id == document_id:
            raise Invalid("文件不能是自己的解读。", fields={"policy": "不能是它自己"})

        def changed(document: Document) -> Document:
            return replace(
                document,
                kind=wanted.kind,
                form=wanted.form,
                department=wanted.department,
                number=wanted.number,
                valid_from=wanted.valid_from,
                valid_to=wanted.valid_to,
                policy_id=policy.id if policy else "",
            )

        return await self._next(document_id, changed, version=version, by=by)

    async def write(self, pair: Pair, *, by: str) -> Document:
        """Make a pair a draft: a new FAQ, or a new version of an existing one.

        Raises:
            Invalid: the pair cannot be read as one, or its basis is unknown.
            NotFound: there is no such FAQ.
            Conflict: the document to add it to is none of questions and answers.
        """
        policy = await self._policy(pair.basis, "basis")
        answer = f"{pair.answer}\n{_basis(policy)}" if policy else pair.answer

        def added(document: Document) -> Document:
            if document.kind is not Kind.FAQ:
                raise Conflict("只能加到“常见问题”里。", fields={"target": "不是常见问题"})
            try:
                return with_pair(document, pair.question, answer)
            except ReviewError as error:
                raise Invalid(error.reason_zh, fields={"answer": error.reason_zh}) from error

        if pair.target:
            return await self._next(pair.target, added, by=by)
        if not pair.title:
            raise Invalid("请写标题，或者选择要加入的常见问题。", fields={"title": "必须填写"})
        new = Document(
            id=self._ids.new_id(),
            title=pair.title,
            text="",
            kind=Kind.FAQ,
            form=Form.QA,
            department=pair.department,
            published_on=self._clock.now().astimezone(_SHANGHAI).date(),
            policy_id=policy.id if policy else "",
        )
        return await self._store(added(new), current=None, newest=None, by=by)

    async def _policy(self, words: str, field: str) -> Document | None:
        if not words:
            return None
        try:
            return await self.named(words)
        except (NotFound, Conflict) as error:
            raise Invalid(error.message, fields={field: error.message}) from error

    async def _next(
        self,
        document_id: str,
        changed: Callable[[Document], Document],
        *,
        version: int | None = None,
        by: str,
    ) -> Document:
        async with self._database.begin() as unit:
            await unit.documents.lock()
            current = found(await unit.documents.get(document_id))
            newest = await unit.documents.newest(document_id)
            base = newest.document if newest else current
            if version is not None and version != base.version:
                raise Conflict("这份文件刚才被别人改过，请刷新页面后再改。")
            incoming = replace(changed(base), life=Life.DRAFT, replaced_by="")
            return await self._put(unit, incoming, current, base, by)

    async def _store(
        self, incoming: Document, *, current: Document | None, newest: Document | None, by: str
    ) -> Document:
        async with self._database.begin() as unit:
            await unit.documents.lock()
            return await self._put(unit, incoming, current, newest, by)

    async def _put(
        self,
        unit: Unit,
        incoming: Document,
        current: Document | None,
        newest: Document | None,
        by: str,
    ) -> Document:
        step = plan_import(incoming, current=current, newest=newest, publish=False)
        if step.version is None:
            raise Conflict("没有改动，不用保存。")
        now = self._clock.now()
        if step.current is not None:
            await unit.documents.put(step.current, at=now, by=by)
        await unit.documents.add_version(step.version, at=now, by=by)
        act = Act.WRITTEN if current is None else Act.CHANGED
        number = step.version.version
        await unit.course.add(
            Step(document_id=step.version.id, version=number, act=act, at=now, by=by)
        )
        return step.version


async def _named(store: DocumentStore, words: str) -> Document:
    wanted = words.strip().removeprefix("《").removesuffix("》")
    by_id = await store.get(wanted)
    if by_id is not None:
        return by_id
    near = await store.find(words=wanted, limit=_LOOKED_AT)
    exact = [each for each in near if wanted in (each.number, each.title)]
    if not exact:
        raise NotFound(f"没有找到名为“{wanted[:40]}”的文件，请填写完整的标题、文号或编号。")
    if len(exact) > 1:
        raise Conflict(f"有 {len(exact)} 份文件都叫“{wanted[:40]}”，请改填编号。")
    return exact[0]


def _basis(policy: Document) -> str:
    number = f"（{policy.number}）" if policy.number else ""
    return f"依据：《{policy.title}》{number}。"
