"""The linear CNN in Fourier variables: its exact gradient descent and its gradient flow.

Only one frequency of each pair is kept, and only those that the data use; all trials move at once.
Nothing is approximated: see `theory.linear_cnn.coupled_flow`.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from numerics.laws import VectorField
from numerics.linear_cnn.spectra import HalfPlane, half_plane, to_outputs, to_spectrum
from numerics.singular_modes import SingularModes


@dataclasses.dataclass(frozen=True)
class FourierWeights:
    """Weights of all trials on the half plane: kernel (trial, F), outputs (trial, p, F), complex."""

    kernel: np.ndarray
    outputs: np.ndarray


class FourierModel:
    """The law (F) for one data set: rates, strengths, and the balance that the flow conserves.

    Parameters
    ----------
    modes : SingularModes
        Of square grey images.
    """

    def __init__(self, modes: SingularModes):
        self.modes = modes
        self.plane: HalfPlane = half_plane(modes.inputs)
        self.side = self.plane.side
        self.inputs = self.plane.real_vectors(to_spectrum(modes.inputs))
        samples = len(self.inputs)
        self.input_input = self.inputs.T @ self.inputs / samples
        self.output_input = modes.targets.T @ self.inputs / samples
        right = self.plane.real_vectors(to_spectrum(modes.right.T)).T
        self._projection = self.input_input @ right

    def weights(self, kernels: np.ndarray, outputs: np.ndarray) -> FourierWeights:
        """Return kernels (trial, N) and weights (trial, p, N) in pixels as Fourier weights."""
        kept = self.plane.indices
        return FourierWeights(to_spectrum(kernels)[..., kept], to_outputs(outputs)[..., kept])

    def map_rows(self, weights: FourierWeights) -> np.ndarray:
        """Return the network's map P in the real basis, (trial, p, R)."""
        return self.plane.real_maps(self.side * weights.outputs * weights.kernel[:, None, :])

    def strengths(self, weights: FourierWeights) -> np.ndarray:
        """Return A = U^T P Sxx V, (trial, r, r)."""
        return self.modes.left.T @ self.map_rows(weights) @ self._projection

    def rates(self, weights: FourierWeights) -> FourierWeights:
        """Return dk^/dtau = n b^H e, db/dtau = n e conj(k^): equation (F)."""
        return self._rates_of_error(
            weights, self.output_input - self.map_rows(weights) @ self.input_input
        )

    def sample_rates(self, weights: FourierWeights, samples: np.ndarray) -> FourierWeights:
        """Return the rates that one sample a trial gives: online learning."""
        seen = self.inputs[samples]
        predicted = (self.map_rows(weights) @ seen[:, :, None])[..., 0]
        miss = self.modes.targets[samples] - predicted
        return self._rates_of_error(weights, miss[:, :, None] * seen[:, None, :])

    def _rates_of_error(self, weights: FourierWeights, error: np.ndarray) -> FourierWeights:
        errors = self.side * self.plane.complex_maps(error)
        return FourierWeights(
            (weights.outputs.conj() * errors).sum(axis=1),
            errors * weights.kernel.conj()[:, None, :],
        )

    def balance(self, weights: FourierWeights) -> np.ndarray:
        """Return I_f = |k^_f|^2 - ||b_f||^2, (trial, F): conserved by the flow."""
        return np.abs(weights.kernel) ** 2 - (np.abs(weights.outputs) ** 2).sum(axis=1)

    def balance_increment(self, weights: FourierWeights, step: float) -> np.ndarray:
        """Return what one step of descent adds to the balance: a^2 (|b^H e|^2 - ||e||^2 |k^|^2)."""
        rates = self.rates(weights)
        outputs = (np.abs(rates.outputs) ** 2).sum(axis=1)
        return step**2 * (np.abs(rates.kernel) ** 2 - outputs)

    def vector_field(self, start: FourierWeights) -> VectorField:
        """Return the flow as real arrays, (trial, 1 + p, 2, F)."""
        return VectorField(
            system="linear_cnn.coupled_flow",
            start=_pack(start),
            rates=lambda state: _pack(self.rates(unpack(state))),
        )


def _pack(weights: FourierWeights) -> np.ndarray:
    together = np.concatenate((weights.kernel[:, None, :], weights.outputs), axis=1)
    return np.stack((together.real, together.imag), axis=2)


def unpack(state: np.ndarray) -> FourierWeights:
    """Return the weights of a state of `FourierModel.vector_field`."""
    together = state[:, :, 0] + 1j * state[:, :, 1]
    return FourierWeights(together[:, 0], together[:, 1:])


class FourierDescent:
    """Gradient descent in Fourier variables, full batch or online; a `numerics.training.Learner`.

    Parameters
    ----------
    model : FourierModel
    start : FourierWeights
    learning_rate : float
        eta.
    loss_scale : float
        c of the loss (c/2) <||y - P x||^2>.
    samples : ndarray of int, (trial, update), optional
        Online: which sample each trial sees at each update. Full batch without it.
    """

    def __init__(
        self,
        model: FourierModel,
        start: FourierWeights,
        learning_rate: float,
        loss_scale: float,
        samples: np.ndarray | None = None,
    ):
        self.model = model
        self.learning_rate = learning_rate
        self.samples = samples
        self.weights = start
        self._step = loss_scale * learning_rate

    @property
    def step_size(self) -> tuple[str, float]:
        """The learning rate, by its name."""
        return "learning_rate", self.learning_rate

    def update(self, index: int) -> None:
        """Make one update of all trials."""
        if self.samples is None:
            rates = self.model.rates(self.weights)
        else:
            rates = self.model.sample_rates(self.weights, self.samples[:, index])
        self.weights = FourierWeights(
            self.weights.kernel + self._step * rates.kernel,
            self.weights.outputs + self._step * rates.outputs,
        )

    def observe(self) -> np.ndarray:
        """Return A, (trial, r, r)."""
        return self.model.strengths(self.weights)

    def state(self) -> dict[str, np.ndarray]:
        """Return the weights."""
        return {"kernel": self.weights.kernel, "outputs": self.weights.outputs}

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up weights."""
        self.weights = FourierWeights(state["kernel"], state["outputs"])
