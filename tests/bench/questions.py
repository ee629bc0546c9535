"""What answers are worth on questions written without trying the search.

Four sets stand in `tests/golden`: questions on any part of portal pages in citizens' own words (the
right passage named by the hash of twelve characters, so that no text of a page is kept here), the
pages' published questions in other words, everyday wording over the sample content, and texts that
no document answers. Each is cut in a half to work
on (`dev`) and a half to measure with (`held`).
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
import jieba

from knowledge.model import Answer, AnswerKind
from tests.bench.shelves import Shelf, faq_shelf, policy_shelf, portal_shelf, sample_shelf
from tests.bench.table import Row

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden"
WINDOW = 12
"""Han characters an anchor is the hash of."""
LETTERS = 300
"""Mailbox letters of a sample."""
SEED = 12345
QUOTED = {AnswerKind.DIRECT, AnswerKind.REFUTATION}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one question.

    Args:
        group: its trait or kind, such as typo or complaint; half: dev or held.
        got: the document quoted first, or else found first; empty where there is none.
        place: where in it the quote stands, in words.
        right: the answer first; for a text nothing answers: not quoted from any document.
        right_document: the document first.
        faithful: each quote stands word for word in the document cited for it.
    """

    id: str
    group: str
    half: str
    question: str
    kind: AnswerKind
    got: str
    place: str
    wanted: str
    right: bool
    right_document: bool
    faithful: bool


