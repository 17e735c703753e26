"""The linear CNN: exact flow against finite differences and full networks, modes against maps."""

import functools
import itertools

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize
import sympy

from theory import linear_cnn, linear_network
from theory.circulant import OPERATIONS
from theory.claims import check_claim
from theory.errors import ArgumentError
from theory.fourier import conjugate_index
from theory.gradient_flow import TAU
from theory.linear_cnn import flow, modes
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


def transform(rows: np.ndarray) -> np.ndarray:
    """Q applied to flattened images along the last axis."""
    n = int(np.sqrt(rows.shape[-1]))
    images = rows.reshape(*rows.shape[:-1], n, n)
    return np.fft.fft2(images, norm="ortho").reshape(rows.shape)


def transform_back(rows: np.ndarray) -> np.ndarray:
    """conj(Q) applied to flattened spectra along the last axis."""
    return transform(rows.conj()).conj()


def in_numbers(state, law):
    """Return a law as a function of its state, Syx and Sxx, in double precision."""
    free = set().union(*(rate.free_symbols for rate in law)) - set(state)
    parameters = sorted(free, key=str)
    function = sympy.lambdify([state, parameters], law, cse=True)

    def rates(values, yx, xx):
        data = {"Syx": yx, "Sxx": xx}
        places = [str(s).split("_") for s in parameters]
        return np.array(function(values, [data[name][int(i), int(j)] for name, i, j in places]))

    return rates


@functools.cache
def network_law(n: int, p: int, widths: tuple = (1, 1), operation: str = "convolution"):
    """Return the rates of `network_flow` in double precision."""
    claim = linear_cnn.network_flow(n=n, p=p, widths=widths, operation=operation)
    return in_numbers(claim.state, list(claim.law.values()))


@functools.cache
def coupled_law(n: int, p: int, widths: tuple = (1, 1), operation: str = "convolution"):
    """Return the rates of `coupled_flow` in double precision, without deriving the network's."""
    state = flow._entries(flow._fourier_variables(n, p, widths))
    data = flow._data(n, p, widths[0])
    return in_numbers(state, flow._coupled_rates(n, p, widths, operation, *data))


class Example:
    """Five random samples, random kernels and weights: p outputs, n x n images, layers by widths."""

    def __init__(self, n: int, p: int, widths: tuple = (1, 1), seed: int = 0):
        random = np.random.default_rng(seed)
        self.n, self.widths = n, widths
        self.x = random.normal(size=(5, widths[0] * n * n))
        self.y = random.normal(size=(5, p))
        self.kernels = [
            random.normal(size=(after, before, n, n))
            for before, after in itertools.pairwise(widths)
        ]
        self.weights = random.normal(size=(p, widths[-1] * n * n))
        self.yx, self.xx = self.y.T @ self.x / 5, self.x.T @ self.x / 5

    @property
    def state(self) -> np.ndarray:
        return np.concatenate([*(k.ravel() for k in self.kernels), self.weights.ravel()])

    def layers(self, state: np.ndarray) -> list[np.ndarray]:
        """Kernels (after, before, n, n) of each layer, and weights (p, C_L n^2), of a state."""
        shapes = [*(k.shape for k in self.kernels), self.weights.shape]
        ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1]
        return [x.reshape(s) for x, s in zip(np.split(state, ends), shapes, strict=True)]

    def effective(self, state: np.ndarray, operation: str) -> np.ndarray:
        """The network's map, as a product of dense matrices."""
        *kernels, product = self.layers(state)
        for layer in reversed(kernels):
            product = product @ np.block([[dense(k, operation) for k in row] for row in layer])
        return product

    def rates(self, state: np.ndarray, operation: str) -> np.ndarray:
        """Minus the gradient of the loss, of dense matrices: each layer's pull, along diagonals."""
        *kernels, weights = self.layers(state)
        n, blocks = self.n, []
        for layer in kernels:
            blocks.append(np.block([[dense(k, operation) for k in row] for row in layer]))
        error = self.yx - self.effective(state, operation) @ self.xx
        diagonals = np.array([dense(pixel, operation) for pixel in np.eye(n * n).reshape(-1, n, n)])
        found, below, pull = [], [np.eye(len(self.xx))], error
        for block in blocks:
            below.append(block @ below[-1])
        found.append(error @ below[-1].T)
        pull = weights.T @ error
        for layer, block, before in zip(
            reversed(kernels), reversed(blocks), reversed(below[:-1]), strict=True
        ):
            on = (pull @ before.T).reshape(len(layer), n * n, -1, n * n)
            found.append(np.einsum("aij,kicj->kca", diagonals, on))
            pull = block.T @ pull
        return np.concatenate([x.ravel() for x in reversed(found)])

    def spectral(self, state: np.ndarray, operation: str = "convolution") -> list[np.ndarray]:
        """Spectra (after, before, n^2) of each layer and (p, C_L, n^2) of the weights."""
        *kernels, weights = self.layers(state)
        turn = transform_back if operation == "convolution" else transform
        size = self.n**2
        return [
            *(transform(k.reshape(*k.shape[:2], size)) for k in kernels),
            turn(weights.reshape(len(weights), -1, size)),
        ]

    def loss(self, state: np.ndarray, operation: str) -> float:
        """Half the squared error, averaged over the samples."""
        miss = self.y - self.x @ self.effective(state, operation).T
        return (miss**2).sum(axis=1).mean() / 2


