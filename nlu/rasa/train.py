"""Train Rasa's model when its inputs changed: train.py --rasa-python PATH [--out DIR] [--validate].

Runs on any Python ≥3.10 without further packages; Rasa itself runs in its own environment.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OUT = ROOT / ".rasa"
INPUTS = (
    HERE / "config.yml",
    HERE / "domain",
    HERE / "data",
    HERE / "components",
    HERE / "requirements.lock",
    ROOT / "nlu" / "lexicon",
    *sorted((ROOT / "nlu").glob("*.py")),
)
"""All of `nlu/*.py`, since which of them the components import changes."""
NOT_INPUTS = frozenset({"client.py", "encoder.py", "encoder_training.py", "stand_in.py"})
MODEL = "model.tar.gz"


def files() -> Iterator[Path]:
    """Every input file, in a fixed order."""
    for path in INPUTS:
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in found:
            if file.is_file() and "__pycache__" not in file.parts and file.name not in NOT_INPUTS:
                yield file


def fingerprint() -> str:
    """Hex SHA-256 over names and bytes of all inputs."""
    digest = hashlib.sha256()
    for file in files():
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def environment() -> dict[str, str]:
    """Rasa's environment: our components importable, no telemetry, no GPU, quiet."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "PYTHONWARNINGS": "ignore",
    }


def model(out: Path = OUT) -> Path:
    """Where the trained model stands."""
    return out / MODEL


def train(rasa_python: str, out: Path = OUT) -> Path:
    """Train if the inputs changed since.

    Raises:
        subprocess.CalledProcessError: Rasa refused the data; its output was printed.
    """
    made_of, mark = out / "made_of", fingerprint()
    if model(out).exists() and made_of.exists() and made_of.read_text() == mark:
        print("Conversation model: inputs unchanged, nothing to train.")  # noqa: T201
        return model(out)
    print("Conversation model: training ...", flush=True)  # noqa: T201
    out.mkdir(parents=True, exist_ok=True)
    command = ["train", "--domain", str(HERE / "domain"), "--data", str(HERE / "data")]
    command += ["--config", str(HERE / "config.yml"), "--out", str(out)]
    command += ["--fixed-model-name", "new"]
    _rasa(rasa_python, command, out)
    # Put in place in one step, so that a Rasa being started never reads half a model.
    (out / "new.tar.gz").replace(model(out))
    made_of.write_text(mark)
    print(f"Conversation model: {model(out)}")  # noqa: T201
    return model(out)


def validate(rasa_python: str, out: Path = OUT) -> None:
    """Let Rasa check domain, data and stories against each other; a warning is a failure.

    Raises:
        subprocess.CalledProcessError: it found something.
    """
    out.mkdir(parents=True, exist_ok=True)
    command = ["data", "validate", "--domain", str(HERE / "domain"), "--data", str(HERE / "data")]
    command += ["--config", str(HERE / "config.yml"), "--fail-on-warnings", "--max-history", "3"]
    _rasa(rasa_python, command, out)
    print("Conversation data: valid.")  # noqa: T201


def _rasa(rasa_python: str, arguments: list[str], folder: Path) -> None:
    """Run Rasa in `folder`, where it keeps its cache; print its output where it fails."""
    command = [rasa_python, "-m", "rasa", *arguments]
    ended = subprocess.run(  # noqa: S603 - our own arguments
        command,
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        print(ended.stdout)  # noqa: T201
        raise subprocess.CalledProcessError(ended.returncode, command)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Train Rasa's model when its inputs changed.")
    parser.add_argument("--rasa-python", required=True, help="Python of Rasa's environment")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the model and the cache")
    parser.add_argument("--validate", action="store_true", help="check the data, train nothing")
    asked = parser.parse_args()
    # Not resolved: an environment's python is a link, and following it leaves the environment.
    python, out = str(Path(asked.rasa_python).absolute()), asked.out.absolute()
    try:
        validate(python, out) if asked.validate else train(python, out)
    except subprocess.CalledProcessError as error:
        print(f"Rasa failed ({error.returncode}).", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
