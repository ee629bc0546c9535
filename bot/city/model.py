"""What a city is to the service. Pure values; `bot.city.load` reads them from the city's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from functools import cached_property
from string import Formatter

from bot.cases.deadlines import Allowance, StepLimits
from bot.cases.model import DemandType, Severity
from bot.city.contacts import Contact
from bot.city.fields import Field
from bot.city.mailbox import Mailbox
from bot.city.marks import MarkRules
from bot.disclosure.clock import DisclosureLimits
from bot.disclosure.letters import Templates
from bot.openness.plan.duties import Plan


class AreaKind(StrEnum):
    """What kind of territory (属地) an area is."""

    STREET = "street"
    TOWN = "town"
    TOWNSHIP = "township"
    PARK = "park"


class TerritoryRule(StrEnum):
    """Who does a duty: the department itself, the town or street, or either.

    国办函〔2025〕66号: a department's own work must not be sent to towns and streets.
    """

    DEPARTMENT = "department"
    TOWN = "town"
    EITHER = "either"


@dataclass(frozen=True, kw_only=True)
class Department:
    """A unit that answers for duties.

    Args:
        aliases: other names citizens and offices use.
        duties: words for what it does, used where the catalogue has no item.
        phone: empty where the city has not given one.
    """

    name: str
    aliases: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Area:
    """A town, township, street or park.

    Args:
        government: the unit a case is sent to.
    """

    name: str
    kind: AreaKind
    government: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Landmark:
    """A road, estate, village or well-known place.

    Args:
        area: name of the area it lies in; empty where the city has not said.
        checked: False until the city has confirmed it.
    """

    name: str
    area: str = ""
    aliases: tuple[str, ...] = ()
    checked: bool = False


@dataclass(frozen=True, kw_only=True)
class Places:
    """The gazetteer.

    Args:
        patterns: regular expressions that find roads, estates and villages it does not list.
        superior: who takes an item that lies in several areas (共同上级).
    """

    areas: tuple[Area, ...]
    landmarks: tuple[Landmark, ...] = ()
    patterns: tuple[str, ...] = ()
    superior: str = ""


@dataclass(frozen=True, kw_only=True)
class Duty:
    """One item of the dispatch catalogue (派单目录).

    Args:
        category: three levels.
        lead: name of a department, or `属地` where the town or street leads.
        keywords: words and phrases; `a+b` means both must occur, in any order.
        demand_types: empty: all.
        basis: the law or duty list it rests on, in words.
        working_days: its own limit; None: the city's limit for the demand type.
        sayings: sentences as citizens bring the matter, for a city without past orders.
        see: the id of a duty this one belongs with, or empty.
    """

    id: str
    name: str
    category: tuple[str, ...]
    lead: str
    supporting: tuple[str, ...] = ()
    territory_rule: TerritoryRule = TerritoryRule.DEPARTMENT
    keywords: tuple[str, ...] = ()
    demand_types: tuple[DemandType, ...] = ()
    basis: str = ""
    working_days: int | None = None
    see: str = ""
    sayings: tuple[str, ...] = ()


TERRITORY_LEAD = "属地"
"""Stands for the town or street of the place, where a duty is theirs."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How long an answer may take, with where the number comes from."""

    demand_type: DemandType
    severity: Severity
    allowance: Allowance
    source: str
    as_of: date


@dataclass(frozen=True, kw_only=True)
class PublicOpinionLimits:
    """Clock hours for a public-opinion item (国办发〔2016〕61号).

    Args:
        serious_hours: authoritative information on a grave incident.
        conference_hours: a press conference on it.
        other_hours: an answer to all other opinion.
    """

    serious_hours: int = 5
    conference_hours: int = 24
    other_hours: int = 48


OFFICE_HOURS = ((time(8, 30), time(12)), (time(14, 30), time(17, 30)))
"""Where a city says nothing else."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Every limit of the city, its office hours, and where its calendar is not the national one."""

    limits: tuple[Limit, ...]
    steps: StepLimits = field(default_factory=StepLimits)
    public_opinion: PublicOpinionLimits = field(default_factory=PublicOpinionLimits)
    office_hours: tuple[tuple[time, time], ...] = OFFICE_HOURS
    extra_days_off: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = frozenset()

    @cached_property
    def _by_kind(self) -> Mapping[tuple[DemandType, Severity], Limit]:
        return {(limit.demand_type, limit.severity): limit for limit in self.limits}

    def limit(self, demand_type: DemandType, severity: Severity) -> Limit:
        """The limit in force; the loader has made sure that each pair has one."""
        return self._by_kind[demand_type, severity]

    def allowance(self, demand_type: DemandType, severity: Severity) -> Allowance:
        """How long the reply to a case of this kind may take."""
        return self.limit(demand_type, severity).allowance


