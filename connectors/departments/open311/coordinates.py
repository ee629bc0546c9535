"""GCJ-02, the coordinates of maps in China, and WGS84, those of GeoReport v2. Pure.

GCJ-02 is not published; the formula is the one in use since 2013 (EvilTransform,
github.com/googollee/eviltransform; PROJ and OpenLayers use the same). Its terms are fitted, its
ellipsoid is Krasovsky 1940 (a = 6378245 m, 1/f = 298.3). Forward it is exact; the way back is
solved to below a millimetre of the forward one.
"""

from __future__ import annotations

from math import cos, pi, sin, sqrt

_A = 6378245.0
"""Half of the long axis, metres."""
_EE = 0.00669342162296594323
"""The square of the eccentricity."""
_STEPS = 10
"""Each takes the error of the way back down by some three decimals; six are enough."""
_CLOSE = 1e-10
"""Degrees; some 0.01 mm."""


def wgs84_to_gcj02(latitude: float, longitude: float) -> tuple[float, float]:
    """A place as maps in China have it.

    Args:
        latitude: degrees, WGS84.
        longitude: the same.

    Returns:
        Degrees, GCJ-02; outside China the same as given.
    """
    if not in_china(latitude, longitude):
        return latitude, longitude
    north, east = _shift(latitude, longitude)
    return latitude + north, longitude + east


def gcj02_to_wgs84(latitude: float, longitude: float) -> tuple[float, float]:
    """A place of a map in China as the world has it.

    Args:
        latitude: degrees, GCJ-02.
        longitude: the same.

    Returns:
        Degrees, WGS84; outside China the same as given.
    """
    if not in_china(latitude, longitude):
        return latitude, longitude
    lat, long = latitude, longitude
    for _ in range(_STEPS):
        north, east = _shift(lat, long)
        back = latitude - north, longitude - east
        moved = abs(back[0] - lat) + abs(back[1] - long)
        lat, long = back
        if moved < _CLOSE:
            break
    return lat, long


def in_china(latitude: float, longitude: float) -> bool:
    """True in the box GCJ-02 is used in."""
    return 0.8293 <= latitude <= 55.8271 and 72.004 <= longitude <= 137.8347


def _shift(latitude: float, longitude: float) -> tuple[float, float]:
    """Degrees to the north and to the east by which GCJ-02 lies off."""
    x, y = longitude - 105.0, latitude - 35.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    both = (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north += both + _wave(y, 20.0, 1.0) + _wave(y, 40.0, 3.0)
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y / 30.0 * pi)) * 2.0 / 3.0
    east += both + _wave(x, 20.0, 1.0) + _wave(x, 40.0, 3.0)
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    radians = latitude / 180.0 * pi
    bend = 1.0 - _EE * sin(radians) ** 2
    meridian = _A * (1.0 - _EE) / (bend * sqrt(bend)) * pi / 180.0
    parallel = _A / sqrt(bend) * cos(radians) * pi / 180.0
    return north / meridian, east / parallel


def _wave(at: float, height: float, length: float) -> float:
    return height * sin(at / length * pi) * 2.0 / 3.0