# --- the flow of the network

NETWORKS = {
    "n=2": (2, 2, (1, 1)),
    "n=3": (3, 1, (1, 1)),
    "colour": (2, 1, (2, 1)),
    "kernels": (2, 1, (1, 2)),
    "layers": (2, 1, (1, 1, 1)),
    "all": (2, 1, (2, 1, 2)),
}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(("n", "p", "widths"), NETWORKS.values(), ids=NETWORKS)
def test_network_flow_is_minus_the_gradient(n, p, widths, operation):
    """Central differences of the loss of the dense network, written out: equal to 1e-8."""
    example = Example(n, p, widths)
    state = example.state
    unit = np.eye(len(state)) * 1e-5
    differences = np.array(
        [
            -(example.loss(state + e, operation) - example.loss(state - e, operation)) / 2e-5
            for e in unit
        ]
    )
    rates = network_law(n, p, widths, operation)(state, example.yx, example.xx)
    assert np.abs(rates - differences).max() < 1e-8 * np.abs(differences).max()


@pytest.mark.parametrize("widths", [(1,), (), (0, 1), (1, 1.5)])
def test_networks_without_a_layer_are_refused(widths):
    """The number of channels, then one number or more of kernels."""
    for factory in (linear_cnn.network_flow, linear_cnn.coupled_flow, linear_cnn.prediction):
        with pytest.raises(ArgumentError, match=r"widths: got .*number of channels"):
            factory(n=2, p=1, widths=widths)


def test_two_pixels_do_not_tell_convolution_from_correlation():
    """One law for n = 2, two for n = 3: the sizes with n = 3 are the ones that judge it."""
    two = [linear_cnn.network_flow(n=2, p=2, operation=name).law for name in OPERATIONS]
    assert two[0] == two[1]
    example = Example(3, 1)
    three = [
        network_law(3, 1, (1, 1), name)(example.state, example.yx, example.xx)
        for name in OPERATIONS
    ]
    assert np.abs(three[0] - three[1]).max() > 0.1


def ravelled(arrays) -> np.ndarray:
    return np.concatenate([x.ravel() for x in arrays])


@pytest.mark.slow
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("spectra_of", OPERATIONS)
@pytest.mark.parametrize("widths", [(1, 1), (2, 2), (1, 2, 1)], ids=str)
def test_coupled_flow_is_the_networks_flow_in_fourier_variables(operation, spectra_of, widths):
    """For n = 3 Q dk/dtau and dW/dtau conj(Q) (Q for correlation) are the rates (F), to 1e-12.

    The rates in pixels are those of dense matrices. With the other operation's order of Q and
    conj(Q) they are not.
    """
    n, p = 3, 1
    example = Example(n, p, widths)
    rates = ravelled(example.spectral(example.rates(example.state, operation), spectra_of))
    state = ravelled(example.spectral(example.state, spectra_of))
    found = coupled_law(n, p, widths, operation)(state, example.yx, example.xx)
    gap = np.abs(found - rates).max() / np.abs(rates).max()
    assert gap < 1e-12 if spectra_of == operation else gap > 0.01


def test_law_without_its_derivation_is_that_of_the_claim():
    """`coupled_law` of these tests has the rates of `coupled_flow`, state for state."""
    claim = linear_cnn.coupled_flow(n=2, p=1, widths=(1, 2))
    data = flow._data(2, 1, 1)
    assert claim.state == flow._entries(flow._fourier_variables(2, 1, (1, 2)))
    rates = flow._coupled_rates(2, 1, (1, 2), "convolution", *data)
    assert list(claim.law.values()) == rates


