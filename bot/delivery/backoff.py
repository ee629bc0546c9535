"""How long to wait before the next try. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """Growing pauses with a cap, spread so that many failed rows do not come back together.

    Args:
        base_s: the first pause, in seconds; each further one is twice as long.
        cap_s: no pause is longer.
        tries: after so many failed tries a person must look.

    With the defaults a row is tried for some 20 hours, across a night of the other side's trouble.
    """

    base_s: float = 2.0
    cap_s: float = 3600.0
    tries: int = 30

    def delay_s(self, tried: int, jitter: float, *, at_least_s: float = 0.0) -> float:
        """Seconds until the next try.

        Args:
            tried: tries so far, from 1.
            jitter: random, 0 to 1; the pause is between half and all of its length.
            at_least_s: what the other side asked for; it may exceed the cap.
        """
        # The exponent is bounded: 2.0 ** 2000 is an error, and the cap holds long before.
        pause_s = min(self.cap_s, self.base_s * 2.0 ** min(tried - 1, 40))
        return max(at_least_s, pause_s * (0.5 + 0.5 * jitter))

    def used_up(self, tried: int) -> bool:
        """True where no further try is made."""
        return tried >= self.tries
