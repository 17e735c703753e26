"""Windows before a Fourier transform: sums of cosines, and how Blackman and Harris's spreads a line."""

from __future__ import annotations

import functools
from typing import Final

import numpy as np

# minimum four-term window of Harris 1978, and the height of its side lobes beside the main lobe
BLACKMAN_HARRIS: Final = (0.35875, 0.48829, 0.14128, 0.01168)
SIDE_LOBES: Final = 10 ** (-92 / 20)


def cosine_window(samples: int, terms: tuple[float, ...]) -> np.ndarray:
    """Return sum_j (-1)^j terms_j cos(2 pi j n / samples), the periodic window, (samples,)."""
    phase = 2 * np.pi * np.arange(samples) / samples
    return sum(
        ((-1) ** j * term * np.cos(j * phase) for j, term in enumerate(terms)), np.zeros(samples)
    )


def blackman_harris_transform(offset: np.ndarray) -> np.ndarray:
    """Return sum_n w_n exp(2 pi i x n / N) / N of the centred window at x bins, for large N, (...).

    sum_j (a_j / 2) (sinc(x - j) + sinc(x + j)).
    """
    steps = range(len(BLACKMAN_HARRIS))
    return sum(
        (BLACKMAN_HARRIS[j] / 2 * (np.sinc(offset - j) + np.sinc(offset + j)) for j in steps),
        np.zeros_like(offset),
    )


def blackman_harris_offset(ratio: np.ndarray) -> np.ndarray:
    """Return how far a line lies from its bin, by its larger neighbour over its peak, (...)."""
    return np.interp(ratio, *_blackman_harris_ratios())


@functools.cache
def _blackman_harris_ratios() -> tuple[np.ndarray, np.ndarray]:
    offsets = np.linspace(0, 0.5, 10_001)
    return (
        blackman_harris_transform(1 - offsets) / blackman_harris_transform(offsets),
        offsets,
    )
