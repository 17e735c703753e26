"""Deep linear CNNs: the balanced mode against explicit networks, quadrature and integrated flows."""

import numpy as np
import pytest
import scipy.integrate
import sympy

from theory import linear_cnn
from theory.errors import ArgumentError
from theory.linear_cnn import deep, modes
from theory.logistic import A0, A1, A, S

SOLVER = {"method": "DOP853", "rtol": 1e-12, "atol": 1e-14}
SIDE, SINGULAR, VARIANCE, MAGNITUDE = 4, 0.7, 1.3, 0.6
NUMBERS = {modes.N: SIDE, S: SINGULAR, modes.LAMBDA: VARIANCE, modes.V: MAGNITUDE}


class TwoCosines:
    """Two classes on 8 x 8 images, cos (1, 2) and 0.7 cos (3, 1), and a network of L layers."""

    n = 8

    def __init__(self, layers: int, size: float, *, aligned: bool = True):
        n = self.n
        rows, columns = np.mgrid[:n, :n]
        x = np.array(
            [
                np.cos(2 * np.pi * (rows + 2 * columns) / n + 0.3).ravel(),
                0.7 * np.cos(2 * np.pi * (3 * rows + columns) / n + 1).ravel(),
            ]
        )
        self.yx, self.xx = x / 2, x.T @ x / 2
        norms = np.linalg.norm(x, axis=1)
        self.v = (x / norms[:, None]).T
        self.singular_values, self.variances = norms / 2, norms**2 / 2
        pixels = np.arange(n * n)
        shift = [((a[:, None] - a) % n) for a in np.divmod(pixels, n)]
        self.shift = shift[0] * n + shift[1]  # (i - j) mod n, flattened
        random = np.random.default_rng(layers)
        images = random.normal(size=(layers, n, n))
        phases = np.angle(np.fft.fft2(images, norm="ortho")).reshape(layers, -1)
        v_hat = np.fft.fft2(self.v.T.reshape(2, n, n), norm="ortho").reshape(2, -1)
        self.support = np.abs(v_hat) > 1e-9
        kernels = np.where(self.support.any(axis=0), size * np.exp(1j * phases), 0)
        turns = phases.sum(axis=0) if aligned else 0 * phases[0]
        outputs = np.where(self.support, size * np.exp(-1j * (turns + np.angle(v_hat))), 0)
        self.kernels = np.fft.ifft2(kernels.reshape(-1, n, n), norm="ortho").real.reshape(
            layers, -1
        )
        weights = np.fft.fft2(outputs.reshape(-1, n, n), norm="ortho")
        self.weights = weights.real.reshape(2, -1)

    def matrices(self) -> list[np.ndarray]:
        return [kernel[self.shift] for kernel in self.kernels]

    def strengths(self) -> np.ndarray:
        """A = U^T P Sxx V, with U the identity, through dense matrices."""
        product = self.weights
        for matrix in reversed(self.matrices()):
            product = product @ matrix
        return product @ self.xx @ self.v

    def update(self, step: float) -> None:
        """One step of gradient descent on the pixels of all kernels and on the weights."""
        matrices = self.matrices()
        below = [np.eye(self.n**2)]
        for matrix in matrices:
            below.append(matrix @ below[-1])
        error = self.yx - self.weights @ below[-1] @ self.xx
        pull, moved = self.weights.T @ error, self.weights + step * error @ below[-1].T
        for layer in reversed(range(len(matrices))):
            on = pull @ below[layer].T
            change = np.bincount(self.shift.ravel(), on.ravel(), minlength=self.n**2)
            self.kernels[layer] += step * change
            pull = matrices[layer].T @ pull
        self.weights = moved


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_deep_descent_map_is_descent_of_an_explicit_network(layers):
    """A_mm = C u^D with u' of the claim for both modes over 400 updates, to 1e-12 S; 0 off-diagonal.

    Pixels and dense matrices, any phases of the kernels. lambda takes the factor 2 of a pair.
    """
    network = TwoCosines(layers, size := {1: 0.02, 2: 0.08, 3: 0.15}[layers])
    n, v = network.n, 1 / np.sqrt(2)
    assert network.support.sum(axis=1).tolist() == [2, 2]
    claim = linear_cnn.deep_descent_map(layers=layers)
    order = [deep.U, deep.STEP, modes.N, modes.V, modes.LAMBDA, S]
    moved = sympy.lambdify(order, claim.law[deep.U])
    strength = sympy.lambdify(order, linear_cnn.deep_strength(layers))
    scale = n**layers * 2 * network.variances[0] * v  # of mode 1: its step is the largest
    depth = layers + 1
    fastest = depth * n**layers * v * scale ** (2 / depth - 1)
    step = 0.05 / (fastest * network.singular_values[0] ** (2 - 2 / depth))
    u, worst, aside = np.full(2, size), 0.0, 0.0
    for _ in range(400):
        rest = (step, n, v, 2 * network.variances, network.singular_values)
        found = network.strengths()
        gap = np.abs(np.diag(found) - strength(u, *rest)) / network.singular_values
        worst, aside = max(worst, gap.max()), max(aside, abs(found[0, 1]), abs(found[1, 0]))
        network.update(step)
        u = moved(u, *rest)
    assert strength(u, *rest)[0] > 0.99 * network.singular_values[0]
    assert worst < 1e-12
    assert aside < 1e-12


