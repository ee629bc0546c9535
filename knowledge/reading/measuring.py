"""What a learned reader is worth on documents it has not seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import numpy as np

from knowledge.answer import Answerer, Thresholds
from knowledge.evaluate import Asked, Report, evaluate
from knowledge.index import Index
from knowledge.reading.picking import Picker
from knowledge.reading.training import Learned


def unseen(
    asked: Sequence[Asked],
    index: Index,
    learned: Learned,
    today: date,
    thresholds: Thresholds | None = None,
) -> Report:
    """Each question answered by the fold's model that was taught without its document.

    Args:
        asked: at least one question.
        index: the pool; all its documents compete.
        learned: from examples over these documents.
        today: the calendar day in Asia/Shanghai.
        thresholds: as in use; the default ones where None.
    """
    thresholds = thresholds or Thresholds()
    ids = sorted({each.document_id for each in asked} | learned.fold_of.keys())
    ids = [each for each in ids if index.document(each) is not None]
    reports = []
    for fold, model in enumerate(learned.folds):
        own = [each for each in asked if learned.fold_of.get(each.document_id, 0) == fold]
        if own:
            picker = Picker(model, completeness=thresholds.completeness)
            answerer = Answerer(index, thresholds, picker)
            reports.append(evaluate(own, index, answerer, ids, today))
    return _joined(reports)


def _joined(reports: Sequence[Report]) -> Report:
    """One report of several: shares by their questions, times of the slowest."""
    sizes = [report.questions for report in reports]

    def mean(name: str) -> float:
        return float(np.average([getattr(report, name) for report in reports], weights=sizes))

    kinds: Counter[str] = Counter()
    for report in reports:
        kinds.update(report.kinds)
    return Report(
        questions=sum(sizes),
        strict_first=mean("strict_first"),
        strict_five=mean("strict_five"),
        first=mean("first"),
        five=mean("five"),
        answer_held=mean("answer_held"),
        rouge=mean("rouge"),
        direct_right=mean("direct_right"),
        kinds=dict(kinds),
        median_ms=mean("median_ms"),
        slowest_ms=max(report.slowest_ms for report in reports),
        wrong=tuple(wrong for report in reports for wrong in report.wrong),
    )
