"""Words the segmenter must keep whole, and what colloquial names mean officially.

Each `.txt` file names its source in its first lines. A line is `name`, or
`official name | other name | other name`; `#` begins a comment. `synonyms.txt` and `everyday.txt`
have `colloquial | colloquial = official, official`; `cues.txt` has sections of regular expressions.
A city brings
its own files of the same names in the folder `lexicon` of its `POLICYLINE_CITY` folder; they take
the place of those here.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

HERE = Path(__file__).resolve().parent
WORD_FILES = ("departments", "towns", "landmarks", "services", "policy", "life")


def path_of(name: str) -> Path:
    """The file in force for `name` (without `.txt`): the city's, else ours."""
    city = os.environ.get("POLICYLINE_CITY", "")
    own = Path(city) / "lexicon" / f"{name}.txt"
    return own if city and own.is_file() else HERE / f"{name}.txt"


def _lines(name: str) -> tuple[str, ...]:
    text = path_of(name).read_text(encoding="utf-8")
    stripped = (line.split("#", 1)[0].strip() for line in text.splitlines())
    return tuple(line for line in stripped if line)


@functools.cache
def names(file: str) -> Mapping[str, str]:
    """Every name in a word file → its official name."""
    found: dict[str, str] = {}
    for line in _lines(file):
        official, *others = (part.strip() for part in line.split("|"))
        found.setdefault(official, official)
        for other in others:
            found.setdefault(other, official)
    return MappingProxyType(found)


def departments() -> Mapping[str, str]:
    """Every name of a department, short or full → its official name."""
    return names("departments")


def towns() -> Mapping[str, str]:
    """Every name of a street, town, township or park → its official name."""
    return names("towns")


def landmarks() -> Mapping[str, str]:
    """Roads, squares, stations and other places people name → their full name."""
    return names("landmarks")


def home() -> Mapping[str, str]:
    """The city, and the prefecture and province above it → their official names."""
    return names("home")


def elsewhere() -> Mapping[str, str]:
    """Every name of another province, city or county → its official name.

    A short name that is also a common word, a road's or a person's name begins with `?`.
    """
    return names("elsewhere")


@functools.cache
def elsewhere_by_province() -> tuple[tuple[tuple[str, ...], ...], ...]:
    """The same province by province: each is a row of names' rows, the province's own first."""
    text = path_of("elsewhere").read_text(encoding="utf-8")
    blocks = (
        tuple(
            tuple(part.strip() for part in line.split("|"))
            for line in block.splitlines()
            if line.strip() and not line.startswith("#")
        )
        for block in text.split("\n\n")
    )
    return tuple(block for block in blocks if block)


def synonyms() -> Mapping[str, tuple[str, ...]]:
    """Colloquial name → official terms it may mean, likeliest first; for widening a query."""
    return _meanings("synonyms")


def everyday() -> Mapping[str, tuple[str, ...]]:
    """More of the same, which the segmenter need not keep whole.

    A word with nothing beside it means only itself: it keeps a shorter one inside it from being
    taken for what it is not.
    """
    return _meanings("everyday")


@functools.cache
def alike() -> Mapping[str, tuple[str, ...]]:
    """Word → others that mean about the same in a question and its answer, two characters or more.

    A single character stands in too many words to tell anything by standing in a text.
    """
    found: dict[str, dict[str, None]] = {}
    for line in _lines("alike"):
        members = [part.strip() for part in line.split("|")]
        for word in members:
            others = (other for other in members if other != word and len(other) > 1)
            found.setdefault(word, {}).update(dict.fromkeys(others))
    return MappingProxyType({word: tuple(others) for word, others in found.items()})


@functools.cache
def contrasts() -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Families of kinds that exclude one another; each kind by its names."""
    return tuple(
        tuple(
            tuple(name for name in (each.strip() for each in kind.split(",")) if name)
            for kind in line.split("|")
        )
        for line in _lines("contrasts")
    )


@functools.cache
def _meanings(file: str) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines(file):
        said, _, official = line.partition("=")
        terms = tuple(term.strip() for term in official.split(",") if term.strip())
        for word in said.split("|"):
            known = found.get(word.strip(), ())
            new = tuple(term for term in terms if term not in known and term != word.strip())
            found[word.strip()] = known + new
    return MappingProxyType(found)


@functools.cache
def cues() -> Mapping[str, tuple[str, ...]]:
    """Cue → the regular expressions any of which shows it."""
    found: dict[str, tuple[str, ...]] = {}
    cue = ""
    for line in _lines("cues"):
        if line.startswith("[") and line.endswith("]") and line[1:-1].isidentifier():
            cue = line[1:-1]
            found[cue] = ()
        else:
            found[cue] += tuple(line.split())
    return MappingProxyType(found)


@functools.cache
def troubles() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    """What demands are about, and what is wrong with it: name → words, `a+b` for both near."""
    sections: dict[str, dict[str, tuple[str, ...]]] = {"[things]": {}, "[troubles]": {}}
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines("troubles"):
        if line in sections:
            found = sections[line]
        else:
            name, *said = (part.strip() for part in line.split("|"))
            found[name] = (*found.get(name, ()), *said)
    return tuple(MappingProxyType(section) for section in sections.values())  # type: ignore[return-value]


@functools.cache
def danger() -> tuple[tuple[str, str], ...]:
    """(number, sentence): 110, 119, 120, 122 where it tells of present danger, 0 where not."""
    rows = (line.partition("\t") for line in _lines("danger"))
    return tuple((number, text.strip()) for number, _, text in rows if text.strip())


@functools.cache
def words() -> tuple[str, ...]:
    """All words to be kept whole, sorted, at least two characters each."""
    found = {name for file in WORD_FILES for name in names(file)}
    found |= set(synonyms())
    found |= {term for terms in synonyms().values() for term in terms}
    return tuple(sorted(word for word in found if len(word) > 1))
