"""The least norm: bounds against numeric minima, the certificate against a solved group lasso."""

import itertools

import numpy as np
import pytest
import scipy.optimize
import sympy

from theory import linear_cnn


def complex_draw(random: np.random.Generator, *shape: int) -> np.ndarray:
    return random.normal(size=(*shape, 2)) @ np.array([1, 1j])


def parts_of(name: str, values: np.ndarray) -> dict[str, float]:
    return {
        f"{name}{i + 1}_{part}": number
        for i, value in enumerate(values)
        for part, number in (("re", value.real), ("im", value.imag))
    }


def at(expression, values: dict[str, float]) -> float:
    symbols = sorted(expression.free_symbols, key=str)
    value = complex(sympy.lambdify([symbols], expression)([values[str(s)] for s in symbols]))
    assert abs(value.imag) < 1e-12
    return value.real


@pytest.mark.parametrize("seed", range(4))
def test_norm_of_a_frequency(seed):
    """Over all gauges c k, b/c the least squared norm is (2/n) ||n k b||, where |c k| = ||b/c||."""
    random = np.random.default_rng(seed)
    k, b, n = complex_draw(random), complex_draw(random, 2), 5
    values = parts_of("b", b) | {"k_re": k.real, "k_im": k.imag, "n": n}
    claim = linear_cnn.norm_of_frequency()

    def norm(log_gauge):
        gauge = np.exp(log_gauge)
        return abs(gauge * k) ** 2 + np.linalg.norm(b / gauge) ** 2

    least = scipy.optimize.minimize_scalar(norm, bracket=(-1, 1), options={"xtol": 1e-12})
    (gauge,) = claim.attained
    balanced = at(claim.attained[gauge], values)
    assert abs(balanced * k) == pytest.approx(np.linalg.norm(b / balanced), rel=1e-12)
    assert at(claim.left, values) == pytest.approx(2 / n * np.linalg.norm(n * k * b), rel=1e-12)
    assert at(claim.left, values) == pytest.approx(least.fun, rel=1e-10)
    assert at(claim.right, values | {"c": balanced}) == pytest.approx(least.fun, rel=1e-12)
    for factor in (0.8, 1.3):
        other = at(claim.right, values | {"c": factor * balanced})
        assert other == pytest.approx(norm(np.log(factor * balanced)), rel=1e-12)
        assert other > 1.03 * least.fun


def test_norm_of_a_mode():
    """The least norm at a given strength, by SciPy: 2 A/(n lambda v1), on the largest v_f alone.

    A minimum over the smaller magnitudes alone is larger by v1/v2.
    """
    v, side, variance, strength = np.array([0.6, 0.45, 0.3]), 4, 1.3, 0.7
    claim = linear_cnn.norm_of_mode(frequencies=3)
    names = {f"d{f + 1}": v[0] - v[f] for f in (1, 2)} | {"v1": v[0]}
    names |= {"n": side, "lambda": variance}

    def reached(weights, used):
        k, b = weights.reshape(2, 3)
        return side * variance * (v * k * b)[used].sum() - strength

    for used, largest in ((slice(0, 3), v[0]), (slice(1, 3), v[1])):
        found = scipy.optimize.minimize(
            lambda x: (x**2).sum(),
            np.random.default_rng(0).uniform(0.2, 0.5, 6),
            constraints={"type": "eq", "fun": reached, "args": (used,)},
            options={"ftol": 1e-14, "maxiter": 500},
        )
        assert found.fun == pytest.approx(2 * strength / (side * variance * largest), rel=1e-6)
        if largest == v[0]:
            k, b = found.x.reshape(2, 3)
            assert np.abs([k[1:], b[1:]]).max() < 1e-3
            assert k[0] == pytest.approx(b[0], rel=1e-3)
    random = np.random.default_rng(1)
    for _ in range(5):
        k, b = random.uniform(0, 1, size=(2, 3))
        values = (
            names | {f"k{f + 1}": k[f] for f in range(3)} | {f"b{f + 1}": b[f] for f in range(3)}
        )
        left, right = at(claim.left, values), at(claim.right, values)
        assert right == pytest.approx((k**2 + b**2).sum(), rel=1e-12)
        assert left == pytest.approx(2 * (v * k * b).sum() / v[0], rel=1e-12)
        assert left < right


@pytest.mark.parametrize("seed", range(3))
def test_gradient_of_the_lagrangian(seed):
    """Central differences of ||P_f|| + ||P_f~|| - <L, P_f X_f^T + P_f~ X_f~^T>: both sides, to 1e-8."""
    random = np.random.default_rng(seed)
    columns, spectrum = complex_draw(random, 2), complex_draw(random, 2)
    multipliers = random.normal(size=(2, 2))

    def lagrangian(p):
        fitted = np.outer(p, spectrum) + np.outer(p.conj(), spectrum.conj())
        return 2 * np.linalg.norm(p) - (multipliers * fitted).sum().real

    step = 1e-6
    expected = [
        [
            (lagrangian(columns + d * unit) - lagrangian(columns - d * unit)) / (2 * step)
            for d in (step, 1j * step)
        ]
        for unit in np.eye(2)
    ]
    claim = linear_cnn.active_frequency()
    values = parts_of("P", columns) | parts_of("x", spectrum)
    values |= {f"L_{i}_{s}": multipliers[i, s] for i in range(2) for s in range(2)}
    for side in (claim.left, claim.right):
        found = np.array([[at(side[i, j], values) for j in range(2)] for i in range(2)])
        assert found == pytest.approx(np.array(expected), rel=1e-7, abs=1e-8)
    stated = 2 * (columns / np.linalg.norm(columns) - multipliers @ spectrum.conj())
    assert np.array(expected) @ [1, 1j] == pytest.approx(stated, abs=1e-8)
    wrong = 2 * (columns / np.linalg.norm(columns) - multipliers @ spectrum)
    assert np.abs(np.array(expected) @ [1, 1j] - wrong).max() > 0.1


