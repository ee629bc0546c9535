"""What is going to fail, and when: the same seed gives the same list."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What fails."""

    KILL_SERVE = "kill-serve"
    KILL_WORKER = "kill-worker"
    KILL_RASA = "kill-rasa"
    KILL_REDIS = "kill-redis"
    KILL_POSTGRES = "kill-postgres"
    """The whole server, with SIGKILL."""
    KILL_BACKEND = "kill-postgres-backend"
    """One of its connections' processes: the server ends all others and recovers."""
    STOP_SERVE = "stop-serve"
    """SIGTERM under load: exit code 0 within 10 s."""
    STOP_WORKER = "stop-worker"
    RASA_HANGS = "rasa-hangs"
    """SIGSTOP: it takes connections and never answers."""
    RASA_FAILS = "rasa-fails"
    """It answers 500."""
    REDIS_EMPTIED = "redis-emptied"
    REDIS_HANGS = "redis-hangs"
    READ_ONLY = "postgres-read-only"
    DATABASE_DISK_FULL = "database-disk-full"
    FILES_DISK_FULL = "files-disk-full"
    CLOCK_FORWARD = "clock-forward"
    """The services' clock jumps ahead, and back at the end."""
    CLOCK_BACK = "clock-back"
    CUT_POSTGRES = "cut-postgres"
    """What was sent is lost and nothing is answered; connections of before stay dead for ever."""
    CUT_REDIS = "cut-redis"
    CUT_RASA = "cut-rasa"
    CUT_PLATFORM = "cut-platform"
    PLATFORM_LOSES = "platform-loses-answers"
    """The platform takes a message up and its answer is lost."""


NEED_ROOT = frozenset({Kind.DATABASE_DISK_FULL, Kind.FILES_DISK_FULL})
"""They mount small file systems."""
_PART = {
    Kind.KILL_SERVE: "serve", Kind.STOP_SERVE: "serve",
    Kind.KILL_WORKER: "worker", Kind.STOP_WORKER: "worker",
    Kind.KILL_RASA: "rasa", Kind.RASA_HANGS: "rasa", Kind.RASA_FAILS: "rasa", Kind.CUT_RASA: "rasa",
    Kind.KILL_REDIS: "redis", Kind.REDIS_EMPTIED: "redis", Kind.REDIS_HANGS: "redis",
    Kind.CUT_REDIS: "redis",
    Kind.FILES_DISK_FULL: "files",
    Kind.CLOCK_FORWARD: "clock", Kind.CLOCK_BACK: "clock",
    Kind.CUT_PLATFORM: "platform", Kind.PLATFORM_LOSES: "platform",
}  # fmt: skip
SHORT = (
    Kind.KILL_SERVE,
    Kind.KILL_WORKER,
    Kind.KILL_RASA,
    Kind.KILL_REDIS,
    Kind.KILL_POSTGRES,
    Kind.STOP_SERVE,
    Kind.REDIS_EMPTIED,
    Kind.READ_ONLY,
    Kind.DATABASE_DISK_FULL,
    Kind.CLOCK_FORWARD,
    Kind.CUT_POSTGRES,
    Kind.CUT_PLATFORM,
)
"""One of each sort, for a run of a minute."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault.

    Args:
        number: its place in the list, from 1.
        pause_s: before it, after the one before was recovered from.
        length_s: how long it lasts; what was killed is started again after so long.
        which: which replica, connection or the like, 0 to 1.
        together: the next fault, of another part, begins while this one lasts.
    """

    number: int
    kind: Kind
    pause_s: float
    length_s: float
    which: float
    together: bool = False

    @property
    def part(self) -> str:
        """What it breaks."""
        return _PART.get(self.kind, "postgres")


def draw(seed: int, count: int, kinds: Sequence[Kind] = tuple(Kind)) -> tuple[Fault, ...]:
    """So many faults: every kind once before any comes again."""
    dice = random.Random(seed)  # noqa: S311 - a script, no secret
    bag: list[Kind] = []
    faults = []
    for number in range(1, count + 1):
        if not bag:
            bag = list(kinds)
            dice.shuffle(bag)
        faults.append(
            Fault(
                number=number,
                kind=bag.pop(),
                pause_s=dice.uniform(0.2, 1.5),
                length_s=dice.uniform(0.5, 4.0),
                which=dice.random(),
                together=dice.random() < 0.15,
            )
        )
    return tuple(faults)
