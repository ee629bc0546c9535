"""Keep learned routers on disk: a folder a version, and a pointer to the one in use.

The only module of this folder that touches files. Arrays are stored without pickle, so that a
model file can hold numbers and nothing that runs.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from bot.city import versions as catalogues
from bot.city.model import City
from bot.routing.classifier import Classifier
from bot.routing.demand_head import DemandHead
from bot.routing.duty_signs import DutySigns
from bot.routing.router import Router, Thresholds

FORMAT = 3
_POINTER = "current"
_log = logging.getLogger(__name__)
_ARRAYS = (
    "idf",
    "signs",
    "targets",
    "margins",
    "functions",
    "areas",
    "heads",
    "means",
    "mixing",
    "bias",
)

_DEMAND_ARRAYS = ("idf", "weights", "bias")
_DUTY_ARRAYS = ("idf", "weights", "offsets")


class ModelUnreadable(Exception):
    """There is no such model, or its files are damaged; the message says which, in Chinese."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """A stored model.

    Args:
        figures: name → value, as measured at training.
        readable: this program can use it; one of an earlier format it cannot.
    """

    name: str
    in_use: bool
    figures: Mapping[str, Any]
    readable: bool = True


def folder_of(home: Path) -> Path:
    """Where the models of an installation are."""
    return home / "models" / "routing"


def versions(home: Path) -> tuple[Version, ...]:
    """Stored models, oldest first."""
    folder, used = folder_of(home), current(home)
    names = sorted(path.parent.name for path in folder.glob("*/model.json"))
    return tuple(_version(folder / name, in_use=name == used) for name in names)


def _version(folder: Path, *, in_use: bool) -> Version:
    try:
        figures = _described(folder)["figures"]
    except ModelUnreadable:
        return Version(name=folder.name, in_use=in_use, figures={}, readable=False)
    return Version(name=folder.name, in_use=in_use, figures=figures)


def current(home: Path) -> str:
    """The version in use, or empty."""
    try:
        return (folder_of(home) / _POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def use(home: Path, name: str) -> None:
    """Take a version into use. Raises `ModelUnreadable` where there is none of that name."""
    folder = folder_of(home)
    if not name or not (folder / name / "model.json").is_file():
        raise ModelUnreadable(f"没有版本“{name}”")
    draft = folder / f".{_POINTER}.{os.getpid()}"
    draft.write_text(name + "\n", encoding="utf-8")
    draft.replace(folder / _POINTER)


def use_none(home: Path) -> None:
    """Take no learned model into use: the catalogue alone decides."""
    (folder_of(home) / _POINTER).unlink(missing_ok=True)


def save(home: Path, model: Classifier, figures: Mapping[str, Any], now: datetime) -> str:
    """Store a model whole or not at all; it is not yet in use.

    Returns:
        Its version: the time, to the microsecond.
    """
    folder = folder_of(home)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{now:%Y%m%dT%H%M%S%f}"
    draft = Path(tempfile.mkdtemp(prefix=".draft-", dir=folder))
    try:
        _write(draft, model, figures)
        draft.chmod(0o750)
        draft.rename(folder / name)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return name


def _write(folder: Path, model: Classifier, figures: Mapping[str, Any]) -> None:
    arrays: dict[str, Any] = {name: getattr(model, name) for name in _ARRAYS}
    arrays |= {
        "past_data": model.past.data,
        "past_indices": model.past.indices,
        "past_indptr": model.past.indptr,
    }
    arrays |= {f"duty_{name}": getattr(model.duties, name) for name in _DUTY_ARRAYS}
    described: dict[str, Any] = {
        "format": FORMAT,
        "departments": model.departments,
        "names": model.names,
        "duty_names": model.duties.names,
        "categories": model.categories,
        "threshold": model.threshold,
        "figures": dict(figures),
    }
    if model.demand:
        arrays |= {f"demand_{name}": getattr(model.demand, name) for name in _DEMAND_ARRAYS}
        described["demand"] = {
            "labels": model.demand.labels,
            "names": model.demand.names,
            "factor": model.demand.factor,
        }
    np.savez_compressed(folder / "arrays.npz", **arrays)
    text = json.dumps(described, ensure_ascii=False)
    (folder / "model.json").write_text(text, encoding="utf-8")


def load(home: Path, name: str) -> Classifier:
    """A stored model. Raises `ModelUnreadable`."""
    folder = folder_of(home) / name
    described = _described(folder)
    try:
        with (folder / "arrays.npz").open("rb") as file, np.load(file) as arrays:
            return _model(described, arrays)  # np.load refuses pickles unless told otherwise
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ModelUnreadable(f"版本“{name}”的文件已损坏（{type(error).__name__}）") from error


def _model(described: Mapping[str, Any], arrays: Mapping[str, Any]) -> Classifier:
    names = tuple(described["names"])
    past = csr_matrix(
        (arrays["past_data"], arrays["past_indices"], arrays["past_indptr"]),
        shape=(len(arrays["targets"]), len(names)),
    )
    demand = described.get("demand")
    return Classifier(
        departments=tuple(described["departments"]),
        names=names,
        past=past,
        duties=DutySigns(
            names=tuple(described["duty_names"]),
            **{name: arrays[f"duty_{name}"] for name in _DUTY_ARRAYS},
        ),
        categories=tuple(tuple(path) for path in described["categories"]),
        threshold=float(described["threshold"]),
        demand=DemandHead(
            labels=tuple(demand["labels"]),
            names=tuple(tuple(names) for names in demand["names"]),
            factor=float(demand["factor"]),
            **{name: arrays[f"demand_{name}"] for name in _DEMAND_ARRAYS},
        )
        if demand
        else None,
        **{name: arrays[name] for name in _ARRAYS},
    )


def _described(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelUnreadable(f"没有版本“{folder.name}”") from error
    except (OSError, ValueError) as error:
        raise ModelUnreadable(f"版本“{folder.name}”的文件已损坏") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ModelUnreadable(f"版本“{folder.name}”的格式不是本程序所用的")
    return found


def knows(model: Classifier, city: City) -> bool:
    """The model was learned from this city's orders: it names most units as the city does."""
    known = sum(city.unit(name) is not None for name in model.departments)
    return 2 * known >= len(model.departments)


def router(city: City, home: Path, thresholds: Thresholds | None = None) -> Router:
    """The city's router: the catalogue in use, and the model in use where it is this city's."""
    city = catalogues.in_use(city, home)
    name = current(home)
    if not name:
        return Router(city, thresholds=thresholds)
    try:
        model = load(home, name)
    except ModelUnreadable as error:
        _log.error("routing model %s not used: %s", name, type(error).__name__)
        return Router(city, thresholds=thresholds)
    if not knows(model, city):
        _log.warning("routing model %s not used: learned from another city's orders", name)
        return Router(city, thresholds=thresholds)
    return Router(city, model, thresholds)
