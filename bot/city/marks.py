"""The city's words for mood, sensitive kinds and wishes about the name, in `rules.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.city.reading import Table


@dataclass(frozen=True, kw_only=True)
class Sensitive:
    """A kind of item that is seen to with care.

    Args:
        words: each alone is enough; `a+b` means both.
        except_phrases: where one of these stands, the words do not count.
        person_first: a person reads it before it is dispatched.
    """

    kind: str
    words: tuple[str, ...]
    except_phrases: tuple[str, ...] = ()
    person_first: bool = False


@dataclass(frozen=True, kw_only=True)
class MarkRules:
    """Words each mark goes by; the `not_` lists turn a wish off."""

    sensitive: tuple[Sensitive, ...] = ()
    desperate: tuple[str, ...] = ()
    angry: tuple[str, ...] = ()
    annoyed: tuple[str, ...] = ()
    mildly_annoyed: tuple[str, ...] = ()
    even_tempered: tuple[str, ...] = ()
    anonymous: tuple[str, ...] = ()
    not_anonymous: tuple[str, ...] = ()
    confidential: tuple[str, ...] = ()
    not_confidential: tuple[str, ...] = ()


def given(file: Table) -> bool:
    """True where a city's file says anything about marks; else the default city's are used."""
    return "marks" in file.values or "sensitive" in file.values


def read(file: Table) -> MarkRules:
    """The marks of a rules file; faults are noted in it."""
    sensitive = []
    for item in file.tables("sensitive"):
        sensitive.append(
            Sensitive(
                kind=item.text("kind"),
                words=item.texts("words", needed=True),
                except_phrases=item.texts("except_phrases"),
                person_first=item.flag("person_first"),
            )
        )
        item.done()
    words = file.table("marks")
    rules = MarkRules(
        sensitive=tuple(sensitive),
        desperate=words.texts("desperate"),
        angry=words.texts("angry"),
        annoyed=words.texts("annoyed"),
        mildly_annoyed=words.texts("mildly_annoyed"),
        even_tempered=words.texts("even_tempered"),
        anonymous=words.texts("anonymous"),
        not_anonymous=words.texts("not_anonymous"),
        confidential=words.texts("confidential"),
        not_confidential=words.texts("not_confidential"),
    )
    words.done()
    return rules