def test_conjugates_matter_in_the_coupled_flow():
    """For n = 3, with k^_f in place of its conjugate k^_f~ the rate of b_f is another."""
    n, p = 3, 1
    example = Example(n, p)
    spectrum = transform(example.kernels[0].reshape(1, n * n))[0]
    outputs = transform_back(example.weights)
    law = coupled_law(n, p)
    found = law([*spectrum, *outputs.ravel()], example.yx, example.xx)[n * n :]
    error = (
        example.yx - example.weights @ dense(example.kernels[0][0, 0], "convolution") @ example.xx
    )
    columns = transform_back(error)[0]
    swap = [conjugate_index(f, n) for f in range(n * n)]
    assert np.abs(found - n * columns * spectrum[swap]).max() < 1e-11
    assert np.abs(found - n * columns * spectrum).max() > 0.1


def test_balance_of_each_frequency_along_an_integrated_run():
    """For n = 3 |k^_f|^2 - ||b_f||^2 stays to 1e-9 while the weights move by order 1."""
    n, p = 3, 1
    example = Example(n, p)
    law = network_law(n, p)
    run = scipy.integrate.solve_ivp(
        lambda _, q: law(q, example.yx, example.xx), (0, 0.5), example.state, **SOLVER
    )

    def balance(state):
        spectrum, outputs = transform(state[: n * n]), transform_back(state[n * n :])
        return np.abs(spectrum) ** 2 - np.abs(outputs) ** 2

    assert np.abs(run.y[:, -1] - run.y[:, 0]).max() > 0.1
    assert np.abs(balance(run.y[:, -1]) - balance(run.y[:, 0])).max() < 1e-9


def test_balances_of_several_layers_along_an_integrated_run():
    """For n = 3, widths 1-2-1, K K^H - B^H B of neighbours stay to 1e-9 while weights move.

    The invariants of `coupled_flow` are their entries on and below the diagonal. Without the
    conjugate, K K^T - B^T B moves.
    """
    n, p, widths = 3, 1, (1, 2, 1)
    example = Example(n, p, widths)
    run = scipy.integrate.solve_ivp(
        lambda _, q: example.rates(q, "convolution"), (0, 0.05), 0.7 * example.state, **SOLVER
    ).y.T
    variables = flow._fourier_variables(n, p, widths)
    invariants = [x.expression for x in flow._balances(variables, widths, n)]
    stated = sympy.lambdify([flow._entries(variables)], invariants)

    def balances(state, conjugate):
        factors = example.spectral(state)
        return [
            np.einsum("ijf,kjf->fik", x, conjugate(x)) - np.einsum("jif,jkf->fik", conjugate(y), y)
            for x, y in itertools.pairwise(factors)
        ]

    start, end = run[0], run[-1]
    assert np.abs(end - start).max() > 0.1
    for before, after in zip(balances(start, np.conj), balances(end, np.conj), strict=True):
        assert np.abs(after - before).max() < 1e-9
    first, second = balances(end, np.conj)
    expected = [x for f in range(n * n) for x in (*first[f][np.tril_indices(2)], second[f].item())]
    assert np.abs(np.array(stated(ravelled(example.spectral(end)))) - expected).max() < 1e-12
    first, second = (balances(q, lambda x: x)[0] for q in (start, end))
    assert np.abs(second - first).max() > 0.01


PREDICTIONS = [(3, 1, (1, 1)), (3, 2, (1, 1)), (3, 1, (2, 1))]


@pytest.mark.parametrize(("n", "p", "widths"), PREDICTIONS)
def test_prediction_where_frequencies_are_complex(n, p, widths):
    """P conj(Q) = n^L B_f K_f for n = 3, where conj(Q) is not Q; every fault shows."""
    report = check_claim(linear_cnn.prediction(n=n, p=p, widths=widths), mutate=p + len(widths) < 4)
    assert report.failures == ()


# --- one mode of its own frequencies


class Cosines:
    """Two classes on 5 x 5 images: a sum of two cosines, and one cosine; no frequency shared."""

    n, p = 5, 2

    def __init__(self):
        rows, columns = np.mgrid[: self.n, : self.n]

        def cosine(u, v, phase):
            return np.cos(2 * np.pi * (u * rows + v * columns) / self.n + phase).ravel()

        self.x = np.array([cosine(1, 0, 0.4) + 0.6 * cosine(2, 1, 1.9), 0.8 * cosine(0, 1, -0.7)])
        self.yx, self.xx = self.x / 2, self.x.T @ self.x / 2  # labels: the unit vectors
        norms = np.linalg.norm(self.x, axis=1)
        self.singular_values, self.v = norms / 2, (self.x / norms[:, None]).T
        self.variances = norms**2 / 2
        self.v_hat = transform(self.v.T)

    def support(self, mode: int) -> np.ndarray:
        return np.flatnonzero(np.abs(self.v_hat[mode]) > 1e-9)


