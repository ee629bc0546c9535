"""The life of a document and what an import means for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge.model import Attachment, Document, Kind, Life
from knowledge.review import (
    Change,
    ReviewError,
    content_hash,
    from_json,
    move,
    plan_import,
    to_json,
)

READ = Document(
    id="d",
    title="示例通知",
    text="每月五十元。",
    kind=Kind.NOTICE,
    published_on=date(2024, 3, 12),
    attachments=(Attachment(name="表", url="/a.docx"),),
)


def stored(life: Life = Life.PUBLISHED, version: int = 1) -> Document:
    return replace(READ, life=life, version=version, content_hash=content_hash(READ))


def test_the_hash_knows_content_and_not_life() -> None:
    assert content_hash(stored()) == content_hash(READ)
    assert content_hash(replace(READ, number="丰民字〔2024〕12号")) != content_hash(READ)


def test_json_there_and_back() -> None:
    assert from_json(to_json(stored())) == stored()


def test_a_new_document_is_a_draft_or_published() -> None:
    drafted = plan_import(READ, current=None, newest=None, publish=False)
    published = plan_import(READ, current=None, newest=None, publish=True)
    assert drafted.change is published.change is Change.ADDED
    assert drafted.current is not None
    assert published.current is not None
    assert (drafted.current.life, published.current.life) == (Life.DRAFT, Life.PUBLISHED)
    assert drafted.current.version == 1


@pytest.mark.parametrize("publish", [True, False])
def test_the_same_again_changes_nothing(publish: bool) -> None:
    step = plan_import(READ, current=stored(), newest=stored(), publish=publish)
    assert step.change is Change.UNCHANGED
    assert step.version is step.current is None


def test_publishing_what_was_imported_as_a_draft() -> None:
    draft = stored(Life.DRAFT)
    step = plan_import(READ, current=draft, newest=draft, publish=True)
    assert step.version is None
    assert step.current is not None
    assert step.current.life is Life.PUBLISHED


def test_a_change_waits_beside_what_is_published() -> None:
    changed = replace(READ, text="每月六十元。")
    step = plan_import(changed, current=stored(), newest=stored(), publish=False)
    assert step.change is Change.CHANGED
    assert step.current is None
    assert step.version is not None
    assert (step.version.version, step.version.life) == (2, Life.DRAFT)


def test_a_published_change_takes_over() -> None:
    changed = replace(READ, text="每月六十元。")
    step = plan_import(changed, current=stored(), newest=stored(), publish=True)
    assert step.current == step.version
    assert step.current is not None
    assert (step.current.version, step.current.life) == (2, Life.PUBLISHED)


def test_a_source_that_says_repealed_repeals() -> None:
    step = plan_import(replace(READ, life=Life.REPEALED), current=None, newest=None, publish=True)
    assert step.current is not None
    assert step.current.life is Life.REPEALED
    again = plan_import(
        replace(READ, life=Life.REPEALED), current=stored(), newest=stored(), publish=True
    )
    assert again.current is not None
    assert again.current.life is Life.REPEALED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Life.DRAFT, Life.CHECKED),
        (Life.CHECKED, Life.PUBLISHED),
        (Life.PUBLISHED, Life.REPEALED),
        (Life.REPEALED, Life.PUBLISHED),
    ],
)
def test_allowed_steps(before: Life, after: Life) -> None:
    assert move(stored(before), after, by="second", drafted_by="first").life is after


@pytest.mark.parametrize(
    ("before", "after", "by", "replaced_by"),
    [
        (Life.DRAFT, Life.PUBLISHED, "second", ""),
        (Life.DRAFT, Life.CHECKED, "first", ""),
        (Life.PUBLISHED, Life.DRAFT, "second", ""),
        (Life.PUBLISHED, Life.REPLACED, "second", ""),
        (Life.PUBLISHED, Life.REPLACED, "second", "d"),
    ],
)
def test_steps_that_are_refused(before: Life, after: Life, by: str, replaced_by: str) -> None:
    with pytest.raises(ReviewError):
        move(stored(before), after, by=by, drafted_by="first", replaced_by=replaced_by)
