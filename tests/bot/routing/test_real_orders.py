"""The learned router on real orders, a part of them for speed; the whole is `routing eval`."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from bot.routing.evaluate import judge_all
from bot.routing.orders import parse
from bot.routing.training import examples, train

DATA = Path(os.environ.get("POLICYLINE_DATA_DIR") or Path(__file__).parents[4] / "shared" / "data")
ORDERS = DATA / "work_orders" / "orders.csv"
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not ORDERS.is_file(), reason=f"no measurement data at {DATA}"),
]


def test_a_part_of_the_orders() -> None:
    """Every third order of departments with 60 or more; a quarter of them kept aside."""
    whole = parse(ORDERS.read_bytes()).orders
    sizes = Counter(order.department for order in whole)
    part = [order for order in whole if sizes[order.department] >= 60][::3]
    given = examples(part)
    unseen = np.arange(0, len(part), 4)
    seen = np.setdiff1d(np.arange(len(part)), unseen)
    model = train(given.rows(seen)).model
    shares, _ = judge_all(model, given.rows(unseen))
    order = np.argsort(-shares, axis=1)[:, :3]
    named = [[model.departments[at] for at in best] for best in order]
    right = [part[at].department for at in unseen]
    first = np.mean([names[0] == truth for names, truth in zip(named, right, strict=True)])
    three = np.mean([truth in names for names, truth in zip(named, right, strict=True)])
    assert first >= 0.76
    assert three >= 0.91
    singly = [model.predict(part[at].content, part[at].title) for at in unseen[:50]]
    assert [said.departments[0].label for said in singly] == [names[0] for names in named[:50]]
    began = time.process_time()
    for at in unseen[:50]:
        model.predict(part[at].content, part[at].title)
    assert (time.process_time() - began) / 50 < 0.03
