"""Reads examples in Rasa's YAML form; needs no package, so that Rasa's Python can run it too."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TRAINING = tuple(sorted((ROOT / "nlu" / "rasa" / "data" / "nlu").glob("*.yml")))
UNSEEN = (Path(__file__).with_name("unseen.yml"),)
UNSEEN_2 = (Path(__file__).with_name("unseen_2.yml"),)


def read(paths: tuple[Path, ...]) -> list[tuple[str, str]]:
    """(text, intent) of every example, in order."""
    found: list[tuple[str, str]] = []
    intent = ""
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("- intent: "):
                intent = line.removeprefix("- intent: ").strip()
            elif line.startswith("    - "):
                found.append((line.removeprefix("    - ").strip(), intent))
    return found
