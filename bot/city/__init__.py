"""A city as configuration: departments, catalogue, places, limits, rules, wording, menu."""

from __future__ import annotations

from bot.city.load import CityError, load
from bot.city.model import City
from bot.city.overlay import in_use

__all__ = ["City", "CityError", "in_use", "load"]
