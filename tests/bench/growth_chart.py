"""Time against size, drawn on logarithmic axes: a level line does not grow, the dashed one is
linear."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 860, 460, 60, 290, 40, 50
_COLOURS = ("#1f5fa8", "#b3452c", "#2e7d4f", "#7a4fa3", "#8a6d1a", "#2b8a8f", "#a33b6f", "#555555")
_LABEL_PX = 16


def drawn(
    title: str, sizes: Sequence[int], series: Mapping[str, Sequence[float]], unit: str
) -> str:
    """An SVG.

    Args:
        title: what it shows.
        sizes: ascending, above 0.
        series: name → ms at each size, above 0.
        unit: what is counted, such as `cases`.
    """
    most = max(max(values) for values in series.values())
    least = min(min(values) for values in series.values())
    low, high = floor(log10(least)), ceil(log10(most) + 1e-9)
    left, right = log10(sizes[0]), log10(sizes[-1])

    def x(size: float) -> float:
        return _LEFT + (log10(size) - left) / (right - left) * (_WIDTH - _LEFT - _RIGHT)

    def y(ms: float) -> float:
        return _HEIGHT - _BOTTOM - (log10(ms) - low) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="sans-serif" font-size="13"><title>{escape(title)}</title>'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>'
        f'<text x="{_LEFT}" y="22" font-size="15">{escape(title)}</text>'
    ]
    for power in range(low, high + 1):
        at = y(10.0**power)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>'
            f'<text x="{_LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
        )
    parts += [
        f'<text x="{x(size):.1f}" y="{_HEIGHT - _BOTTOM + 20}" text-anchor="middle">{size:,}</text>'
        for size in sizes
    ]
    parts.append(f'<text x="{_LEFT}" y="{_HEIGHT - 8}">ms, by {escape(unit)}</text>')
    end = min(sizes[-1], sizes[0] * 10.0**high / 10.0**low)
    parts.append(
        f'<line x1="{x(sizes[0]):.1f}" y1="{y(10.0**low):.1f}" x2="{x(end):.1f}" '
        f'y2="{y(10.0**low * end / sizes[0]):.1f}" stroke="#999" stroke-dasharray="5 4"/>'
    )
    labels = _apart({name: y(values[-1]) for name, values in series.items()})
    for at, (name, values) in enumerate(series.items()):
        colour = _COLOURS[at % len(_COLOURS)]
        dots = ' stroke-dasharray="2 3"' if at >= len(_COLOURS) else ""
        points = " ".join(
            f"{x(size):.1f},{y(ms):.1f}" for size, ms in zip(sizes, values, strict=True)
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dots}/>'
            f'<text x="{_WIDTH - _RIGHT + 10}" y="{labels[name] + 4:.1f}" fill="{colour}">'
            f"{escape(name)}, {values[-1]:.0f}</text>"
        )
    return "".join([*parts, "</svg>\n"])


def _apart(places: Mapping[str, float]) -> dict[str, float]:
    """The labels' heights, so that none stands on another."""
    given: dict[str, float] = {}
    last = float("-inf")
    for name, place in sorted(places.items(), key=lambda one: one[1]):
        last = max(place, last + _LABEL_PX)
        given[name] = last
    beyond = max(0.0, last - (_HEIGHT - _BOTTOM))
    return {name: place - beyond for name, place in given.items()}
