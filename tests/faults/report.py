"""What came of a run: per kind how many and how long until recovered, and what did not hold."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from .books import SENT_AGAIN, Violation
from .load import Written
from .plan import Fault, Kind

APART = frozenset({SENT_AGAIN})
"""Told, and no violation: no program can avoid it."""


@dataclass(kw_only=True)
class Run:
    """One fault that was made; times on the monotonic clock, `recovered` None until it was."""

    fault: Fault
    began: float
    over: float = 0.0
    recovered: float | None = None

    @property
    def took_s(self) -> float | None:
        """From the fault's end to recovery."""
        return None if self.recovered is None else self.recovered - self.over


@dataclass(kw_only=True)
class Report:
    """All of it."""

    seed: int
    runs: list[Run] = field(default_factory=list)
    found: list[tuple[str, Violation]] = field(default_factory=list)
    not_run: set[Kind] = field(default_factory=set)
    figures: Counter[str] = field(default_factory=Counter)
    _began: float = field(default_factory=time.monotonic)

    def begun(self, fault: Fault) -> Run:
        """A fault begins."""
        run = Run(fault=fault, began=time.monotonic())
        self.runs.append(run)
        return run

    def skipped(self, kind: Kind) -> None:
        """A kind cannot be made here."""
        self.not_run.add(kind)

    def violated(self, violation: Violation) -> None:
        """Something did not hold; it is put to the fault that was going on."""
        self.found.append((self._during(violation), violation))

    def notes(self, written: Sequence[Written]) -> None:
        """Count what the citizens did."""
        for note in written:
            self.figures[f"{note.way} written"] += 1
            self.figures[f"{note.way} taken"] += note.taken
            self.figures[f"{note.way} tried again"] += note.tries > 1
            self.figures["told to come back later"] += len(note.faces)

    @property
    def violations(self) -> list[tuple[str, Violation]]:
        """What must not be."""
        return [(at, one) for at, one in self.found if one.what not in APART]

    def write(self, path: Path) -> None:
        """As JSON."""
        kinds = [
            {"kind": kind, "faults": len(runs), "p50_s": p50, "max_s": longest, "violations": bad}
            for kind, runs, p50, longest, bad in self._rows()
        ]
        found = [
            {"seed": self.seed, "fault": at, "what": one.what, "about": one.about}
            for at, one in self.found
        ]
        whole = {
            "seed": self.seed,
            "faults": len(self.runs),
            "took_s": round(time.monotonic() - self._began, 1),
            "kinds": kinds,
            "not_run": sorted(self.not_run),
            "figures": dict(sorted(self.figures.items())),
            "violations": len(self.violations),
            "found": found,
        }
        path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n")

    def __str__(self) -> str:
        lines = [f"{'fault':26} {'n':>4} {'p50 s':>7} {'max s':>7} {'violations':>11}"]
        for kind, runs, p50, longest, bad in self._rows():
            lines.append(f"{kind:26} {len(runs):>4} {p50:>7} {longest:>7} {bad:>11}")
        sorts = Counter(one.what for _, one in self.found)
        lines += [f"{count} x {what}" for what, count in sorts.most_common()]
        lines += [f"  {at}: {one.what}: {one.about}" for at, one in self.found[:30]]
        lines.append(", ".join(f"{name} {count}" for name, count in sorted(self.figures.items())))
        lines.append(
            f"seed {self.seed}: {len(self.runs)} faults, {len(self.violations)} violations"
        )
        return "\n".join(lines)

    def _rows(self) -> Iterable[tuple[Kind, list[Run], str, str, int]]:
        by_kind = defaultdict(list)
        for run in self.runs:
            by_kind[run.fault.kind].append(run)
        for kind, runs in sorted(by_kind.items()):
            took = [run.took_s for run in runs if run.took_s is not None]
            p50, longest = (f"{median(took):.1f}", f"{max(took):.1f}") if took else ("-", "-")
            bad = sum(f" {kind}" in f" {at.partition(' ')[2]}" for at, _ in self.violations)
            yield kind, runs, p50, longest, bad

    def _during(self, violation: Violation) -> str:
        """The last fault a violation's time touches, `number kind`; or the one before."""
        touched = [
            run
            for run in self.runs
            if run.began <= violation.ended
            and (run.recovered or run.over or violation.began) >= violation.began
        ]
        before = [run for run in self.runs if run.began <= violation.ended]
        last = (touched or before)[-1:]
        return f"{last[0].fault.number} {last[0].fault.kind}" if last else "0 none"
