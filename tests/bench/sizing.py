"""How large a city needs what: a busy day's arrivals, simulated.

    python -m tests.bench.sizing                        # 10^6, 10^7 and 10^8 people
    python -m tests.bench.sizing --people 650000 --contacts 0.4

Every input stands in `INPUTS` with its source; docs/sizing.md says what is assumed. A process takes
one piece of work at a time (Python), so a part is a queue with as many servers as processes.
"""

from __future__ import annotations

import argparse
import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

DAY_S = 86_400
BUSY = (7, 12)
"""Hours that are simulated: the morning holds the day's peak."""


@dataclass(frozen=True, kw_only=True)
class Input:
    """A figure that goes in.

    Args:
        source: where it comes from; begins with "assumed" where nothing was measured or reported.
    """

    value: float
    unit: str
    source: str


INPUTS: dict[str, Input] = {
    "contacts": Input(
        value=1.0,
        unit="a person and year",
        source="reported: Beijing, first half of 2024, some 11.2 million of 21.9 million people",
    ),
    "busy_day": Input(
        value=2.0, unit="times the mean day", source="assumed: a Monday after heavy rain"
    ),
    "burst": Input(
        value=2.0,
        unit="times its hour, for a quarter of an hour",
        source="assumed: water or power of a district is cut",
    ),
    "telephone": Input(
        value=0.6,
        unit="of contacts",
        source="assumed: reported 0.91 in Beijing 2020; fewer by telephone is more for us",
    ),
    "demand": Input(
        value=0.41,
        unit="of contacts become a case",
        source="reported: Beijing 2020, nearly 4.5 of 11.04 million dispatched",
    ),
    "demand_messages": Input(value=8, unit="messages", source="bot/settings.py, pace_messages"),
    "question_messages": Input(value=2, unit="messages", source="assumed: one follow-up"),
    "sentences": Input(value=24, unit="sentences a call", source="assumed: a call of four minutes"),
    "pages": Input(
        value=6, unit="pages a contact", source="assumed: citizens' progress and staff's lists"
    ),
    "notices": Input(value=5, unit="notices a case", source="assumed: to citizen and department"),
    "question_cpu": Input(
        value=33.1,
        unit="ms of serve a message",
        source="measured: python -m tests.bench.shares, question",
    ),
    "demand_cpu": Input(
        value=32.5,
        unit="ms of serve a message",
        source="measured: python -m tests.bench.shares, demand",
    ),
    "rasa_question_cpu": Input(
        value=3.3,
        unit="ms of Rasa a message",
        source="measured: python -m tests.bench.shares, question",
    ),
    "rasa_demand_cpu": Input(
        value=55.0,
        unit="ms of Rasa a message",
        source="measured: python -m tests.bench.shares, demand",
    ),
    "postgres_message_cpu": Input(
        value=6.2,
        unit="ms of PostgreSQL a message",
        source="measured: python -m tests.bench.shares, demand",
    ),
    "sentence_cpu": Input(
        value=54,
        unit="ms",
        source="docs/measurements.md, desk: p50 from sentence to suggestion, 50 calls at once",
    ),
    "page_cpu": Input(value=20, unit="ms", source="assumed"),
    "notice_cpu": Input(value=20, unit="ms", source="assumed, of the worker"),
    "spread": Input(
        value=1.2,
        unit="ln(p99/p50) of a service time",
        source="docs/measurements.md, judging one item: 6.9 and 23.6 ms",
    ),
    "message_bytes": Input(
        value=3000,
        unit="bytes, with its replies",
        source="measured likewise: 2,253 (demand) to 3,482 (question)",
    ),
    "case_bytes": Input(
        value=14400,
        unit="bytes",
        source="measured likewise 4,506 with two events; assumed six more and five notices",
    ),
    "sentence_bytes": Input(value=600, unit="bytes", source="assumed; kept for 180 days"),
    "serve_mb": Input(
        value=531,
        unit="MB a process",
        source="measured: python -m tests.bench.shares",
    ),
    "rasa_mb": Input(
        value=679,
        unit="MB a process",
        source="measured: python -m tests.bench.shares",
    ),
    "worker_mb": Input(
        value=541,
        unit="MB a process",
        source="measured: python -m tests.bench.shares",
    ),
    "attachment_bytes": Input(
        value=400_000, unit="bytes a case", source="assumed: one picture for every third case"
    ),
}
HOURS = (
    0.6, 0.4, 0.3, 0.3, 0.4, 0.8, 1.8, 4.2, 9.0, 11.5, 11.0, 8.0,
    4.6, 4.4, 8.2, 8.6, 7.6, 5.6, 3.6, 3.0, 2.4, 1.8, 1.2, 0.7,
)  # fmt: skip
"""Percent of a day's contacts by hour. Assumed; reported peaks are 9 to 11 and 14 to 16 o'clock."""
_SEED = 12345
LEAST = {"serve": 2, "rasa": 1, "worker": 2}
"""One may be replaced or fail; without Rasa the service does with less."""
WAIT_P99_S = 0.5
"""What is aimed at: with it and the work itself WeChat's 4 s for an answer in place are kept."""
MOST_BUSY = 0.7
"""No part is planned fuller than this in its busiest quarter of an hour."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One kind of work at one part.

    Args:
        a_contact: pieces a contact brings in the mean.
        mean_s: CPU seconds of a piece.
    """

    a_contact: float
    mean_s: float


