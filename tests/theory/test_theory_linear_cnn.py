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
from theory.fourier import conjugate_index
from theory.gradient_flow import TAU
from theory.linear_cnn import modes
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


@functools.cache
def numeric_law(factory: str, n: int, p: int, channels: int = 1, operation: str = "convolution"):
    """Return a law of theory as a function of its state, Syx and Sxx, in double precision."""
    make = getattr(linear_cnn, factory)
    claim = make(n=n, p=p, channels=channels, operation=operation)
    parameters = [s for s in claim.parameters if str(s).startswith(("Syx", "Sxx"))]
    law = sympy.lambdify([claim.state, parameters], list(claim.law.values()), cse=True)

    def rates(state, yx, xx):
        data = {"Syx": yx, "Sxx": xx}
        places = [str(s).split("_") for s in parameters]
        return np.array(law(state, [data[name][int(i), int(j)] for name, i, j in places]))

    return rates


class Example:
    """Five random samples, random kernels and weights: p outputs, n x n images."""

    def __init__(self, n: int, p: int, channels: int = 1, seed: int = 0):
        random = np.random.default_rng(seed)
        self.x = random.normal(size=(5, channels * n * n))
        self.y = random.normal(size=(5, p))
        self.kernels = random.normal(size=(channels, n, n))
        self.weights = random.normal(size=(p, n * n))
        self.yx, self.xx = self.y.T @ self.x / 5, self.x.T @ self.x / 5

    @property
    def state(self) -> np.ndarray:
        return np.concatenate([self.kernels.ravel(), self.weights.ravel()])

    def loss(self, state: np.ndarray, operation: str) -> float:
        """Half the squared error, averaged over the samples."""
        kernels = state[: self.kernels.size].reshape(self.kernels.shape)
        weights = state[self.kernels.size :].reshape(self.weights.shape)
        hidden = np.hstack([dense(kernel, operation) for kernel in kernels])
        return ((self.y - self.x @ (weights @ hidden).T) ** 2).sum(axis=1).mean() / 2


# --- the flow of the network


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("n", "p", "channels"), [(2, 2, 1), (3, 1, 1), (2, 1, 2)], ids=["n=2", "n=3", "colour"]
)
def test_network_flow_is_minus_the_gradient(n, p, channels, operation):
    """Central differences of the loss of the dense network, written out: equal to 1e-8."""
    example = Example(n, p, channels)
    state = example.state
    unit = np.eye(len(state)) * 1e-5
    differences = np.array(
        [
            -(example.loss(state + e, operation) - example.loss(state - e, operation)) / 2e-5
            for e in unit
        ]
    )
    rates = numeric_law("network_flow", n, p, channels, operation)(state, example.yx, example.xx)
    assert np.abs(rates - differences).max() < 1e-8 * np.abs(differences).max()


def test_two_pixels_do_not_tell_convolution_from_correlation():
    """One law for n = 2, two for n = 3: the sizes with n = 3 are the ones that judge it."""
    two = [linear_cnn.network_flow(n=2, p=2, operation=name).law for name in OPERATIONS]
    assert two[0] == two[1]
    example = Example(3, 1)
    three = [
        numeric_law("network_flow", 3, 1, 1, name)(example.state, example.yx, example.xx)
        for name in OPERATIONS
    ]
    assert np.abs(three[0] - three[1]).max() > 0.1


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("spectra_of", OPERATIONS)
def test_coupled_flow_is_the_networks_flow_in_fourier_variables(operation, spectra_of):
    """For n = 3 Q dk/dtau and dW/dtau conj(Q) (Q for correlation) are the rates (F), to 1e-12.

    With the other operation's order of Q and conj(Q) they are not.
    """
    n, p = 3, 1
    example = Example(n, p)
    rates = numeric_law("network_flow", n, p, 1, operation)(example.state, example.yx, example.xx)
    turn = transform_back if spectra_of == "convolution" else transform

    def spectral(pixels):
        kernel, weights = pixels[: n * n], pixels[n * n :].reshape(p, n * n)
        return np.concatenate([transform(kernel), turn(weights).ravel()])

    coupled = numeric_law("coupled_flow", n, p, 1, operation)
    found = coupled(spectral(example.state), example.yx, example.xx)
    gap = np.abs(found - spectral(rates)).max() / np.abs(rates).max()
    assert gap < 1e-12 if spectra_of == operation else gap > 0.01


