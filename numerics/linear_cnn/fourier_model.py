"""The linear CNN in Fourier variables: its exact gradient descent and its gradient flow.

At every frequency the network is a product of small matrices, P^_f = n^L B_f K^(L)_f ... K^(1)_f:
one a convolution layer (its kernels by its channels) and the fully connected B_f (outputs by
kernels). Only one frequency of each pair is kept, and only those that the data use; all trials move
at once. Nothing is approximated: see `theory.linear_cnn.coupled_flow`.
"""

from __future__ import annotations

import functools
import itertools

import numpy as np

from numerics.laws import VectorField
from numerics.linear_cnn.spectra import (
    HalfPlane,
    from_outputs,
    from_spectrum,
    half_plane,
    to_outputs,
    to_spectrum,
)
from numerics.linear_cnn.weights import FourierWeights, PixelWeights
from numerics.singular_modes import Samples, SingularModes


class FourierModel:
    """The law (F) for one data set: rates, strengths, and the balances that the flow conserves.

    Parameters
    ----------
    modes : SingularModes
        Of square images, grey or with channels.
    test : Samples, optional
        On which the loss is observed too; no weight ever sees them.
    """

    def __init__(self, modes: SingularModes, test: Samples | None = None):
        self.modes = modes
        self.channels = modes.channels
        spectra = to_spectrum(modes.images)
        others = () if test is None else (to_spectrum(test.images),)
        self.plane: HalfPlane = half_plane(spectra, *others)
        self.side = self.plane.side
        self.data = self._in_real_basis(modes, spectra)
        self.test = None if test is None else self._in_real_basis(test, *others)
        right = self._real(to_spectrum(modes.right_images))
        self._projection = self.data.apply_input_input(right).T

    def _real(self, spectra: np.ndarray) -> np.ndarray:
        """Return spectra (..., C, N) of real images as real vectors (..., C R)."""
        real = self.plane.real_vectors(spectra)
        return real.reshape(*real.shape[:-2], -1)

    def _in_real_basis(self, samples: Samples, spectra: np.ndarray) -> Samples:
        return Samples(self._real(spectra), samples.targets, self.channels)

    def weights(self, start: PixelWeights) -> FourierWeights:
        """Return weights in pixels as Fourier weights."""
        spectra = (*map(to_spectrum, start.layers[:-1]), to_outputs(start.outputs))
        kept = self.plane.indices
        # in the order of memory that a checkpoint has: sums over them come out bit for bit the same
        return FourierWeights(tuple(np.ascontiguousarray(x[..., kept]) for x in spectra))

    def in_pixels(self, weights: FourierWeights) -> PixelWeights:
        """Return Fourier weights in pixels; frequencies that the data do not use are 0 there."""
        kernels = (from_spectrum(self.plane.full_plane(x)) for x in weights.layers[:-1])
        return PixelWeights((*kernels, from_outputs(self.plane.full_plane(weights.outputs))))

    def map_rows(self, weights: FourierWeights) -> np.ndarray:
        """Return the network's map P in the real basis, (trial, p, C R)."""
        rows = self.plane.real_maps(self.side**weights.depth * _products(weights.layers)[-1])
        return rows.reshape(*rows.shape[:2], -1)

    def strengths(self, weights: FourierWeights) -> np.ndarray:
        """Return A = U^T P Sxx V, (trial, r, r)."""
        return self._strengths(self.map_rows(weights))

    def _strengths(self, rows: np.ndarray) -> np.ndarray:
        return self.modes.left.T @ rows @ self._projection

    def observe(self, weights: FourierWeights) -> dict[str, np.ndarray]:
        """Return strengths, losses, and the magnitudes of first and last layer on the whole plane."""
        rows = self.map_rows(weights)
        seen = {"strengths": self._strengths(rows), "train_loss": self.data.loss(rows)}
        if self.test is not None:
            seen["test_loss"] = self.test.loss(rows)
        return seen | {n: self.plane.full_plane(x) for n, x in weights.magnitudes().items()}

    def rates(self, weights: FourierWeights, step: float = 1.0) -> FourierWeights:
        """Return the rate of every layer, times a step: equation (F)."""
        return self._rates_of_error(weights, self.data.error(self.map_rows(weights)), step)

    def sample_rates(
        self, weights: FourierWeights, samples: np.ndarray, step: float = 1.0
    ) -> FourierWeights:
        """Return the rates that a few samples a trial give, (trial, batch): online learning.

        Image by image: of the map, by which `rates` goes, a few images show little.
        """
        power, batch = self.side**weights.depth, samples.shape[1]
        layers = [layer.conj() for layer in weights.layers[:-1]]
        passed = [_exchanged(self._conjugate_spectra[samples])]  # conjugate, (trial, C, batch, F)
        for layer in layers:
            passed.append(_times(layer, passed[-1]))
        hidden = _exchanged(passed[-1])
        outputs, seen = _real_rows(weights.outputs), _real_rows(hidden)
        # the real part of b h is the scalar product of b and conj(h), as rows of real numbers
        predictions = outputs @ _real_rows(hidden * self._counts).transpose(0, 2, 1)
        miss = self.modes.targets[samples].transpose(0, 2, 1) - power * predictions
        miss *= step * power / batch
        rise = miss * seen if batch == 1 else miss @ seen  # matmul is slow on a single term
        rates = [rise.view(complex).reshape(weights.outputs.shape)]
        back = (miss.transpose(0, 2, 1) @ outputs).view(complex).reshape(hidden.shape)
        pull = _exchanged(back).conj()
        for layer, before in zip(layers[:0:-1], passed[-2:0:-1], strict=True):
            rates.append(_times(pull, _exchanged(before)))
            pull = _times(_exchanged(layer), pull)
        rates.append(_times(pull, _exchanged(passed[0])))
        return FourierWeights(tuple(rates[::-1]))

    @functools.cached_property
    def _conjugate_spectra(self) -> np.ndarray:
        """The images' spectra on the half plane, conjugate, (M, C, F)."""
        kept = to_spectrum(self.modes.images)[..., self.plane.indices]
        return np.ascontiguousarray(kept.conj())

    @functools.cached_property
    def _counts(self) -> np.ndarray:
        """How many frequencies each stands for; complex, or every product would convert them."""
        return self.plane.weights.astype(complex)

    def _rates_of_error(
        self, weights: FourierWeights, error: np.ndarray, step: float
    ) -> FourierWeights:
        """Rate of each layer: n^L (layers after it)^H E_f (layers before it)^H."""
        rows = error.reshape(*error.shape[:2], self.channels, -1)
        pull = self.plane.complex_maps(rows)
        pull *= step * self.side**weights.depth
        before = _products(weights.layers[:-1])
        rates = []
        for layer, product in zip(weights.layers[:0:-1], before[::-1], strict=True):
            rates.append(_times(pull, _adjoint(product)))
            pull = _times(_adjoint(layer), pull)
        rates.append(pull)
        return FourierWeights(tuple(reversed(rates)))

    def balances(self, weights: FourierWeights) -> tuple[np.ndarray, ...]:
        """Return K_l K_l^H - K_(l+1)^H K_(l+1), (trial, C_l, C_l, F), for each layer but the last.

        The flow conserves them. With one kernel: I_f = ||k^_f||^2 - ||b_f||^2.
        """
        return tuple(
            _times(layer, _adjoint(layer)) - _times(_adjoint(after), after)
            for layer, after in itertools.pairwise(weights.layers)
        )

    def balance_increments(self, weights: FourierWeights, step: float) -> tuple[np.ndarray, ...]:
        """Return what one step of descent adds to each balance: h^2 times that of the rates."""
        return tuple(step**2 * x for x in self.balances(self.rates(weights)))

    def vector_field(self, start: FourierWeights) -> VectorField:
        """Return the flow as real arrays, (trial, numbers)."""
        return VectorField(
            system="linear_cnn.coupled_flow",
            start=_pack(start),
            rates=lambda state: _pack(self.rates(unpack(state, start))),
        )