@dataclass(frozen=True, kw_only=True)
class Sized:
    """What a part needs.

    Args:
        busiest: pieces a second in the busiest quarter of an hour.
        full: how busy its processes are then.
        wait_p99_s: for a free process, over the simulated hours.
    """

    processes: int
    busiest: float
    full: float
    wait_p50_s: float
    wait_p99_s: float


def values(**changed: float) -> dict[str, float]:
    """The inputs' values."""
    return {name: one.value for name, one in INPUTS.items()} | changed


def works(given: Mapping[str, float]) -> dict[str, list[Work]]:
    """Part → what a contact brings it."""
    written = 1 - given["telephone"]
    demands = written * given["demand"] * given["demand_messages"]
    questions = written * (1 - given["demand"]) * given["question_messages"]
    sentences = given["telephone"] * given["sentences"]

    def work(a_contact: float, name: str) -> Work:
        return Work(a_contact=a_contact, mean_s=given[name] / 1000)

    return {
        "serve": [
            work(demands, "demand_cpu"),
            work(questions, "question_cpu"),
            work(sentences, "sentence_cpu"),
            work(given["pages"], "page_cpu"),
        ],
        "rasa": [work(demands, "rasa_demand_cpu"), work(questions, "rasa_question_cpu")],
        "worker": [work(given["demand"] * given["notices"], "notice_cpu")],
    }


def rates(people: float, given: Mapping[str, float]) -> np.ndarray:
    """Contacts a second of each quarter of an hour of the busy hours; the fullest bursts."""
    a_day = people * given["contacts"] / 365 * given["busy_day"]
    hourly = np.array(HOURS) / sum(HOURS) * a_day / 3600
    quarters = np.repeat(hourly[BUSY[0] : BUSY[1]], 4)
    quarters[int(quarters.argmax()) + 1] *= given["burst"]
    return quarters


def arrivals(rate: np.ndarray, works: Sequence[Work], spread: float, dice: np.random.Generator):
    """Times and service times of all pieces, in order; Poisson in each quarter of an hour."""
    times, takes = [], []
    sigma = spread / 2.326  # the 99th percentile of a normal distribution
    for work in works:
        for quarter, each in enumerate(rate):
            count = dice.poisson(each * work.a_contact * 900)
            times.append(quarter * 900 + dice.random(count) * 900)
            mu = math.log(max(work.mean_s, 1e-9)) - sigma**2 / 2
            takes.append(dice.lognormal(mu, sigma, count))
    at, took = np.concatenate(times), np.concatenate(takes)
    order = np.argsort(at)
    return at[order], took[order]


def waits(at: np.ndarray, took: np.ndarray, processes: int) -> np.ndarray:
    """How long each piece waits for the first of so many processes that is free (FIFO)."""
    free = [0.0] * processes
    waited = np.empty(len(at))
    for place, (arrived, takes) in enumerate(zip(at.tolist(), took.tolist(), strict=True)):
        begins = max(arrived, free[0])
        waited[place] = begins - arrived
        heapq.heapreplace(free, begins + takes)
    return waited