@dataclass(frozen=True, kw_only=True)
class EmergencyRule:
    """Words that mean an emergency number, and phrases in which they do not.

    Args:
        number: 110, 119, 120 or 122.
        words: each alone is enough; `a+b` means both.
        except_phrases: a hit inside or beside one of these does not count.
    """

    number: str
    words: tuple[str, ...]
    except_phrases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StatutoryRule:
    """A matter a hotline must not take, and the lawful way for it.

    Args:
        way: the sentence the citizen is told.
    """

    kind: str
    way: str
    words: tuple[str, ...]
    except_phrases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Words the judging of an item goes by.

    Args:
        negations: right before a word they turn it off ("不是", "没有").
        not_now: anywhere in the clause they mean it is not happening now ("去年", "演习").
        demand_words: words and phrases that speak for a demand type.
        marks: words for mood, sensitive kinds and wishes about the name.
    """

    emergencies: tuple[EmergencyRule, ...]
    statutory: tuple[StatutoryRule, ...] = ()
    urgent_words: tuple[str, ...] = ()
    negations: tuple[str, ...] = ()
    not_now: tuple[str, ...] = ()
    demand_words: Mapping[DemandType, tuple[str, ...]] = field(default_factory=dict)
    marks: MarkRules = field(default_factory=MarkRules)


class WordingError(LookupError):
    """The wording has no such key, or a value it needs was not given."""


def placeholders(template: str) -> frozenset[str]:
    """Names in braces in a text.

    Raises:
        ValueError: the braces do not match, or a name is not a plain word.
    """
    names = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
    for name in names:
        if not name.isidentifier():
            raise ValueError(f"{{{name}}}")
    return frozenset(names)


@dataclass(frozen=True, kw_only=True)
class Wording:
    """All texts citizens read.

    Args:
        texts: key → text with `{names}`.
        always: values every text may use without being given (`city`, `area_code`, `hotline`).
    """

    texts: Mapping[str, str]
    always: Mapping[str, str] = field(default_factory=dict)

    def keys(self) -> tuple[str, ...]:
        """Every key, in the order of the file."""
        return tuple(self.texts)

    def needs(self, key: str) -> frozenset[str]:
        """Values `say` must be given for a key. Raises `WordingError` for an unknown key."""
        return placeholders(self._text(key)) - self.always.keys()

    def say(self, key: str, **values: object) -> str:
        """The text of a key with its values filled in.

        Raises:
            WordingError: unknown key or missing value; a defect, never shown to a citizen.
        """
        text = self._text(key)
        missing = placeholders(text) - self.always.keys() - values.keys()
        if missing:
            raise WordingError(f"{key}: {', '.join(sorted(missing))} not given")
        return text.format_map({**self.always, **values})

    def _text(self, key: str) -> str:
        try:
            return self.texts[key]
        except KeyError:
            raise WordingError(f"no text for {key!r}") from None


@dataclass(frozen=True, kw_only=True)
class MenuButton:
    """A button of the WeChat menu.

    Args:
        key: event key of a click; empty for links and for buttons with others below.
        says: the words a click stands for, handled as the citizen's.
        url: for a link; may hold `{base_url}`.
    """

    name: str
    key: str = ""
    says: str = ""
    url: str = ""
    below: tuple[MenuButton, ...] = ()


@dataclass(frozen=True, kw_only=True)
class City:
    """A city, whole and checked.

    Args:
        code: GB/T 2260.
        area_code: of telephones.
        hotline: the number to call for a person.
        off: features switched off, of `bot.city.switches.SWITCHES`.
    """

    name: str
    code: str
    area_code: str
    hotline: str
    departments: tuple[Department, ...]
    places: Places
    duties: tuple[Duty, ...]
    limits: Limits
    rules: Rules
    wording: Wording
    menu: tuple[MenuButton, ...] = ()
    fields: tuple[Field, ...] = ()
    mailbox: Mailbox = field(default_factory=Mailbox)
    contacts: tuple[Contact, ...] = ()
    disclosure: DisclosureLimits = field(default_factory=DisclosureLimits)
    letters: Templates = field(default_factory=Templates)
    plans: tuple[Plan, ...] = ()
    off: frozenset[str] = frozenset()

    @cached_property
    def _units(self) -> Mapping[str, str]:
        names = {alias: unit.name for unit in self.departments for alias in unit.aliases}
        names |= {
            alias: area.government
            for area in self.places.areas
            for alias in (area.name, f"{area.name}政府", *area.aliases)
        }
        names |= {area.government: area.government for area in self.places.areas}
        return names | {unit.name: unit.name for unit in self.departments}

    @cached_property
    def _fields_by_category(self) -> Mapping[tuple[str, ...], str]:
        of_duty = {duty: one.name for one in self.fields for duty in one.duties}
        known = ((duty.category, of_duty.get(duty.id, "")) for duty in self.duties)
        return {category: name for category, name in known if name}

    def field_of(self, category: tuple[str, ...]) -> str:
        """The field of openness (试点领域) a category of the catalogue belongs to, or empty."""
        return self._fields_by_category.get(category, "")

    @cached_property
    def unit_names(self) -> tuple[str, ...]:
        """Every unit a case can be sent to: departments first, then towns and streets."""
        governments = (area.government for area in self.places.areas)
        return (*(unit.name for unit in self.departments), *governments)

    @property
    def units_by_name(self) -> Mapping[str, str]:
        """Every name a unit goes by → its official name."""
        return self._units

    def unit(self, name: str) -> str | None:
        """The official name of a unit given any of its names; None where it is not ours."""
        return self._units.get(name.strip())

    def department(self, name: str) -> Department | None:
        """A department by any of its names."""
        official = self.unit(name)
        return next((unit for unit in self.departments if unit.name == official), None)

    @cached_property
    def area_by_name(self) -> Mapping[str, Area]:
        """Areas by their official name."""
        return {area.name: area for area in self.places.areas}

    def government_of(self, area_name: str) -> str:
        """The unit of an area's government; empty where there is no such area."""
        area = self.area_by_name.get(area_name)
        return area.government if area else ""
