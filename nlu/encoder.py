"""Texts as vectors: a static model trained here, a local folder, or a hub model by name."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """Turns texts into vectors; equal texts give equal vectors."""

    dimensions: int

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions), L2-normalised; a row of zeros says nothing."""