def test_aligned_flow_in_a_full_network():
    """Aligned spectra stay aligned: dk^_f and db_f of (F) have the printed rates, to 1e-12."""
    data = Cosines()
    n, swap = data.n, [conjugate_index(f, data.n) for f in range(data.n**2)]
    random = np.random.default_rng(0)
    kernel = transform(random.normal(0, 0.3, n * n))  # amplitudes and phases of a real kernel
    outputs = np.zeros((data.p, n * n), complex)
    for mode in range(data.p):
        support, v = data.support(mode), data.v_hat[mode]
        size = np.abs(transform(random.normal(0, 0.3, n * n)))[support]
        phase = (v * kernel)[support]
        outputs[mode, support] = size * (phase / np.abs(phase)).conj()
    assert np.abs(outputs[:, swap] - outputs.conj()).max() < 1e-13  # a real network
    weights = transform(outputs)
    assert np.abs(weights.imag).max() < 1e-13
    pixels = transform_back(kernel).real.reshape(n, n)
    effective = weights.real @ dense(pixels, "convolution")
    error = transform_back(data.yx - effective @ data.xx)
    strengths = effective @ data.xx @ data.v
    assert abs(strengths[0, 1]) + abs(strengths[1, 0]) < 1e-13
    kernel_rates = n * (outputs.conj() * error).sum(axis=0)
    output_rates = n * error * kernel.conj()
    for mode, frequencies in ((0, 4), (1, 2)):
        support = data.support(mode)
        assert len(support) == frequencies
        claim = linear_cnn.aligned_flow(frequencies=frequencies)
        k, b, v = modes.mode_symbols(frequencies)
        law = sympy.lambdify([claim.state, v, S, modes.LAMBDA, modes.N], list(claim.law.values()))
        sizes = [*np.abs(kernel[support]), *np.abs(outputs[mode, support])]
        magnitudes = np.abs(data.v_hat[mode, support])
        singular, variance = data.singular_values[mode], data.variances[mode]
        printed = np.array(law(sizes, magnitudes, singular, variance, n))
        turn = kernel[support] / np.abs(kernel[support])
        assert np.abs(kernel_rates[support] - printed[:frequencies] * turn).max() < 1e-12
        turn = outputs[mode, support] / np.abs(outputs[mode, support])
        assert np.abs(output_rates[mode, support] - printed[frequencies:] * turn).max() < 1e-12
        assert list(claim.state) == [*k, *b]
        # A of the claim is the effective singular value of the network
        total = n * variance * (magnitudes * np.array(sizes).reshape(2, -1).prod(axis=0)).sum()
        assert strengths[mode, mode] == pytest.approx(total, rel=1e-12)


AMPLITUDES = {"magnitudes": (0.6, 0.37), "kernels": (0.05, 0.11), "outputs": (0.08, 0.02)}
SIDE, SINGULAR, VARIANCE = 4, 0.7, 1.3