def test_the_map_needs_the_alignment():
    """Outputs without the sum of the kernels' phases: A is off by more than a tenth of C u^D."""
    strength = sympy.lambdify([deep.U, modes.N, modes.V, modes.LAMBDA], linear_cnn.deep_strength(2))
    for aligned in (True, False):
        network = TwoCosines(2, 0.08, aligned=aligned)
        expected = strength(0.08, network.n, 1 / np.sqrt(2), 2 * network.variances)
        gap = np.abs(np.diag(network.strengths()) / expected - 1)
        assert gap.max() < 1e-12 if aligned else gap.max() > 0.1


def in_numbers(expression, symbols):
    return sympy.lambdify(symbols, sympy.sympify(expression).subs(NUMBERS))


@pytest.mark.parametrize("layers", [1, 2, 3, 4])
def test_deep_mode_law_is_the_integrated_flow_of_all_layers(layers):
    """Balanced factors of `aligned_flow`, integrated: A follows the claim's rate, to 1e-9 S.

    With the rate of one layer less it does not.
    """
    flow = linear_cnn.aligned_flow(frequencies=1, layers=layers)
    assert len(flow.state) == layers + 1
    law = sympy.lambdify([flow.state], [rate.subs(NUMBERS) for rate in flow.law.values()])
    start = 0.15
    strength = in_numbers(linear_cnn.deep_strength(layers), deep.U)
    time = np.linspace(0, 3, 30)
    run = scipy.integrate.solve_ivp(
        lambda _, q: law(q), (0, 3), [start] * (layers + 1), t_eval=time, **SOLVER
    ).y
    assert np.ptp(run, axis=0).max() < 1e-12

    def integrated(claim):
        rate = in_numbers(claim.law[A], A)
        return scipy.integrate.solve_ivp(
            lambda _, a: rate(a), (0, 3), [strength(start)], t_eval=time, **SOLVER
        ).y[0]

    found = integrated(linear_cnn.deep_mode_law(layers=layers))
    assert np.abs(found - strength(run[0])).max() < 1e-9 * SINGULAR
    assert found[-1] > 2 * found[0]
    other = integrated(linear_cnn.deep_mode_law(layers=layers + 1))
    assert np.abs(other - strength(run[0])).max() > 1e-3 * SINGULAR


def test_one_layer_is_the_network_of_two_layers():
    """L = 1: the deep laws are the mode law and the map (M), exactly."""
    assert sympy.expand(linear_cnn.deep_mode_law(1).law[A] - linear_cnn.mode_law().law[A]) == 0
    moved = linear_cnn.deep_descent_map(1).law[deep.U]
    strength = linear_cnn.deep_strength(1)
    squared = strength.subs(deep.U, moved) - linear_cnn.descent_map().law[A].subs(A, strength)
    assert sympy.expand(squared) == 0
    deeper = linear_cnn.deep_mode_law(2).law[A] - linear_cnn.mode_law().law[A]
    assert sympy.expand(deeper) != 0