def read_set(name: str) -> list[dict[str, Any]]:
    """The items of one of the sets in `tests/golden`."""
    lines = (GOLDEN / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def spans(text: str, anchors: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    """Characters of a text where the anchored passages stand.

    Args:
        text: a document's.
        anchors: each the first 16 hex digits of the SHA-256 of twelve Han characters following
            one another (others between them left out), and from the first on how many Han
            characters belong to the passage.
    """
    places = [at for at, sign in enumerate(text) if "\u4e00" <= sign <= "\u9fff"]
    signs = "".join(text[at] for at in places)
    wanted = {each["anchor"]: int(each["chars"]) for each in anchors}
    for at in range(max(len(signs) - WINDOW + 1, 0)):
        window = signs[at : at + WINDOW].encode()
        chars = wanted.get(hashlib.sha256(window).hexdigest()[:16])
        if chars is not None:
            yield places[at], places[min(at + max(chars, 1), len(places)) - 1] + 1


def faithful(answer: Answer, shelf: Shelf) -> bool:
    """Whether each quote stands word for word in the document its citation names."""
    by_id = {each.id: each.text for each in shelf.documents.values()}
    return all(
        quote.text in by_id[answer.citations[quote.citation].document_id] for quote in answer.quotes
    )


def portal(shelf: Shelf) -> list[Outcome]:
    """Questions on any part of the pages: right where the first citation touches that part."""
    return [_portal(each, shelf, "portal") for each in read_set("portal_questions")]


def faq(shelf: Shelf) -> list[Outcome]:
    """The pages' published questions in other words: right where that pair's answer is cited."""
    return [_portal(each, shelf, each["style"]) for each in read_set("faq_questions")]


def _portal(item: Mapping[str, Any], shelf: Shelf, group: str) -> Outcome:
    answer = shelf.answerer.answer(item["question"], today=shelf.today)
    places = [item, *item.get("also", ())]
    pages = [shelf.documents[each["page"]] for each in places]
    touched = [
        cited.document_id == page.id and cited.start < end and start < cited.end
        for cited in answer.citations[:1]
        for place, page in zip(places, pages, strict=True)
        for start, end in spans(page.text, place["right"])
    ]
    right = answer.kind in QUOTED and any(touched)
    wanted = f"{item['page']} {[each['ordinal'] for each in item['right']]}"
    return _outcome(item, group, answer, shelf, wanted, [page.id for page in pages], right=right)


def everyday(shelf: Shelf) -> list[Outcome]:
    """Everyday wording over the samples: right where the right document's own words are quoted."""
    return [_everyday(each, shelf) for each in read_set("everyday_questions")]


def _everyday(item: Mapping[str, Any], shelf: Shelf) -> Outcome:
    context = tuple(item["context"])
    answer = shelf.answerer.answer(item["question"], today=shelf.today, context=context)
    ids = [shelf.documents[each].id for each in item["document"]]
    cited = [each.document_id for each in answer.citations[:1]]
    said = any(anchor in answer.text for anchor in item["anchors"])
    right = answer.kind in QUOTED and said and bool(set(cited) & set(ids))
    wanted = f"{item['document']} {item['anchors']}"
    return _outcome(item, item["trait"], answer, shelf, wanted, ids, right=right)


def refusals(shelf: Shelf, *, groups: Iterable[str] = ()) -> list[Outcome]:
    """Texts nothing answers: right where the answer is none. All groups, or those named."""
    named = set(groups)
    items = [each for each in read_set("refusals") if not named or each["group"] in named]
    return [_refusal(each, shelf) for each in items]


def letters(shelf: Shelf, data: Path) -> list[Outcome]:
    """A sample of real mailbox letters, read where the measurement data lies."""
    path = data / "mailbox" / "messages_labelled.csv"
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    chosen = random.Random(SEED).sample(rows, LETTERS)  # noqa: S311
    items = [
        {"id": f"letter-{at}", "text": row["title"] + "\n" + row["detail"], "half": "held"}
        for at, row in enumerate(chosen)
    ]
    return [_refusal(each | {"group": "letter"}, shelf) for each in items]


def _refusal(item: Mapping[str, Any], shelf: Shelf) -> Outcome:
    answer = shelf.answerer.answer(item["text"], today=shelf.today)
    asked = {"id": item["id"], "half": item["half"], "question": item["text"]}
    right = answer.kind is AnswerKind.NONE
    return _outcome(asked, item["group"], answer, shelf, "none", [], right=right)


def policies(shelf: Shelf, data: Path) -> list[Outcome]:
    """Citizens' questions over the policy documents: right where the document is cited first."""
    found = []
    lines = (data / "policy_qa" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    for item in map(json.loads, lines):
        answer = shelf.answerer.answer(item["question"], today=shelf.today)
        first = [each.document_id for each in answer.citations[:1]]
        right = answer.kind in QUOTED and first == [item["docid"]]
        asked = {"id": item["id"], "half": "held", "question": item["question"]}
        wanted = [item["docid"]]
        found.append(_outcome(asked, "policy", answer, shelf, "", wanted, right=right))
    return found


def _outcome(
    item: Mapping[str, Any],
    group: str,
    answer: Answer,
    shelf: Shelf,
    wanted: str,
    ids: Sequence[str],
    *,
    right: bool,
) -> Outcome:
    cited = [(each.document_id, each.place) for each in answer.citations[:1]]
    told = [(each.id, "") for each in answer.documents[:1]]
    got, place = next(iter((*cited, *told)), ("", ""))
    names = {each.id: name for name, each in shelf.documents.items()}
    return Outcome(
        id=item["id"],
        group=group,
        half=item["half"],
        question=item["question"],
        kind=answer.kind,
        got=names.get(got, got),
        place=place,
        wanted=wanted,
        right=right,
        right_document=got in ids,
        faithful=faithful(answer, shelf),
    )


def share(values: Iterable[bool]) -> float:
    """How many of them hold, 0 to 1."""
    counted = list(values)
    return sum(counted) / len(counted)


def refused(outcomes: Iterable[Outcome]) -> float:
    """Share that got no answer at all."""
    return share(each.kind is AnswerKind.NONE for each in outcomes)


def plain_first(shelf: Shelf, questions: Sequence[tuple[str, Sequence[str]]]) -> float:
    """Share of questions whose document `bm25s` over jieba words finds first.

    Args:
        shelf: whose documents are searched.
        questions: each with the names of the documents that answer it.
    """
    names = list(shelf.documents)
    texts = [f"{each.title}\n{each.text}" for each in shelf.documents.values()]
    retriever = bm25s.BM25()
    retriever.index([list(jieba.cut(each)) for each in texts], show_progress=False)
    asked = [list(jieba.cut(question)) for question, _ in questions]
    places, _ = retriever.retrieve(asked, k=1, show_progress=False)
    return share(
        names[int(place)] in wanted
        for place, (_, wanted) in zip(places[:, 0], questions, strict=True)
    )


def rows(data: Path) -> list[Row]:
    """The figures of the sets as rows of the table of measurements."""
    samples, pages, shelf = sample_shelf(), portal_shelf(data), policy_shelf(data)
    asked, said, policy = portal(pages), everyday(samples), policies(shelf, data)
    published = faq(faq_shelf(data))
    not_ours, written = refusals(samples), letters(samples, data)
    name = "bm25s over jieba words"
    wanted = [(each["question"], [each["page"]]) for each in read_set("portal_questions")]
    spoken = [
        (" ".join([*each["context"], each["question"]]), each["document"])
        for each in read_set("everyday_questions")
    ]
    found = [
        *_by_group("portal questions", asked),
        _row("portal questions: document first", asked, plain_first(pages, wanted), name),
        *_by_group("FAQ questions", published),
        *_by_group("everyday questions", said),
        _row("everyday questions: document first", said, plain_first(samples, spoken), name),
        *_by_group("not to be answered", not_ours),
        *_by_group("not to be answered", written),
    ]
    answerable = [*asked, *published, *said, *policy]
    quoted = [*answerable, *not_ours, *written]
    found.append(Row(what="answerable questions refused", ours=f"{refused(answerable):.3f}"))
    for what, each in (
        ("portal", asked),
        ("FAQ", published),
        ("everyday", said),
        ("policy_qa", policy),
    ):
        found.append(Row(what=f"refused: {what}", ours=f"{refused(each):.3f}"))
    true = share(each.faithful for each in quoted)
    found.append(Row(what="quotes word for word in the cited document", ours=f"{true:.3f}"))
    return found


def _row(what: str, outcomes: Iterable[Outcome], peer: float, name: str) -> Row:
    ours = share(each.right_document for each in outcomes)
    return Row(what=what, ours=f"{ours:.3f}", peer=f"{peer:.3f}", peer_name=name)


def _by_group(what: str, outcomes: Sequence[Outcome]) -> Iterator[Row]:
    """Right ones by half, and by half and group where there are several groups."""
    for half in sorted({each.half for each in outcomes}):
        of_half = [each for each in outcomes if each.half == half]
        groups = sorted({each.group for each in of_half})
        if len(groups) > 1:
            right = share(each.right for each in of_half)
            yield Row(what=f"{what}, {half}: right", ours=f"{right:.3f}")
        for group in groups:
            some = [each.right for each in of_half if each.group == group]
            yield Row(
                what=f"{what}, {half}, {group} ({len(some)}): right", ours=f"{share(some):.3f}"
            )