def test_conjugates_matter_in_the_coupled_flow():
    """For n = 3, with k^_f in place of its conjugate k^_f~ the rate of b_f is another."""
    n, p = 3, 1
    example = Example(n, p)
    spectrum = transform(example.kernels.reshape(1, n * n))[0]
    outputs = transform_back(example.weights)
    law = numeric_law("coupled_flow", n, p)
    found = law([*spectrum, *outputs.ravel()], example.yx, example.xx)[n * n :]
    error = example.yx - example.weights @ dense(example.kernels[0], "convolution") @ example.xx
    columns = transform_back(error)[0]
    swap = [conjugate_index(f, n) for f in range(n * n)]
    assert np.abs(found - n * columns * spectrum[swap]).max() < 1e-11
    assert np.abs(found - n * columns * spectrum).max() > 0.1


def test_balance_of_each_frequency_along_an_integrated_run():
    """For n = 3 |k^_f|^2 - ||b_f||^2 stays to 1e-9 while the weights move by order 1."""
    n, p = 3, 1
    example = Example(n, p)
    law = numeric_law("network_flow", n, p)
    run = scipy.integrate.solve_ivp(
        lambda _, q: law(q, example.yx, example.xx), (0, 0.5), example.state, **SOLVER
    )

    def balance(state):
        spectrum, outputs = transform(state[: n * n]), transform_back(state[n * n :])
        return np.abs(spectrum) ** 2 - np.abs(outputs) ** 2

    assert np.abs(run.y[:, -1] - run.y[:, 0]).max() > 0.1
    assert np.abs(balance(run.y[:, -1]) - balance(run.y[:, 0])).max() < 1e-9


@pytest.mark.parametrize(("n", "p"), [(3, 1), (3, 2)])
def test_prediction_where_frequencies_are_complex(n, p):
    """P conj(Q) = n k^_f b_f for n = 3, where conj(Q) is not Q; every fault shows."""
    report = check_claim(linear_cnn.prediction(n=n, p=p), mutate=p == 1)
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
        k, b, v = modes._amplitudes(frequencies)
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
    magnitudes = modes._amplitudes(2)[2]
    starts = [sympy.symbols(f"{name}0_1:3", positive=True) for name in "kb"]
    arguments = [modes.THETA, S, modes.N, modes.LAMBDA, magnitudes, *starts]
    values = [SINGULAR, SIDE, VARIANCE, *AMPLITUDES.values()]
    rate = sympy.lambdify(arguments, claim.law[modes.THETA])
    run = scipy.integrate.solve_ivp(
        lambda _, theta: [rate(theta[0], *values)], time[[0, -1]], [0.0], t_eval=time, **SOLVER
    )
    theta = run.y[0]
    kernels = list(claim.origin.relation.values())[::2]
    shown = sympy.lambdify(arguments, kernels)
    return theta, np.array([shown(x, *values) for x in theta]).T


def test_clock_is_the_integrated_aligned_flow():
    """Unbalanced start, two frequencies: k_f(theta) and dk_f/dtau integrated agree to 1e-9."""
    time = np.linspace(0, 6, 40)
    claim = linear_cnn.aligned_flow()
    law = sympy.lambdify(
        [claim.state, modes._amplitudes(2)[2], S, modes.N, modes.LAMBDA], list(claim.law.values())
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
    magnitudes = modes._amplitudes(2)[2]
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
    law = numeric_law("network_flow", n, 1)
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
