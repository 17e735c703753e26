"""The front: where in the plane of frequencies each frame lives, and the laws that it follows."""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.lambdify import lambdify
from numerics.latent_waves.lattice import disc_area, spiral
from theory.errors import ArgumentError
from theory.latent_waves import counting, width


def median_radius(energies: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Return R(j), the radius within which half of a frame's energy lies, (J,).

    Parameters
    ----------
    energies : ndarray, (n, J)
        E(k, j). The mean radius would be drawn outwards by leakage.
    radii : ndarray, (h, w)
        Of `radius`, or any other function of the frequency.
    """
    order = spiral(radii)
    within = np.cumsum(energies[order], axis=0)
    # frames with two equal spikes: rounding does not decide
    half = (0.5 - 1e-9) * within[-1]
    return radii.ravel()[order][(within >= half).argmax(axis=0)]


def frame_of_use(energies: np.ndarray) -> np.ndarray:
    """Return t(k) = sum_j j E(k, j), the mean number of the frames that use a frequency, (n,).

    What the J frames given leave of a frequency is used by the n - J others, which count at their
    mean: null vectors are arbitrary one by one, not together.

    Parameters
    ----------
    energies : ndarray, (n, J)
        E(k, j) of the first J frames, best up to the rank.
    """
    pixels, frames = energies.shape
    left = 1 - energies.sum(axis=1)
    return energies @ np.arange(frames) + left * (frames + pixels - 1) / 2


def area_radius(
    frames: np.ndarray, p: float, shape: tuple[int, int], *, fraction: float = 1.0
) -> np.ndarray:
    """Return R(j) = sqrt((j + 1/2)/(f C_p)), the area law at the middle of each frame.

    Parameters
    ----------
    frames : ndarray of int
        j.
    p : float
        The p-norm.
    shape : (int, int)
        Pixels along y and x: radii are per longer side, so that the lattice is sparser along the
        shorter one.
    fraction : float
        f of `area_fraction`; 1 is the plain law.
    """
    law = lambdify(counting.front_radius(), (counting.FRAME, counting.AREA, counting.FRACTION))
    return law(np.asarray(frames) + 0.5, disc_area(p) * _density(shape), fraction)


def _density(shape: tuple[int, int]) -> float:
    """Lattice points in a unit area, where the radius is per longer side."""
    return shape[0] * shape[1] / max(shape) ** 2


def lattice_radius(radii: np.ndarray, *, zero_last: bool = False) -> np.ndarray:
    """Return R(j) of the lattice itself, (n,): the radii from the innermost to the outermost.

    Parameters
    ----------
    zero_last : bool
        Images without a mean use the zero frequency last.
    """
    return radii.ravel()[spiral(radii, zero_last=zero_last)]


def inner_frames(
    p: float,
    shape: tuple[int, int],
    *,
    first: int = 10,
    fraction: float = 1.0,
    rank: int | None = None,
) -> slice:
    """Return the frames whose front is inside the box by one step: first <= j < f C_p (N/2 - 1)^2.

    Parameters
    ----------
    rank : int, optional
        Frames from here on are null vectors, and left out.

    Raises
    ------
    ArgumentError
        Where there are fewer than two.
    """
    area = disc_area(p) * _density(shape) * (max(shape) / 2 - 1) ** 2
    last = int(np.ceil(fraction * area))
    last = min(last, shape[0] * shape[1] if rank is None else rank)
    if last < first + 2:
        raise ArgumentError(
            "shape",
            shape,
            f"holds fewer than two frames from {first} on whose front is inside the plane"
            + ("" if rank is None else f", and that are within the rank {rank}"),
            "use larger images, or more of them",
        )
    return slice(first, last)


@dataclasses.dataclass(frozen=True)
class FrontFit:
    """How a front grows: R(j) ~ (j + 1/2)^exponent, and its mean ratio to the area law.

    Parameters
    ----------
    exponent : float
        1/2 by the area law.
    ratio : float
        1 by the area law; about 1/sqrt(f) for objects on empty ground.
    """

    exponent: float
    ratio: float


def front_fit(front: np.ndarray, frames: slice, p: float, shape: tuple[int, int]) -> FrontFit:
    """Return the exponent of R(j) and its mean ratio to the area law, over some frames."""
    numbers = np.arange(len(front))[frames]
    exponent, _ = np.polyfit(np.log(numbers + 0.5), np.log(front[frames]), 1)
    ratio = float((front[frames] / area_radius(numbers, p, shape)).mean())
    return FrontFit(float(exponent), ratio)


def sampling_width(frames: np.ndarray, decay: float, images: int) -> np.ndarray:
    """Return G(j) = 4 pi j^2/(alpha^2 m), how far m images smear a frame over the ranks, in modes.

    Of stationary Gaussian images of power |k|_p^-alpha; valid for 8 << G << 0.15 j.

    Parameters
    ----------
    frames : ndarray of int
        j.
    decay : float
        alpha, of `decay_exponent`.
    images : int
        m.
    """
    law = lambdify(width.width(), (width.FRAME, width.ALPHA, width.IMAGES))
    return law(np.asarray(frames, float), decay, images)


def rank_width(energies: np.ndarray, order: np.ndarray, frame: int, *, around: int = 20) -> float:
    """Return the median distance of energy from its own rank, in modes, over frames j - 20..j + 20.

    Of a Lorentzian it is the half width at half maximum.

    Parameters
    ----------
    energies : ndarray, (n, J)
        E(k, j).
    order : ndarray, (n,)
        The modes from the innermost to the outermost, of `spiral`.
    frame, around : int
        Middle and half of the frames that are pooled.

    Raises
    ------
    ArgumentError
        Where these reach beyond the film.
    """
    if not around <= frame < energies.shape[1] - around:
        raise ArgumentError(
            "frame",
            frame,
            f"must be from {around} to {energies.shape[1] - around - 1}",
            "pool fewer frames, or take a later or an earlier one",
        )
    ranks = np.empty(len(order))
    ranks[order] = np.arange(len(order))
    frames = np.arange(frame - around, frame + around + 1)
    distances = np.abs(ranks[:, None] - frames[None, :]).ravel()
    by_distance = np.argsort(distances, kind="stable")
    within = np.cumsum(energies[:, frames].ravel()[by_distance])
    return float(distances[by_distance][(within >= within[-1] / 2).argmax()])


def explained_variance(predicted: np.ndarray, measured: np.ndarray) -> float:
    """Return the R2 of predicted ring energies, pooled over rings and frames.

    Parameters
    ----------
    predicted, measured : ndarray, (rings, frames)
        Against each ring's own mean over the frames, which has the value 0.
    """
    varying = measured - measured.mean(axis=-1, keepdims=True)
    return float(1 - ((predicted - measured) ** 2).sum() / (varying**2).sum())