@pytest.mark.parametrize("seed", range(3))
def test_what_a_multiplier_bounds(seed):
    """2 ||P|| Re(D^H P) <= ||P||^2 (1 + ||D||^2) for random complex vectors; equal at D = P/||P||."""
    random = np.random.default_rng(seed)
    p, d = complex_draw(random, 2), complex_draw(random, 2)
    claim = linear_cnn.multiplier_bound()
    size = np.linalg.norm(p)
    for other, attained in ((d, False), (p / size, True), (2 * p / size, False)):
        values = parts_of("P", p) | parts_of("D", other)
        left, right = at(claim.left, values), at(claim.right, values)
        assert left == pytest.approx(2 * size * np.vdot(other, p).real, rel=1e-12)
        assert right == pytest.approx(size**2 * (1 + np.linalg.norm(other) ** 2), rel=1e-12)
        assert left == pytest.approx(right, rel=1e-12) if attained else left < right - 1e-3


class DisjointCosines:
    """Three classes on 8 x 8 images, two cosines each, no frequency shared."""

    n = 8
    waves = (
        ((0, 1, 1.0, 0.3), (1, 2, 0.7, 1.0)),
        ((1, 0, 0.8, 0.0), (2, 3, 0.5, 0.4)),
        ((1, 1, 0.6, 0.2), (3, 1, 0.4, 2.0)),
    )

    def __init__(self):
        rows, columns = np.mgrid[: self.n, : self.n]
        self.images = np.array(
            [
                sum(
                    a * np.cos(2 * np.pi * (u * rows + v * columns) / self.n + phi)
                    for u, v, a, phi in w
                )
                for w in self.waves
            ]
        )
        self.spectra = np.fft.fft2(self.images, norm="ortho").reshape(3, -1)

    def group_lasso(self) -> tuple[np.ndarray, np.ndarray]:
        """Minimise sum_f ||P_f|| under P X^T = I by reweighted least squares; return P_f and L."""
        weights, smooth = np.ones(self.n**2), 1.0
        for _ in range(1500):
            gram = (self.spectra.conj() * weights) @ self.spectra.T
            multipliers = np.linalg.inv(gram).real
            columns = weights * (multipliers @ self.spectra.conj())
            weights = np.sqrt((np.abs(columns) ** 2).sum(axis=0) + smooth**2)
            smooth = max(0.98 * smooth, 1e-14)
        return columns, multipliers


def test_least_norm_of_disjoint_cosines():
    """Group lasso: norm 2 sum_m S_m/(n lambda_m v_m) by `norm_of_mode`, to 1e-9, one pair a mode.

    The certificate of `active_frequency` holds on active frequencies, ||D_f|| < 1 elsewhere. With
    the spectrum of an interpolation that uses both pairs of each mode the norm is larger.
    """
    data = DisjointCosines()
    columns, multipliers = data.group_lasso()
    sizes = np.linalg.norm(columns, axis=0)
    least = 2 / data.n * sizes.sum()
    claim, bound = linear_cnn.norm_of_mode(frequencies=1), 0.0
    norms = np.linalg.norm(data.images.reshape(3, -1), axis=1)
    largest = np.abs(data.spectra).max(axis=1) / norms
    for norm, v in zip(norms, largest, strict=True):
        # A = n lambda v k b is S = norm/3, lambda = norm^2/3
        k = np.sqrt(norm / 3 / (data.n * norm**2 / 3 * v))
        values = {"k": k, "b": k, "v": v, "n": data.n, "lambda": norm**2 / 3}
        assert at(claim.left, values) == pytest.approx(2 * norm / 3 / (data.n * norm**2 / 3 * v))
        bound += at(claim.left, values)
    assert least == pytest.approx(bound, rel=1e-9)
    active = sizes > 1e-8 * sizes.max()
    assert active.sum() == 6
    directions = multipliers @ data.spectra.conj()
    assert np.abs(directions - columns / np.where(active, sizes, 1))[:, active].max() < 1e-9
    assert np.linalg.norm(directions, axis=0)[~active].max() < 0.99
    # the pseudo-inverse fits as well, with all frequencies of the data
    other = np.linalg.pinv(data.images.reshape(3, -1).T).reshape(3, data.n, data.n)
    spread = np.linalg.norm(np.fft.ifft2(other, norm="ortho").reshape(3, -1), axis=0)
    fitted = data.images.reshape(3, -1) @ other.reshape(3, -1).T
    assert np.abs(fitted - np.eye(3)).max() < 1e-12
    assert 2 / data.n * spread.sum() > 1.05 * least


def test_frequencies_of_the_disjoint_set_are_disjoint():
    """The sums above speak of it: no frequency has two classes."""
    data = DisjointCosines()
    for one, other in itertools.combinations(np.abs(data.spectra), 2):
        assert (one * other).max() < 1e-12
