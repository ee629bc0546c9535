"""How long a text message is: 70 units of UCS-2, or 67 in each part of a longer one. Pure.

Source: 3GPP TS 23.038 (UCS-2) and TS 23.040 (concatenation: six octets of each part are a header).
A character outside the basic plane takes two units, which are never torn apart.
"""

from __future__ import annotations

SINGLE, EACH = 70, 67


def units(text: str) -> int:
    """UTF-16 units of a text."""
    return len(text) + sum(ord(each) > 0xFFFF for each in text)


def parts(text: str) -> int:
    """How many messages a phone gets and a gateway charges; 0 for an empty text."""
    if units(text) <= SINGLE:
        return 1 if text else 0
    count, used = 1, 0
    for each in text:
        needs = units(each)
        if used + needs > EACH:
            count, used = count + 1, 0
        used += needs
    return count


def cut(text: str, most: int) -> str:
    """At most so many units of a text; what is cut ends with an ellipsis."""
    if units(text) <= most:
        return text
    kept, used = [], 1
    for each in text:
        used += units(each)
        if used > most:
            break
        kept.append(each)
    return "".join(kept).rstrip() + "…" if most > 0 else ""
