"""The catalogue's own sentences, learned."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bot.city.model import City
from bot.routing.sayings import Sayings


def test_shares_are_shares_and_the_nearest_sentence_is_named(city: City) -> None:
    meant = Sayings(city).meant("走到这条街上黑灯瞎火，路上一盏灯都不亮")
    assert abs(sum(meant.shares.values()) - 1) < 1e-5
    best = max(meant.shares, key=lambda lead: meant.shares[lead])
    assert best == "市城市管理局"
    assert meant.said[best].duty.id == "CG-01"


def test_another_sign_tips_the_scale(city: City) -> None:
    said = Sayings(city)
    plain = said.meant("这件事情请管一管")
    told = said.meant("这件事情请管一管", {"市水利局": 1.0})
    assert told.shares["市水利局"] > plain.shares["市水利局"]


def test_it_solves_what_it_says_it_solves(city: City) -> None:
    """The dual weights against numpy's solver, on the duties of a few leads."""
    few = replace(city, duties=city.duties[:30])
    said = Sayings(few)
    vectors = said._by_gram.T.toarray()
    place = {lead: at for at, lead in enumerate(said._leads)}
    truth = np.full((len(said._sentences), len(place)), -1.0)
    for row, (duty, _) in enumerate(said._sentences):
        truth[row, place[duty.lead]] = 1
    exact = np.linalg.solve(vectors @ vectors.T + np.eye(len(truth)), truth - truth.mean(0))
    assert np.abs(vectors @ vectors.T @ (said._weights - exact)).max() < 0.02


def test_a_city_without_duties_means_nothing(city: City) -> None:
    assert Sayings(replace(city, duties=())).meant("路灯坏了").shares == {}


def test_a_text_of_unknown_signs_favours_nobody_much(city: City) -> None:
    assert max(Sayings(city).meant("qwzx").shares.values()) < 0.5
