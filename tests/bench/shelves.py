"""Shelves of documents the question sets are asked of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from knowledge.answer import Answerer
from knowledge.embedded import EmbeddedIndex
from knowledge.index import Entry
from knowledge.ingest import read
from knowledge.ingest.structure import passages
from knowledge.model import Document, Kind, Life
from knowledge.segment import contexts
from nlu.encoder_training import learn_from_texts

ROOT = Path(__file__).resolve().parents[2]
PORTAL_DAY = date(2026, 5, 1)
SAMPLE_DAY = date(2026, 6, 20)
SOCIAL_SECURITY = "faq_social_security"
REPEALED = {"gjj-policy-loan-2021"}


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Documents that can be asked, with the day they are asked on.

    Args:
        documents: by the name the sets call them: a sample's id, or a page's number and "_".
    """

    documents: Mapping[str, Document]
    answerer: Answerer
    today: date


def shelf_of(documents: Mapping[str, Document], today: date) -> Shelf:
    """A shelf of documents, with vectors learned from them as the software learns them."""
    entries = [Entry(document=each, passages=passages(each)) for each in documents.values()]
    index = EmbeddedIndex.build(entries, learn_from_texts(contexts(entries)))
    return Shelf(documents=documents, answerer=Answerer(index), today=today)


def portal_shelf(data: Path) -> Shelf:
    """The portal pages of the measurement data, all published."""
    found = {
        path.name.split("_")[0] + "_": replace(document, life=Life.PUBLISHED)
        for path in sorted((data / "portal_pages").glob("*.html"))
        for document in read(path)
    }
    return shelf_of(found, PORTAL_DAY)


def faq_shelf(data: Path) -> Shelf:
    """The portal pages, and a city's questions and answers on social security as one page more."""
    pages = dict(portal_shelf(data).documents)
    pages[SOCIAL_SECURITY] = Document(
        id=SOCIAL_SECURITY,
        title="社会保障常见问题",
        text=_pairs(data / "policy_qa" / "faq_social_security.jsonl"),
        kind=Kind.FAQ,
        life=Life.PUBLISHED,
    )
    return shelf_of(pages, PORTAL_DAY)


def _pairs(path: Path) -> str:
    pairs = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return "\n".join(f"问：{each['question']}\n答：{each['answer']}" for each in pairs)


def sample_shelf() -> Shelf:
    """The sample content, published but for what was repealed."""
    found = {
        path.stem: replace(
            document, life=Life.REPEALED if path.stem in REPEALED else Life.PUBLISHED
        )
        for path in sorted((ROOT / "knowledge" / "samples").glob("*.md"))
        for document in read(path)
    }
    return shelf_of(found, SAMPLE_DAY)


def policy_shelf(data: Path) -> Shelf:
    """The policy documents of the measurement data, all published."""
    documents = read(data / "policy_qa" / "documents.jsonl")
    found = {each.id: replace(each, life=Life.PUBLISHED) for each in documents}
    return shelf_of(found, SAMPLE_DAY)