def sized(rate: np.ndarray, works: Sequence[Work], spread: float, *, least: int = 1) -> Sized:
    """The fewest processes, but `least`, that keep the wait and are not too full."""
    load = float(rate.max()) * sum(work.a_contact * work.mean_s for work in works)
    at, took = arrivals(rate, works, spread, np.random.default_rng(_SEED))
    processes = max(least, math.ceil(load / MOST_BUSY))
    waited = waits(at, took, processes)
    while len(waited) and np.quantile(waited, 0.99) > WAIT_P99_S:
        processes += 1
        waited = waits(at, took, processes)
    return Sized(
        processes=processes,
        busiest=float(rate.max()) * sum(work.a_contact for work in works),
        full=load / processes,
        wait_p50_s=float(np.quantile(waited, 0.5)) if len(waited) else 0.0,
        wait_p99_s=float(np.quantile(waited, 0.99)) if len(waited) else 0.0,
    )


def of(people: float, given: Mapping[str, float]) -> dict[str, str]:
    """What a city of so many people needs, as a row of the table."""
    rate, parts = rates(people, given), works(given)
    found = {name: sized(rate, parts[name], given["spread"], least=LEAST[name]) for name in parts}
    serve, rasa, worker = (found[name].processes for name in ("serve", "rasa", "worker"))
    messages = sum(work.a_contact for work in parts["rasa"])
    written = (
        messages + given["telephone"] * given["sentences"] + given["demand"] * given["notices"]
    )
    postgres = float(rate.max()) * written * given["postgres_message_cpu"] / 1000
    a_year = people * given["contacts"]
    database = a_year * (messages * given["message_bytes"] + given["demand"] * given["case_bytes"])
    database += a_year / 2 * given["telephone"] * given["sentences"] * given["sentence_bytes"]
    memory = (
        serve * given["serve_mb"] + rasa * given["rasa_mb"] + worker * given["worker_mb"]
    ) / 1000
    cores = max(1, math.ceil(postgres / MOST_BUSY))
    attachments = a_year * given["demand"] * given["attachment_bytes"]
    return {
        "people": f"{people:,.0f}",
        "contacts on the busy day": f"{a_year / 365 * given['busy_day']:,.0f}",
        "messages / sentences a second, busiest": f"{found['rasa'].busiest:.1f} / "
        f"{rate.max() * given['telephone'] * given['sentences']:.1f}",
        "serve": f"{serve} ({found['serve'].full:.0%})",
        "wait p50 / p99 ms": f"{found['serve'].wait_p50_s * 1000:.0f} / "
        f"{found['serve'].wait_p99_s * 1000:.0f}",
        "Rasa": f"{rasa} ({found['rasa'].full:.0%})",
        "Rasa wait p99 ms": f"{found['rasa'].wait_p99_s * 1000:.0f}",
        "worker": str(worker),
        "PostgreSQL cores": str(cores),
        "cores in all": str(serve + rasa + worker + cores),
        "memory of processes, GB": f"{memory:.1f}",
        "database after a year, GB": f"{database / 1e9:,.1f}",
        "attachments after a year, GB": f"{attachments / 1e9:,.0f}",
    }


def main() -> None:
    """Print the table, a column a city."""
    reader = argparse.ArgumentParser(prog="python -m tests.bench.sizing", description=__doc__)
    reader.add_argument("--people", type=float, nargs="+", default=[1e6, 1e7, 1e8])
    for name, one in INPUTS.items():
        reader.add_argument(f"--{name.replace('_', '-')}", type=float, default=one.value)
    asked = vars(reader.parse_args())
    given = {name: asked[name] for name in INPUTS}
    columns = [of(people, given) for people in asked["people"]]
    for name in columns[0]:
        print("| " + " | ".join([name, *(column[name] for column in columns)]) + " |")  # noqa: T201
        if name == "people":
            print("|---" * (len(columns) + 1) + "|")  # noqa: T201


if __name__ == "__main__":
    main()