@pytest.mark.parametrize("layers", [2, 3])
@pytest.mark.parametrize("target", [0.05, 0.35, 0.69])
def test_deep_discovery_time(layers, target):
    """Both sides are the integral of dA over the deep rate by quadrature, to 1e-9."""
    start = 0.004
    rate = in_numbers(linear_cnn.deep_mode_law(layers).law[A], A)
    time = scipy.integrate.quad(lambda a: 1 / rate(a), start, target, epsrel=1e-12, limit=200)[0]
    claim = linear_cnn.deep_discovery_time(layers)
    for side in (claim.left, claim.right):
        assert in_numbers(side, (A0, A1))(start, target) == pytest.approx(time, rel=1e-9)
    other = linear_cnn.deep_discovery_time(5 - layers).right
    assert abs(in_numbers(other, (A0, A1))(start, target) / time - 1) > 0.02


@pytest.mark.parametrize(("layers", "power"), [(2, 1 / 3), (3, 1 / 2)])
def test_small_starts_take_a_power_of_longer(layers, power):
    """A start 1000 times smaller takes 1000^(1 - 2/D) times as long; one layer 1.3 times."""
    time = in_numbers(linear_cnn.deep_discovery_time(layers).right, (A0, A1))
    shallow = in_numbers(linear_cnn.discovery_time().right, (A0, A1))
    starts, target = (1e-13, 1e-10), SINGULAR / 2
    ratio = [time(starts[0], target) / time(starts[1], target)]
    ratio.append(shallow(starts[0], target) / shallow(starts[1], target))
    assert ratio[0] == pytest.approx(1000**power, rel=0.01)
    assert ratio[1] == pytest.approx(1.3, abs=0.05)


@pytest.mark.parametrize("layers", [2, 3])
def test_deep_clock_is_the_integrated_aligned_flow(layers):
    """Two frequencies, balanced: u_f(theta) and all factors integrated agree to 1e-9.

    Growth by exp(v_f theta), as with one layer, does not.
    """
    magnitudes, starts, end = (0.6, 0.37), (0.2, 0.25), 2.0
    flow, claim = linear_cnn.aligned_flow(2, layers), linear_cnn.deep_clock(layers)
    numbers = {modes.N: SIDE, S: SINGULAR, modes.LAMBDA: VARIANCE}
    numbers |= dict(zip(modes.mode_symbols(2)[2], magnitudes, strict=True))
    numbers |= dict(zip(sympy.symbols("u0_1:3", positive=True), starts, strict=True))
    law = sympy.lambdify([flow.state], [rate.subs(numbers) for rate in flow.law.values()])
    time = np.linspace(0, end, 30)
    run = scipy.integrate.solve_ivp(
        lambda _, q: law(q), (0, end), starts * (layers + 1), t_eval=time, **SOLVER
    ).y
    rate = sympy.lambdify(modes.THETA, claim.law[modes.THETA].subs(numbers))
    theta = scipy.integrate.solve_ivp(
        lambda _, x: rate(x), (0, end), [0.0], t_eval=time, **SOLVER
    ).y[0]
    relation = [claim.origin.relation[x].subs(numbers) for x in flow.state]
    shown = np.array([sympy.lambdify(modes.THETA, x)(theta) for x in relation])
    assert np.abs(shown - run).max() < 1e-9
    assert run[0, -1] > 1.3 * run[0, 0]
    exponential = np.array(starts)[:, None] * np.exp(np.outer(magnitudes, theta))
    assert np.abs(exponential - run[:2]).max() > 0.01
    for f, (v, u0) in enumerate(zip(magnitudes, starts, strict=True)):
        straight = u0 ** (1 - layers) - (layers - 1) * v * theta
        assert np.abs(run[f] ** (1 - layers) - straight).max() < 1e-8


@pytest.mark.parametrize("layers", [0, -1, 1.5])
def test_numbers_of_layers_that_are_refused(layers):
    for factory in (
        linear_cnn.deep_mode_law,
        linear_cnn.deep_descent_map,
        linear_cnn.deep_clock,
        linear_cnn.deep_strength,
    ):
        with pytest.raises(ArgumentError, match=r"layers: got .*whole number"):
            factory(layers=layers)


def test_what_one_layer_and_four_do_not_have():
    """The clock of one layer is another claim; four layers have no time in closed form here."""
    with pytest.raises(ArgumentError, match="use clock for one layer"):
        linear_cnn.deep_clock(layers=1)
    for layers in (1, 4):
        with pytest.raises(ArgumentError, match="integrate deep_mode_law"):
            linear_cnn.deep_discovery_time(layers=layers)