def _times(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the product of matrices (trial, a, b, F) and (trial, b, c, F), frequency by frequency."""
    if left.shape[2] == 1:
        return left[:, :, 0, None] * right[:, 0, None]
    if right.shape[2] == 1:
        return (left * _exchanged(right)).sum(axis=2, keepdims=True)
    return np.einsum("tabf,tbcf->tacf", left, right)


def _products(layers: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    """Return the products of the first layer, of the first two, and so on."""
    return list(itertools.accumulate(layers, lambda product, layer: _times(layer, product)))


def _adjoint(layer: np.ndarray) -> np.ndarray:
    return _exchanged(layer).conj()


def _exchanged(layer: np.ndarray) -> np.ndarray:
    """Return the transpose of matrices (trial, a, b, F), frequency by frequency."""
    return layer.transpose(0, 2, 1, 3)


def _real_rows(layer: np.ndarray) -> np.ndarray:
    """Return (trial, a, b, F) as rows (trial, a, 2 b F): real and imaginary parts in turn."""
    return layer.reshape(*layer.shape[:2], -1).view(float)


def _pack(weights: FourierWeights) -> np.ndarray:
    trials = len(weights.outputs)
    flat = np.concatenate([layer.reshape(trials, -1) for layer in weights.layers], axis=1)
    return np.concatenate((flat.real, flat.imag), axis=1)


def unpack(state: np.ndarray, like: FourierWeights) -> FourierWeights:
    """Return the weights of a state of `FourierModel.vector_field`, shaped as `like`."""
    real, imaginary = np.split(state, 2, axis=1)
    flat = real + 1j * imaginary
    ends = np.cumsum([layer[0].size for layer in like.layers])
    parts = np.split(flat, ends[:-1], axis=1)
    return FourierWeights(
        tuple(x.reshape(layer.shape) for x, layer in zip(parts, like.layers, strict=True))
    )


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
    samples : ndarray of int, (trial, update, batch), optional
        Online: which samples each trial sees at each update. Full batch without it.
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
            rates = self.model.rates(self.weights, self._step)
        else:
            rates = self.model.sample_rates(self.weights, self.samples[:, index], self._step)
        for layer, rate in zip(self.weights.layers, rates.layers, strict=True):
            rate += layer  # in its own memory: a new array takes as long as the sum
        self.weights = rates

    def observe(self) -> dict[str, np.ndarray]:
        """Return what `FourierModel.observe` does."""
        return self.model.observe(self.weights)

    def state(self) -> dict[str, np.ndarray]:
        """Return the weights."""
        return {f"layer_{number}": layer for number, layer in enumerate(self.weights.layers)}

    def load(self, state: dict[str, np.ndarray]) -> None:
        """Take up weights."""
        layers = (state[f"layer_{number}"] for number in range(len(self.weights.layers)))
        self.weights = FourierWeights(tuple(layers))
