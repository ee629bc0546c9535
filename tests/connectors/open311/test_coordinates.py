"""GCJ-02 and WGS84."""

from __future__ import annotations

from math import cos, hypot, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.departments.open311.coordinates import gcj02_to_wgs84, in_china, wgs84_to_gcj02

_LAT = st.floats(min_value=4, max_value=53)
_LONG = st.floats(min_value=74, max_value=135)
_DEGREE_M = 111_320.0


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    return hypot(a[0] - b[0], (a[1] - b[1]) * cos(radians(a[0]))) * _DEGREE_M


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        # The test vectors EvilTransform publishes: Shanghai, Shenzhen, Beijing.
        ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
        ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
        ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
    ],
)
def test_known_places(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert metres(wgs84_to_gcj02(*wgs84), gcj02) < 0.01
    assert metres(gcj02_to_wgs84(*gcj02), wgs84) < 0.01


@given(_LAT, _LONG)
def test_there_and_back_is_the_same_place(lat: float, long: float) -> None:
    there = wgs84_to_gcj02(lat, long)
    assert metres(gcj02_to_wgs84(*there), (lat, long)) < 0.001
    assert metres(there, (lat, long)) < 1500


@pytest.mark.parametrize("place", [(51.5, -0.1), (-33.9, 151.2), (0.0, 0.0), (90.0, 180.0)])
def test_elsewhere_nothing_is_moved(place: tuple[float, float]) -> None:
    assert not in_china(*place)
    assert wgs84_to_gcj02(*place) == gcj02_to_wgs84(*place) == place