def clock_solution(time: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integrate the clock; return theta and the kernel amplitudes that it gives."""
    claim = linear_cnn.clock()
    magnitudes = modes.mode_symbols(2)[2]
    starts = [sympy.symbols(f"{name}0_1:3", positive=True) for name in "kb"]
    arguments = [modes.THETA, S, modes.N, modes.LAMBDA, magnitudes, *starts]
    values = [SINGULAR, SIDE, VARIANCE, *AMPLITUDES.values()]
    rate = sympy.lambdify(arguments, claim.law[modes.THETA])
    run = scipy.integrate.solve_ivp(
        lambda _, theta: [rate(theta[0], *values)], time[[0, -1]], [0.0], t_eval=time, **SOLVER
    )
    theta = run.y[0]
    kernels = [claim.origin.relation[k] for k in modes.mode_symbols(2)[0]]
    shown = sympy.lambdify(arguments, kernels)
    return theta, np.array([shown(x, *values) for x in theta]).T


def test_clock_is_the_integrated_aligned_flow():
    """Unbalanced start, two frequencies: k_f(theta) and dk_f/dtau integrated agree to 1e-9."""
    time = np.linspace(0, 6, 40)
    claim = linear_cnn.aligned_flow()
    law = sympy.lambdify(
        [claim.state, modes.mode_symbols(2)[2], S, modes.N, modes.LAMBDA], list(claim.law.values())
    )
    run = scipy.integrate.solve_ivp(
        lambda _, q: law(q, AMPLITUDES["magnitudes"], SINGULAR, SIDE, VARIANCE),
        (0, 6),
        [*AMPLITUDES["kernels"], *AMPLITUDES["outputs"]],
        t_eval=time,
        **SOLVER,
    )
    theta, kernels = clock_solution(time)
    assert np.abs(run.y[:2] - kernels).max() < 1e-9
    assert kernels[0, -1] > 3 * kernels[0, 0]
    assert np.all(np.diff(theta[:20]) > 0)


def test_clock_ends_where_its_strength_is_the_singular_value():
    """G(theta*) = S: the end of the run is known without running, to 1e-9."""
    starts = [sympy.symbols(f"{name}0_1:3", positive=True) for name in "kb"]
    magnitudes = modes.mode_symbols(2)[2]
    strength = sympy.lambdify(
        [modes.THETA, modes.N, modes.LAMBDA, magnitudes, *starts],
        modes.clock_strength(magnitudes, *starts),
    )

    def gap(theta):
        return strength(theta, SIDE, VARIANCE, *AMPLITUDES.values()) - SINGULAR

    theta, _ = clock_solution(np.linspace(0, 40, 5))
    assert theta[-1] == pytest.approx(scipy.optimize.brentq(gap, 0, 20, xtol=1e-14), rel=1e-9)


@pytest.mark.parametrize("magnitude", [1.0, 1 / np.sqrt(2)], ids=["self-conjugate", "pair"])
def test_mode_law_is_the_integrated_flow_of_one_frequency(magnitude):
    """Balanced k = b: n lambda v k b of the integrated flow is the sigmoid, to 1e-9 S."""
    claim = linear_cnn.aligned_flow(frequencies=1)
    law = sympy.lambdify([claim.state, modes.V, S, modes.N, modes.LAMBDA], list(claim.law.values()))
    time = np.linspace(0, 4, 30)
    run = scipy.integrate.solve_ivp(
        lambda _, q: law(q, magnitude, SINGULAR, SIDE, VARIANCE),
        (0, 4),
        [0.02, 0.02],
        t_eval=time,
        **SOLVER,
    )
    strengths = SIDE * VARIANCE * magnitude * run.y[0] * run.y[1]
    curve = sympy.lambdify([TAU, A0, S, modes.N, modes.V], linear_cnn.mode_law().closed_form[A])
    predicted = curve(time, strengths[0], SINGULAR, SIDE, magnitude)
    assert np.abs(strengths - predicted).max() < 1e-9 * SINGULAR
    assert strengths[-1] > 0.99 * SINGULAR


def test_a_mode_is_learnt_n_v_times_as_fast_as_by_a_fully_connected_network():
    """The two sigmoids are one in the time n v tau, exactly."""
    fast = linear_cnn.mode_law().closed_form[A]
    slow = linear_network.mode_law().closed_form[A]
    assert sympy.simplify(fast - slow.subs(TAU, modes.N * modes.V * TAU)) == 0


def test_descent_map_is_descent_on_kernel_and_outputs():
    """Balanced k' = k + h n v b (S - A), b' alike: A follows (M) to 1e-14 S, for 400 updates."""
    magnitude, step = 1 / np.sqrt(2), 0.02
    moved = sympy.lambdify([A, S, modes.STEP, modes.N, modes.V], linear_cnn.descent_map().law[A])
    k = b = 0.03
    scale = SIDE * VARIANCE * magnitude
    strength, worst = scale * k * b, 0.0
    for _ in range(400):
        pull = step * SIDE * magnitude * (SINGULAR - scale * k * b)
        k, b = k + pull * b, b + pull * k
        strength = moved(strength, SINGULAR, step, SIDE, magnitude)
        worst = max(worst, abs(strength - scale * k * b))
    assert strength == pytest.approx(SINGULAR, rel=1e-6)
    assert worst < 1e-14 * SINGULAR


@pytest.mark.parametrize("target", [0.01, 0.35, 0.69])
def test_discovery_time(target):
    """ln[A1 (S - A0)/(A0 (S - A1))]/(2 n v S) is where the sigmoid passes A1.

    Both sides of the claim are that time, or A1 itself.
    """
    curve = sympy.lambdify([TAU, A0, S, modes.N, modes.V], linear_cnn.mode_law().closed_form[A])
    start, magnitude = 0.005, 0.6
    root = scipy.optimize.brentq(
        lambda x: curve(x, start, SINGULAR, SIDE, magnitude) - target, 0, 50, xtol=1e-14
    )
    odds = target * (SINGULAR - start) / (start * (SINGULAR - target))
    assert np.log(odds) / (2 * SIDE * magnitude * SINGULAR) == pytest.approx(root, rel=1e-11)
    claim = linear_cnn.discovery_time()
    values = {A0: start, A1: target, S: SINGULAR, modes.N: SIDE, modes.V: magnitude}
    times = [e for e in (claim.left, claim.right) if abs(e.subs(values) - root) < 1e-9]
    reached = [e for e in (claim.left, claim.right) if abs(e.subs(values) - target) < 1e-12]
    assert len(times) == 2 or len(reached) == 2


def test_early_growth_in_numbers():
    """Law dk = n b^H s, db = n s conj(k) with three complex outputs: k and b^H s/||s|| to 1e-9.

    The rate is n ||s||, s the column of the data's spectrum Syx^ at this frequency.
    """
    random = np.random.default_rng(0)
    s, b0 = random.normal(size=(2, 3, 2)) @ np.array([1, 1j])
    k0 = 0.3 - 0.8j
    along = s / np.linalg.norm(s)

    def rates(_, q):
        k, b = q[0] + 1j * q[1], q[2:5] + 1j * q[5:]
        dk, db = SIDE * np.vdot(b, s), SIDE * s * np.conj(k)
        return [dk.real, dk.imag, *db.real, *db.imag]

    end = 0.8
    run = scipy.integrate.solve_ivp(
        rates, (0, end), [k0.real, k0.imag, *b0.real, *b0.imag], **SOLVER
    ).y[:, -1]
    claim = linear_cnn.early_growth()
    k, beta = claim.state
    g = sympy.Symbol("g", positive=True)
    solution = sympy.lambdify(
        [TAU, g, claim.initial[k], claim.initial[beta]],
        [claim.closed_form[k], claim.closed_form[beta]],
    )(end, SIDE * np.linalg.norm(s), k0, np.vdot(b0, along))
    numeric = run[0] + 1j * run[1], np.vdot(run[2:5] + 1j * run[5:], along)
    assert np.abs(np.subtract(solution, numeric)).max() < 1e-9 * np.abs(numeric).max()
    assert abs(numeric[0]) > 3 * abs(k0)


def test_early_growth_in_a_full_network():
    """A start of size 1e-6: k^_f of the whole network grows as predicted, to 1e-5 of the largest.

    n = 3, one output: there b_f^H e_f/||e_f|| is one number a frequency.
    """
    n, end = 3, 3.0
    example = Example(n, 1)
    law = network_law(n, 1)
    start = 1e-6 * example.state
    run = scipy.integrate.solve_ivp(
        lambda _, q: law(q, example.yx, example.xx), (0, end), start, method="DOP853",
        rtol=1e-11, atol=1e-18,
    ).y[:, -1]  # fmt: skip
    columns = transform_back(example.yx)[0]
    k0, b0 = transform(start[: n * n]), transform_back(start[n * n :])
    rate, beta0 = n * np.abs(columns), b0.conj() * columns / np.abs(columns)
    grown = (k0 + beta0) / 2 * np.exp(rate * end) + (k0 - beta0) / 2 * np.exp(-rate * end)
    found = transform(run[: n * n])
    assert np.abs(found).max() > 10 * np.abs(k0).max()
    assert np.abs(found - grown).max() < 1e-5 * np.abs(found).max()


# --- invariants and gains


def on_random_numbers(claim, seed: int) -> tuple[float, float, dict[str, complex]]:
    """Both sides of a claim about one frequency at a random point, and the point."""
    symbols = sorted(claim.left.free_symbols | claim.right.free_symbols, key=str)
    values = np.random.default_rng(seed).normal(size=len(symbols))
    left, right = (sympy.lambdify([symbols], e)(values) for e in (claim.left, claim.right))
    named = dict(zip(map(str, symbols), values, strict=True))
    point = {
        name: named[f"{name}_re"] + 1j * named[f"{name}_im"]
        for name in ("k", "b1", "b2", "e1", "e2")
        if f"{name}_re" in named
    }
    return left, right, point | {"a": named.get("a", 0.0)}


@pytest.mark.parametrize("seed", range(4))
def test_increment_of_the_balance_in_complex_numbers(seed):
    """|k|^2 - ||b||^2 before and after k' = k + a b^H e, b' = b + a e conj(k)."""
    left, right, point = on_random_numbers(linear_cnn.invariant_increment(), seed)
    k, a = point["k"], point["a"].real
    b, e = np.array([point["b1"], point["b2"]]), np.array([point["e1"], point["e2"]])

    def balance(kernel, outputs):
        return abs(kernel) ** 2 - (np.abs(outputs) ** 2).sum()

    change = balance(k + a * np.vdot(b, e), b + a * e * np.conj(k)) - balance(k, b)
    assert left == pytest.approx(change, rel=1e-11)
    assert right == pytest.approx(change, rel=1e-11)


@pytest.mark.parametrize("outputs", [1, 2, 5])
def test_increment_for_any_number_of_outputs(outputs):
    """a^2 (|b^H e|^2 - ||e||^2 |k|^2): not above 0 for |k| = ||b||, 0 for b parallel to e."""
    random = np.random.default_rng(outputs)
    b, e = random.normal(size=(2, outputs, 2)) @ np.array([1, 1j])
    k, a = np.linalg.norm(b) * np.exp(0.7j), 0.3

    def change(error):
        moved_k, moved_b = k + a * np.vdot(b, error), b + a * error * np.conj(k)
        return abs(moved_k) ** 2 - np.linalg.norm(moved_b) ** 2

    printed = a**2 * (abs(np.vdot(b, e)) ** 2 - np.linalg.norm(e) ** 2 * abs(k) ** 2)
    assert change(e) == pytest.approx(printed, rel=1e-11, abs=1e-14)
    assert change(e) < 1e-14 if outputs == 1 else change(e) < -1e-3
    assert change((2 - 1j) * b) == pytest.approx(0, abs=1e-13)


@pytest.mark.parametrize("seed", range(4))
def test_slack_of_the_balance_is_not_negative(seed):
    """|b^H e|^2 <= ||b||^2 ||e||^2 at random complex vectors, both sides computed directly."""
    left, right, point = on_random_numbers(linear_cnn.balanced_increment(), seed)
    b, e = np.array([point["b1"], point["b2"]]), np.array([point["e1"], point["e2"]])
    assert left == pytest.approx(abs(np.vdot(b, e)) ** 2, rel=1e-12)
    assert right == pytest.approx(np.linalg.norm(b) ** 2 * np.linalg.norm(e) ** 2, rel=1e-12)
    assert left <= right


@pytest.mark.parametrize(
    ("widths", "p"), [((1, 1), 2), ((1, 2, 1), 1), ((2, 2), 2), ((3, 2, 2), 1)]
)
def test_increment_of_the_balances_in_complex_numbers(widths, p):
    """K K^H - (next K)^H (next K) before and after one step along n^L (left)^H E (right)^H.

    Both sides of the claim at random complex matrices, to 1e-11; the first order is not zero for
    each part alone.
    """
    claim = linear_cnn.layer_increment(widths=widths, p=p)
    random = np.random.default_rng(p)

    def draw(rows, columns):
        return random.normal(size=(rows, columns, 2)) @ np.array([1, 1j])

    sides = (*widths, p)
    factors = [draw(after, before) for before, after in itertools.pairwise(sides)]
    error, step = draw(p, widths[0]), 0.3

    def chain(matrices, rows):
        return functools.reduce(lambda product, x: x @ product, matrices, np.eye(rows))

    rates = [
        chain(factors[place + 1 :], sides[place + 1]).conj().T
        @ error
        @ chain(factors[:place], sides[0]).conj().T
        for place in range(len(factors))
    ]
    moved = [x + step * rate for x, rate in zip(factors, rates, strict=True)]

    def balances(layers):
        pairs = itertools.pairwise(layers)
        return [(x @ x.conj().T - y.conj().T @ y) for x, y in pairs]

    changes = [
        (after - before).ravel()
        for after, before in zip(balances(moved), balances(factors), strict=True)
    ]
    values = {
        f"{name}_{i}_{j}": x
        for name, matrix in [*((f"K{k + 1}", m) for k, m in enumerate(factors)), ("E", error)]
        for (i, j), x in np.ndenumerate(matrix)
    } | {"a": step}
    symbols = sorted(claim.left.free_symbols | claim.right.free_symbols, key=str)
    numbers = [values[str(s)] for s in symbols]
    for side in (claim.left, claim.right):
        found = np.asarray(sympy.lambdify([symbols], side)(numbers)).ravel()
        assert np.abs(found - np.concatenate(changes)).max() < 1e-11
    part = moved[0] @ moved[0].conj().T - factors[0] @ factors[0].conj().T
    assert np.abs(part - step**2 * rates[0] @ rates[0].conj().T).max() > 0.1


def test_increment_of_one_kernel_is_that_of_the_balance():
    """`layer_increment` of widths (1, 1) and two outputs is `invariant_increment`, exactly."""
    general = linear_cnn.layer_increment(widths=(1, 1), p=2).right[0]
    single = linear_cnn.invariant_increment().right
    parts = {
        "K1_0_0": "k",
        "K2_0_0": "b1",
        "K2_1_0": "b2",
        "E_0_0": "e1",
        "E_1_0": "e2",
    }
    real = {
        sympy.Symbol(name): sympy.Symbol(f"{short}_re", real=True)
        + sympy.I * sympy.Symbol(f"{short}_im", real=True)
        for name, short in parts.items()
    }
    assert sympy.expand(general.subs(real) - single) == 0
    assert sympy.expand(general.subs(real) + single) != 0


@pytest.mark.parametrize(("kernel", "output"), [(0.05, 0.02), (0.02, 0.05)])
def test_balance_ratio_along_an_integrated_mode(kernel, output):
    """b/k of the integrated aligned flow is sqrt(1 - I/k^2) with the I of the start, to 1e-9.

    It tends to 1: by a factor of 20 and more nearer than at the start.
    """
    claim = linear_cnn.aligned_flow(frequencies=1)
    law = sympy.lambdify([claim.state, modes.V, S, modes.N, modes.LAMBDA], list(claim.law.values()))
    run = scipy.integrate.solve_ivp(
        lambda _, q: law(q, 0.6, SINGULAR, SIDE, VARIANCE), (0, 8), [kernel, output], **SOLVER
    ).y
    ratio = linear_cnn.balance_ratio()
    names = {name: symbol for symbol in ratio.right.free_symbols for name in [str(symbol)]}
    stated = sympy.lambdify([names["k"], names["I"]], ratio.right)(run[0], kernel**2 - output**2)
    assert np.abs(run[1] / run[0] - stated).max() < 1e-9
    assert abs(stated[-1] - 1) < abs(stated[0] - 1) / 20


def powers_of(image: np.ndarray) -> np.ndarray:
    spectrum = np.fft.fft2(image / np.linalg.norm(image), norm="ortho")
    return np.sort(np.abs(spectrum.ravel()) ** 2)[::-1]


def slacks(powers: np.ndarray) -> tuple[float, float]:
    """Evaluate n^2 - n^2 max w and n^2 max w - 1 through the two bounds of theory."""
    n = int(np.sqrt(len(powers)))
    upper, lower = linear_cnn.gain_below_side(n=n), linear_cnn.gain_above_one(n=n)
    w = sympy.symbols(f"w1:{n * n + 1}", nonnegative=True)
    above = sympy.lambdify([w], upper.slack())(powers)
    largest = sympy.Symbol("w1", positive=True)
    below = sympy.symbols(f"d2:{n * n + 1}", nonnegative=True)
    return above, sympy.lambdify([largest, below], lower.slack())(powers[0], powers[0] - powers[1:])


@pytest.mark.parametrize("n", range(2, 6))
def test_gain_of_any_image_lies_between_one_and_its_side(n):
    """1 <= n^2 max |v^_f|^2 <= n^2 for random images; both slacks add up to n^2 - 1."""
    for seed in range(5):
        powers = powers_of(np.random.default_rng(seed).normal(size=(n, n)))
        above, below = slacks(powers)
        gain = n**2 * powers[0]
        assert above == pytest.approx(n**2 - gain, abs=1e-12)
        assert below == pytest.approx(gain - 1, abs=1e-12)
        assert above > 0
        assert below > 0


@pytest.mark.parametrize("n", range(2, 6))
def test_gains_at_the_ends(n):
    """One bright pixel has a flat spectrum: 1. A constant image is one plane wave: n."""
    pixel = np.zeros((n, n))
    pixel[1, 0] = -3.0
    assert slacks(powers_of(pixel))[1] == pytest.approx(0, abs=1e-12)
    assert slacks(powers_of(np.full((n, n), 2.0)))[0] == pytest.approx(0, abs=1e-12)
    board = np.indices((n, n)).sum(axis=0) % 2 * 2.0 - 1  # a self-conjugate wave for even n
    assert (abs(slacks(powers_of(board))[0]) < 1e-12) == (n % 2 == 0)
    wave = np.cos(2 * np.pi * np.arange(n) / n)[:, None] * np.ones(n)
    expected = n**2 if n == 2 else n**2 / 2  # a pair of frequencies: v = 1/sqrt(2)
    assert n**2 - slacks(powers_of(wave))[0] == pytest.approx(expected, abs=1e-12)
