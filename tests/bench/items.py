"""An item judged without past orders, how long judging takes, and repeats told from others."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline, make_union
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from bot.cases.merging import CaseReader, compare
from bot.cases.model import RoutingInput
from bot.city.load import DEFAULT, load
from bot.city.model import TERRITORY_LEAD, City
from bot.routing.orders import Order, parse
from bot.routing.router import Router
from bot.routing.sayings import Sayings
from bot.routing.training import examples, train
from tests.bench.routes import words
from tests.bench.table import Row, percentile
from tests.bot.cases.pairs import pairs, precision_at
from tests.running import ROOT

_COLD = ROOT / "tests" / "bot" / "routing"
_TIMED = 400


def rows(data: Path) -> Sequence[Row]:
    """Cold start, time, duplicates."""
    city = load(DEFAULT)
    with threadpool_limits(1):
        found = [*_cold(city), *_repeats(city)]
        orders = data / "work_orders" / "orders.csv"
        return [*found, *_time(city, orders)] if orders.is_file() else found


def _machine() -> object:
    return make_pipeline(
        make_union(
            TfidfVectorizer(tokenizer=words, token_pattern=None, sublinear_tf=True),
            TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True),
        ),
        LinearSVC(),
    )


def _cold(city: City) -> list[Row]:
    """400 items nobody had seen who wrote the catalogue; the peer learns names and keywords."""
    router, peer = Router(city), _machine()
    phrases = [(each, duty.lead) for duty in city.duties for each in (duty.name, *duty.keywords)]
    peer.fit([text.replace("+", "") for text, _ in phrases], [lead for _, lead in phrases])  # type: ignore[attr-defined]

    def theirs(text: str) -> list[str]:
        best = np.argsort(-peer.decision_function([text])[0])[:3]  # type: ignore[attr-defined]
        town = router.route(RoutingInput(text=text)).territory
        named = [str(peer.classes_[at]) for at in best]  # type: ignore[attr-defined]
        return [city.government_of(town) if n == TERRITORY_LEAD and town else n for n in named]

    def ours(text: str) -> list[str]:
        return [one.name for one in router.route(RoutingInput(text=text)).departments]

    found = []
    for name, of in (("unseen items", "cold_blind.tsv"), ("items seen", "cold_start.tsv")):
        items = [
            (line.split("\t")[0], set(line.split("\t")[1].split("/")))
            for line in (_COLD / of).read_text("utf-8").splitlines()
            if not line.startswith("#")
        ]
        mine, others = _shares(items, ours), _shares(items, theirs)
        routed = [(router.route(RoutingInput(text=text)), units) for text, units in items]
        sent = [one.departments[0].name in units for one, units in routed if one.auto]
        found += [
            Row(
                what=f"cold start, {len(items)} {name}: department first / among three",
                ours=mine,
                peer=others,
                peer_name="TF-IDF + linear SVM on the catalogue's names and keywords",
            ),
            Row(
                what=f"cold start, {name}: dispatched by themselves / rightly",
                ours=f"{len(sent) / len(items):.3f} / {sum(sent) / max(1, len(sent)):.3f}",
            ),
        ]
    return found


def _shares(items: list[tuple[str, set[str]]], named: Callable[[str], list[str]]) -> str:
    said = [(named(text)[:3], units) for text, units in items]
    first = sum(bool(names) and names[0] in units for names, units in said) / len(said)
    three = sum(bool(units.intersection(names)) for names, units in said) / len(said)
    return f"{first:.3f} / {three:.3f}"


def _repeats(city: City) -> list[Row]:
    reader, given = CaseReader(city), pairs()
    same = [float(pair.same) for pair in given]
    odds = [compare(reader.read(pair.a), reader.read(pair.b)).probability for pair in given]
    vectors = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    texts = [f"{told.title} {told.text} {told.place}" for p in given for told in (p.a, p.b)]
    whole = vectors.fit_transform(texts)
    alike = np.asarray(whole[::2].multiply(whole[1::2]).sum(axis=1))[:, 0].tolist()
    held = [at for at, pair in enumerate(given) if pair.held]

    def at_recall(values: list[float], which: list[int]) -> str:
        return f"{precision_at([values[a] for a in which], [same[a] for a in which], 0.8):.3f}"

    every = list(range(len(given)))
    return [
        Row(
            what=f"repeats, {len(which)} {name} pairs: precision at recall 0.8",
            ours=at_recall(odds, which),
            peer=at_recall(alike, which),
            peer_name="cosine of TF-IDF over characters",
        )
        for name, which in (("held", held), ("written", every))
    ]


def _time(city: City, path: Path) -> list[Row]:
    """One item at a time, from a router that learned from all orders."""
    orders = parse(path.read_bytes()).orders
    router = Router(city, train(examples(orders, Sayings(city))).model)
    peer = _machine()
    kept = [order for order in orders if order.department]
    peer.fit([_text(order) for order in kept], [order.department for order in kept])  # type: ignore[attr-defined]
    timed = orders[:: max(1, len(orders) // _TIMED)]
    mine = [
        _ms(lambda o=o: router.route(RoutingInput(text=o.content, title=o.title)))  # type: ignore[misc]
        for o in timed
    ]
    others = [_ms(lambda o=o: peer.predict([_text(o)])) for o in timed]  # type: ignore[misc,attr-defined]
    return [
        Row(
            what="judging one item, p50 / p99 ms",
            ours=f"{percentile(mine, 0.5):.1f} / {percentile(mine, 0.99):.1f}",
            peer=f"{percentile(others, 0.5):.1f} / {percentile(others, 0.99):.1f}",
            peer_name="TF-IDF over words and characters, linear SVM: the department alone",
            ratio=f"{percentile(mine, 0.99) / percentile(others, 0.99):.2f} of its p99",
        )
    ]


def _text(order: Order) -> str:
    return f"{order.title} {order.content}"


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
