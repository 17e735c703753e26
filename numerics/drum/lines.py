"""What is heard without stepping: lines, each of which turns by its own angle a step.

Every step form moves a mode of frequency w by the same angle a step, cos(theta) = 1 - dt^2 w^2/2.
From rest it is heard as A cos((n + s) theta)/cos(s theta), with s = 0 for both Verlet forms, 1/2
for kick first and -1/2 for drift first; so any sample, any spectrum and any field is a sum over
modes.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.drum.forms import Form, require_form
from theory.drum.steps import LEADS
from theory.errors import ArgumentError

SHIFT: dict[str, float] = {form: float(lead) for form, lead in LEADS.items()}
LARGEST_MATRIX = 2_000_000  # entries
SAME_LINE = 1e-11  # angles that differ by less, in units of the largest, are one line
BINS_AROUND = 7  # of a line's place, at most


def angles(
    eigenvalues: np.ndarray, time_step: float, speed: float = 1.0, *, name: str = "time_step"
) -> np.ndarray:
    """Return the angle that each mode turns in one step, theta = 2 asin(dt c sqrt(mu)/2).

    Parameters
    ----------
    name : str
        What a refusal calls the time step.

    Raises
    ------
    ArgumentError
        For a time step that is not positive, or at or above the stability limit.
    """
    frequencies = speed * np.sqrt(eigenvalues)
    half = time_step * frequencies / 2
    if not (time_step > 0 and half.max() < 1):
        raise ArgumentError(
            name,
            float(time_step),
            f"must lie between 0 and {2 / frequencies.max():.10g}, "
            "above which the fastest mode grows",
            "choose one between",
        )
    return 2 * np.arcsin(half)


def from_rest(turned: np.ndarray, steps: int | np.ndarray, form: Form) -> np.ndarray:
    """Return what each mode of amplitude 1 has become after some steps from rest."""
    require_form(form)
    shift = SHIFT[form]
    return np.cos((steps + shift) * turned) / np.cos(shift * turned)


@dataclasses.dataclass(frozen=True, eq=False)
class Lines:
    """What is heard at a node: sum of A cos((n + s) theta)/cos(s theta) over lines.

    Parameters
    ----------
    angles : ndarray, (line,)
        Increasing, in radians a step, no two the same.
    amplitudes : ndarray, (line,)
    shift : float
        s, of the step form.
    """

    angles: np.ndarray
    amplitudes: np.ndarray
    shift: float = 0.0

    @classmethod
    def merged(
        cls, angles: np.ndarray, amplitudes: np.ndarray, form: Form, *, floor: float = 1e-14
    ) -> Lines:
        """Return lines in which modes of one angle are one, and silent ones are left out.

        Parameters
        ----------
        floor : float
            Amplitudes below this are silent.
        """
        require_form(form)
        order = np.argsort(angles, axis=None)
        ordered, heard = angles.ravel()[order], amplitudes.ravel()[order]
        first = np.flatnonzero(np.diff(ordered, prepend=-np.inf) > SAME_LINE * ordered[-1])
        summed = np.add.reduceat(heard, first)
        audible = np.abs(summed) > floor
        return cls(ordered[first][audible], summed[audible], SHIFT[form])

    @property
    def phasors(self) -> np.ndarray:
        """Complex amplitudes at sample 0, (line,): the signal is Re sum phasor exp(i n theta)."""
        turn = self.shift * self.angles
        return self.amplitudes / np.cos(turn) * np.exp(1j * turn)

    def signal(self, samples: int, block: int = 200) -> np.ndarray:
        """Return the samples 0, ..., N-1 by two thin matrices: n = B a + b."""
        rows = np.arange(-(-samples // block))
        fine = np.exp(1j * np.outer(self.angles, np.arange(block)))
        fine = np.vstack((fine.real, fine.imag))
        parts = []
        for part in np.array_split(rows, 1 + rows.size * self.angles.size // LARGEST_MATRIX):
            coarse = np.exp(1j * np.outer(block * part, self.angles)) * self.phasors
            parts.append(np.hstack((coarse.real, -coarse.imag)) @ fine)
        return np.concatenate(parts).ravel()[:samples]

    def spectrum(self, samples: int, bins: np.ndarray) -> np.ndarray:
        """Return the discrete Fourier transform of N samples at some bins, in closed form, complex.

        Each line is two geometric sums; `theory.drum.line_spectrum`.
        """
        bins = np.asarray(bins)
        found = np.empty(len(bins), complex)
        for start in range(0, len(bins), 512):
            part = bins[start : start + 512]
            total = np.zeros(len(part), complex)
            for sign, phasors in ((1, self.phasors), (-1, self.phasors.conj())):
                turn = sign * self.angles[None, :] - 2 * np.pi * part[:, None] / samples
                total += (_geometric(turn, samples) * phasors / 2).sum(axis=1)
            found[start : start + 512] = total
        return found

    def place(self, samples: int) -> float:
        """Return k0 = N theta/(2 pi), where the lowest line lies on the axis of bins."""
        return float(samples * self.angles[0] / (2 * np.pi))

    def leakage(self, samples: int) -> float:
        """Return a bound on what all lines but the lowest put at its place, of its own magnitude.

        sum |A_l/A_0|/(pi |k_l - k0|) over the others, and over the images at negative frequencies
        |A_l/A_0|/(pi (k_l + k0)).
        """
        places = samples * self.angles / (2 * np.pi)
        sizes = np.abs(self.phasors / self.phasors[0]) / np.pi
        beside = (sizes[1:] / (places[1:] - places[0])).sum()
        return float(beside + (sizes / (places + places[0])).sum())

    def fundamental_bin(self, samples: int) -> tuple[int, float]:
        """Return the bin of the lowest line in closed form, and its place k0 = N theta/(2 pi).

        The largest magnitude within seven bins of k0, fewer where the next line is nearer than
        fourteen: it may be louder. Neighbouring lines leak into it, so it is not always the nearest
        bin.

        Raises
        ------
        ArgumentError
            If there is no line; for fewer than three cycles of the lowest one.
        """
        if not self.angles.size:
            raise ArgumentError(
                "lines", "none", "nothing is heard there", "listen where the strike arrives"
            )
        place = self.place(samples)
        if place < 3:
            raise ArgumentError(
                "samples",
                samples,
                f"hold {place:.2f} cycles of the lowest line; three are needed",
                f"take at least {int(np.ceil(6 * np.pi / self.angles[0]))}",
            )
        halfway = samples * np.diff(self.angles[:2]) / (4 * np.pi)
        around = max(1.0, min([BINS_AROUND, *halfway]))
        first, last = max(1, np.ceil(place - around)), min(place + around, samples // 2)
        bins = np.arange(first, np.floor(last) + 1)
        return int(bins[np.abs(self.spectrum(samples, bins)).argmax()]), place


def _geometric(turn: np.ndarray, samples: int) -> np.ndarray:
    """Return sum exp(i n d) over n = 0, ..., N-1, in Dirichlet's form."""
    # without whole turns, next to which sin(d/2) has no digits
    turn = turn - 2 * np.pi * np.rint(turn / (2 * np.pi))
    half = np.sin(turn / 2)
    whole = np.abs(half) < 1e-15
    ratio = np.where(whole, samples, np.sin(samples * turn / 2) / np.where(whole, 1, half))
    return np.exp(1j * (samples - 1) * turn / 2) * ratio
