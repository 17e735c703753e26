"""The linear CNN: exact flow against finite differences and full networks, modes against maps."""

import functools
import itertools

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import sympy

from theory import linear_cnn
from theory.circulant import OPERATIONS
from theory.claims import check_claim
from theory.fourier import conjugate_index
from theory.gradient_flow import TAU
from theory.linear_cnn import invariants, modes
from theory.logistic import A0, A1, A, S

SOLVER = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-14}


def dense(kernel: np.ndarray, operation: str) -> np.ndarray:
    """The matrix of the circular convolution (correlation), as a sum over pixels."""
    n = len(kernel)
    sign = -1 if operation == "convolution" else 1
    matrix = np.zeros((n, n, n, n))
    for i, j, a, b in itertools.product(range(n), repeat=4):
        matrix[i, j, (i + sign * a) % n, (j + sign * b) % n] += kernel[a, b]
    return matrix.reshape(n * n, n * n)


def fft(rows: np.ndarray, n: int) -> np.ndarray:
    """Q applied to flattened images along the last axis."""
    images = rows.reshape(*rows.shape[:-1], n, n)
    return np.fft.fft2(images, norm="ortho").reshape(rows.shape)


def ifft(rows: np.ndarray, n: int) -> np.ndarray:
    """conj(Q) applied along the last axis."""
    return fft(rows.conj(), n).conj()


class RandomNetwork:
    """Kernel, weights and data of a network with n x n images, p outputs, one channel."""

    def __init__(self, n: int, p: int, seed: int = 0):
        random = np.random.default_rng(seed)
        self.n, self.p = n, p
        self.x, self.y = random.normal(size=(5, n * n)), random.normal(size=(5, p))
        self.state = random.normal(size=(1 + p) * n * n)
        self.yx, self.xx = self.y.T @ self.x / 5, self.x.T @ self.x / 5

    def loss(self, state: np.ndarray, operation: str) -> float:
        n = self.n
        kernel, weights = state[: n * n].reshape(n, n), state[n * n :].reshape(self.p, n * n)
        predicted = self.x @ (weights @ dense(kernel, operation)).T
        return ((self.y - predicted) ** 2).sum(axis=1).mean() / 2

    def rates(self, law, state: np.ndarray) -> np.ndarray:
        """Evaluate a law of theory at this data and a state, in double precision."""
        values = {f"Syx_{i}_{j}": self.yx[i, j] for i, j in np.ndindex(self.yx.shape)}
        values |= {f"Sxx_{i}_{j}": self.xx[i, j] for i, j in np.ndindex(self.xx.shape)}
        return np.array(compiled(law)(state, [values[str(s)] for s in data_of(law)]))


def data_of(claim) -> tuple[sympy.Symbol, ...]:
    return claim.parameters


@functools.cache
def compiled_by_name(name: str):
    raise KeyError(name)


@functools.lru_cache
def _compiled(key):
    claim = key.claim
    return sympy.lambdify(
        [claim.state, data_of(claim)], list(claim.law.values()), "numpy", cse=True
    )


class _ByIdentity:
    def __init__(self, claim):
        self.claim = claim

    def __hash__(self):
        return id(self.claim)

    def __eq__(self, other):
        return self.claim is other.claim


def compiled(claim):
    return _compiled(_ByIdentity(claim))
