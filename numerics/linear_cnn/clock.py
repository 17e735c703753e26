"""The clock of a mode that shares no frequency (`theory.linear_cnn.clock`), for any spectrum."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator

import numpy as np

from numerics.laws import VectorField
from numerics.linear_cnn.spectra import ModeSpectra, conjugate_indices
from numerics.singular_modes import SingularModes


@dataclasses.dataclass(frozen=True)
class Clocks:
    """One clock a trial and mode; each mode by itself.

    Parameters
    ----------
    side : int
        n.
    singular_values, variances : ndarray, (mode,)
    magnitudes : ndarray, (mode, N)
        |v^_mf|.
    kernel, outputs : ndarray, (trial, mode, N)
        Start amplitudes k_f0 and b_f0; both q_f for a small random start.
    """

    side: int
    singular_values: np.ndarray
    variances: np.ndarray
    magnitudes: np.ndarray
    kernel: np.ndarray
    outputs: np.ndarray

    def strengths(self, theta: np.ndarray) -> np.ndarray:
        """Return G(theta), (trial, mode), for clocks (trial, mode)."""
        return self._strengths_by_frequency(theta).sum(axis=-1)

    def _strengths_by_frequency(self, theta: np.ndarray) -> np.ndarray:
        """Return what each frequency adds to G, (trial, mode, N)."""
        angle = 2 * self.magnitudes * theta[..., None]
        grown = (self.kernel + self.outputs) ** 2 * np.exp(angle)
        shrunk = (self.kernel - self.outputs) ** 2 * np.exp(-angle)
        return self.side / 4 * self.variances[:, None] * self.magnitudes * (grown - shrunk)

    def amplitudes(self, theta: np.ndarray) -> np.ndarray:
        """Return |k^_f|, (trial, mode, N), for clocks (trial, mode)."""
        angle = self.magnitudes * theta[..., None]
        grown = (self.kernel + self.outputs) * np.exp(angle)
        return (grown + (self.kernel - self.outputs) * np.exp(-angle)) / 2

    def dominance(self, theta: np.ndarray) -> np.ndarray:
        """Return the share in A of the frequencies with the largest magnitude, (trial, mode)."""
        share = self._strengths_by_frequency(theta)
        largest = self.magnitudes.max(axis=1, keepdims=True)
        dominant = np.isclose(self.magnitudes, largest, rtol=1e-9)
        return (share * dominant).sum(axis=-1) / share.sum(axis=-1)

    def vector_field(self) -> VectorField:
        """Return dtheta/dtau = n (S - G(theta)), state (trial, mode)."""
        return VectorField(
            system="linear_cnn.clock",
            start=np.zeros(self.kernel.shape[:2]),
            rates=lambda theta: self.side * (self.singular_values - self.strengths(theta)),
        )

    def each(self) -> Iterator[tuple[tuple[int, int], Clocks]]:
        """Yield (trial, mode) and the clock of this mode alone."""
        trials, count, _ = self.kernel.shape
        for trial, mode in itertools.product(range(trials), range(count)):
            yield (
                (trial, mode),
                dataclasses.replace(
                    self,
                    singular_values=self.singular_values[mode : mode + 1],
                    variances=self.variances[mode : mode + 1],
                    magnitudes=self.magnitudes[mode : mode + 1],
                    kernel=self.kernel[trial : trial + 1, mode : mode + 1],
                    outputs=self.outputs[trial : trial + 1, mode : mode + 1],
                ),
            )

    def end(self) -> np.ndarray:
        """Return theta* with G(theta*) = S, (trial, mode): where training ends, without training."""
        return self.angles(1.0)

    def angles(self, share: float) -> np.ndarray:
        """Return theta with G(theta) = share S, (trial, mode)."""
        from scipy.optimize import brentq

        reached = np.empty(self.kernel.shape[:2])
        for place, one in self.each():
            goal = dataclasses.replace(one, singular_values=share * one.singular_values)
            reached[place] = brentq(
                goal._excess, goal._earliest(), goal._latest(), xtol=1e-14, rtol=1e-14
            )
        return reached

    def times(self, share: float) -> np.ndarray:
        """Return the flow time at which each mode reaches share S, (trial, mode): a quadrature.

        Parameters
        ----------
        share : float
            Below 1; a start that is beyond it gives 0.
        """
        from scipy.integrate import quad

        reached = np.zeros(self.kernel.shape[:2])
        ends = self.angles(share)
        for place, one in self.each():
            if ends[place] > 0:
                reached[place] = quad(
                    lambda theta, one=one: 1 / (-one.side * one._excess(theta)),
                    0.0,
                    ends[place],
                    epsrel=1e-10,
                    limit=200,
                )[0]
        return reached

    def inhibition(self, theta: np.ndarray) -> dict[str, np.ndarray]:
        """Return the terms of d ln(growing amplitude)/dtau at each frequency, (trial, mode, N).

        `input` n v_f S drives all frequencies; `self_inhibition` is the part of n v_f A that the
        frequency and its conjugate make themselves, `lateral_inhibition` the part that the mode's
        other frequencies make. See `theory.linear_cnn.inhibition`.
        """
        size = self.magnitudes
        share = self._strengths_by_frequency(theta)
        conjugate = conjugate_indices(self.side)
        own = share + np.where(conjugate == np.arange(len(conjugate)), 0.0, share[..., conjugate])
        whole = share.sum(axis=-1, keepdims=True)
        driven = self.side * size * self.singular_values[:, None]
        return {
            "input": np.broadcast_to(driven, share.shape),
            "self_inhibition": self.side * size * own,
            "lateral_inhibition": self.side * size * (whole - own),
        }

    def _excess(self, theta: float) -> float:
        return float(self.strengths(np.array([[theta]]))[0, 0] - self.singular_values[0])

    def _earliest(self) -> float:
        """Return a clock at which G is not above S: 0, or less for a start above S."""
        theta = 0.0
        while self._excess(theta) > 0:
            theta = 2 * theta - 1
        return theta

    def _latest(self) -> float:
        """Return a clock at which G is above S: one frequency alone has made up for all that shrinks."""
        grown, shrunk = (self.kernel + self.outputs)[0, 0], (self.kernel - self.outputs)[0, 0]
        used = (self.magnitudes[0] > 0) & (grown > 0)
        speed, scale = self.magnitudes[0][used], self.side * self.variances[0] / 4
        needed = self.singular_values[0] + scale * (self.magnitudes[0] * shrunk**2).sum()
        alone = np.log(needed / (scale * speed * grown[used] ** 2)) / (2 * speed)
        return float(np.maximum(alone, 0.0).min()) + 1.0


def clocks_of(
    modes: SingularModes,
    spectra: ModeSpectra,
    kernel: np.ndarray,
    outputs: np.ndarray,
    *,
    ignore_shared_frequencies: bool = False,
) -> Clocks:
    """Return the clocks of a data set's modes from start amplitudes, (trial, mode, N).

    Parameters
    ----------
    ignore_shared_frequencies : bool
        Take each mode as if it were alone. On data whose modes share frequencies this is an
        idealisation, and wrong by far: it has to be asked for by name.

    Raises
    ------
    ArgumentError
        If modes share frequencies and that was not asked for.
    """
    if not ignore_shared_frequencies:
        spectra.require_disjoint()
    return Clocks(
        side=spectra.side,
        singular_values=modes.singular_values,
        variances=modes.variances,
        magnitudes=spectra.magnitudes,
        kernel=kernel,
        outputs=outputs,
    )
