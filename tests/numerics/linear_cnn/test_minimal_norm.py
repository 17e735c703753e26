"""The least weights that fit a data set: certificates, closed forms, and four other roads to them."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from numerics.images import cosine_sums, shapes
from numerics.linear_cnn.minimal_norm import (
    SCHEDULES,
    balanced_norm,
    excess,
    minimal_norm,
    parameter_norm,
)
from numerics.linear_cnn.spectra import (
    conjugate_indices,
    from_spectrum,
    to_spectrum,
)
from theory.errors import ArgumentError
from validation.properties import image_sides, images, kernels

quickly = settings(deadline=None, max_examples=30)

# three classes of 8 x 8 images that share no frequency
DISJOINT = [
    [(0, 1, 1.0, 0.3), (1, 2, 0.7, 1.0)],
    [(1, 0, 0.8, 0.0), (2, 3, 0.5, 0.4)],
    [(1, 1, 0.6, 0.2), (3, 1, 0.4, 2.0)],
]
EVEN_SEEDS = range(4)
SETS = ["shapes", "disjoint", *(f"even {seed}" for seed in EVEN_SEEDS)]


def flat(data):
    """The images of a set as rows, and one-hot targets."""
    rows = data.image.values.reshape(data.sizes["sample"], -1)
    return rows, np.eye(int(data.label.max()) + 1)[data.label.values]


def random_set(seed, *, side=8, samples=3, outputs=1, even=False):
    """Normal images, with `even` the same upside down as the right way up, and normal targets."""
    generator = np.random.default_rng(seed)
    pixels = generator.normal(size=(samples, side, side))
    if even:
        turned = -np.arange(side) % side
        pixels = (pixels + pixels[:, turned][:, :, turned]) / 2
    return pixels.reshape(samples, -1), generator.normal(size=(samples, outputs))


def data_of(name):
    if name == "shapes":
        return flat(shapes(image_side=16, radius=6))
    if name == "disjoint":
        return flat(cosine_sums(8, DISJOINT))
    return random_set(int(name.split()[1]), even=True)


def convolution_matrix(kernel):
    """dbc(k) by loops: entry ((i, j), (a, b)) is k[i-a, j-b]."""
    n = len(kernel)
    matrix = np.zeros((n, n, n, n))
    for i, j, a, b in np.ndindex(n, n, n, n):
        matrix[i, j, a, b] = kernel[(i - a) % n, (j - b) % n]
    return matrix.reshape(n * n, n * n)


def least_weights(least):
    """Balanced weights with the map: |k^_f| = ||b_f||, P^_f = n k^_f b_f with b = W conj(Q)."""
    n = round(np.sqrt(least.effective_map.shape[1]))
    kernel = np.sqrt(np.where(least.active, least.group_norms, 0.0) / n)
    mapped = to_spectrum(least.effective_map).conj() * least.active
    outputs = mapped / (n * np.where(least.active, kernel, 1.0))
    return from_spectrum(kernel), from_spectrum(outputs.conj())


@pytest.mark.parametrize("name", SETS)
def test_certificate(name):
    """C32: ||D_f|| = 1 within 1e-8 on active frequencies and at most 1 on the others.

    And from the images themselves: the map interpolates, D = L conj(X^), D_f = P^_f/||P^_f||, and
    the dual value <L, Y^T> is (n/2) norm. Together they prove the minimum.
    """
    inputs, targets = data_of(name)
    least = minimal_norm(inputs, targets)
    assert least.spread <= 1e-8
    assert least.largest_inactive <= 1
    np.testing.assert_allclose(inputs @ least.effective_map.T, targets, atol=1e-12)
    spectrum = to_spectrum(least.effective_map).conj()
    np.testing.assert_allclose(np.linalg.norm(spectrum, axis=0), least.group_norms, atol=1e-13)
    duals = least.multiplier @ to_spectrum(inputs).conj()
    np.testing.assert_allclose(np.linalg.norm(duals, axis=0), least.dual_norms, atol=1e-12)
    used = least.active
    np.testing.assert_allclose(duals[:, used], (spectrum / least.group_norms)[:, used], atol=1e-8)
    side = np.sqrt(inputs.shape[1])
    dual_value = (least.multiplier * targets.T).sum()
    assert dual_value == pytest.approx(side / 2 * least.norm, rel=1e-12)
    assert least.norm == pytest.approx(balanced_norm(least.effective_map), rel=1e-13)


@pytest.mark.parametrize(("name", "active"), [("shapes", 11), ("disjoint", 6)])
def test_few_frequencies_are_active(name, active):
    """Shapes: 11 of 256. Disjoint: one pair a class, that of the largest |v^_mf|."""
    least = minimal_norm(*data_of(name))
    assert least.active.sum() == active
    if name == "disjoint":
        strongest = {(0, 1), (0, 7), (1, 0), (7, 0), (1, 1), (7, 7)}
        assert {divmod(f, 8) for f in np.flatnonzero(least.active)} == strongest


def test_nearly_active_frequency_needs_the_slow_schedule():
    """Seed 0 has a frequency with ||D_f|| = .994: the first schedule gives no certificate there."""
    assert minimal_norm(*data_of("even 0")).iterations == SCHEDULES[0][1] + SCHEDULES[1][1]
    assert minimal_norm(*data_of("even 1")).iterations == SCHEDULES[0][1]


def test_disjoint_frequencies_have_a_closed_form():
    """norm^2 = 2 sum_m S_m/(n lam_m v_max) = .2447917, with S, lam, v from the cosines' sizes.

    A cosine of size a has |x^_f| = n a/2. One image a class: S = ||x||/p, lam = ||x||^2/p.
    """
    expected = 0.0
    for cosines in DISJOINT:
        sizes = np.array([8 * a / 2 for _, _, a, _ in cosines])
        length = np.sqrt(2 * (sizes**2).sum())
        expected += 2 * (length / 3) / (8 * length**2 / 3 * sizes.max() / length)
    least = minimal_norm(*data_of("disjoint"))
    assert least.norm == pytest.approx(expected, abs=1e-12)
    assert round(least.norm, 7) == 0.2447917


@pytest.mark.parametrize("name", SETS[2:])
def test_real_spectra_are_a_linear_program(name):
    """One output and even images: min sum |P^_f| with sum_f P^_f x^_f = y, all real, by linprog."""
    inputs, targets = data_of(name)
    spectra = to_spectrum(inputs)
    np.testing.assert_allclose(spectra.imag, 0, atol=1e-14)
    # P^_f = positive - negative part; P^_f~ = P^_f is not asked for and comes out as cheap
    rows = np.concatenate((spectra.real, -spectra.real), axis=1)
    program = linprog(np.ones(rows.shape[1]), A_eq=rows, b_eq=targets[:, 0])
    assert program.status == 0
    least = minimal_norm(inputs, targets)
    assert least.norm == pytest.approx(2 / 8 * program.fun, rel=1e-10)
    np.testing.assert_allclose(least.multiplier[0], program.eqlin.marginals, rtol=1e-8)


@pytest.mark.parametrize("name", ["shapes", "even 0"])
def test_dual_problem_by_another_solver(name):
    """The dual: max <L, Y^T> with ||L conj(x^_f)||^2 <= 1 for each f, smooth and convex, by SLSQP."""
    inputs, targets = data_of(name)
    side = round(np.sqrt(inputs.shape[1]))
    half = np.arange(side**2) <= conjugate_indices(side)
    spectra = to_spectrum(inputs)[:, half].conj()
    shape = (targets.shape[1], len(inputs))

    def room(flat_multiplier):
        return 1 - (np.abs(flat_multiplier.reshape(shape) @ spectra) ** 2).sum(axis=0)

    def room_slope(flat_multiplier):
        duals = flat_multiplier.reshape(shape) @ spectra
        slope = -2 * (duals[:, None, :] * spectra.conj()).real
        return slope.reshape(-1, spectra.shape[1]).T

    aim = targets.T.ravel()
    found = minimize(
        lambda multiplier: -multiplier @ aim,
        np.zeros(aim.size),
        jac=lambda _: -aim,
        constraints={"type": "ineq", "fun": room, "jac": room_slope},
        method="SLSQP",
        options={"ftol": 1e-13, "maxiter": 500},
    )
    assert found.success, found.message
    least = minimal_norm(inputs, targets)
    assert least.norm == pytest.approx(-2 / side * found.fun, rel=1e-8)


@pytest.mark.parametrize("side", [2, 3])
def test_least_weights_in_pixels(side):
    """Least ||k||^2 + ||W||^2 with W dbc(k) X^T = Y^T, over the weights themselves, by SLSQP.

    No Fourier transform and no map: dbc(k) is made by loops. The problem is not convex, so the best
    of ten starts counts, and none may come out below the minimum.
    """
    samples = outputs = 2
    inputs, targets = random_set(5, side=side, samples=samples, outputs=outputs)
    pixels = side * side
    # dbc(k) x = sum_a k_a (x moved by a)
    moved = np.stack([convolution_matrix(e.reshape(side, side)) for e in np.eye(pixels)])
    hidden_of = np.einsum("axy,my->amx", moved, inputs)

    def miss(weights):
        hidden = np.einsum("a,amx->mx", weights[:pixels], hidden_of)
        return (hidden @ weights[pixels:].reshape(outputs, pixels).T - targets).ravel()

    def miss_slope(weights):
        matrix = weights[pixels:].reshape(outputs, pixels)
        by_kernel = np.einsum("amx,px->mpa", hidden_of, matrix)
        hidden = np.einsum("a,amx->mx", weights[:pixels], hidden_of)
        by_outputs = np.einsum("mx,pq->mpqx", hidden, np.eye(outputs))
        size = samples * outputs
        return np.hstack((by_kernel.reshape(size, -1), by_outputs.reshape(size, -1)))

    least = minimal_norm(inputs, targets)
    ends = []
    for seed in range(10):
        found = minimize(
            lambda weights: weights @ weights,
            np.random.default_rng(seed).normal(size=pixels * (1 + outputs)),
            jac=lambda weights: 2 * weights,
            constraints={"type": "eq", "fun": miss, "jac": miss_slope},
            method="SLSQP",
            options={"ftol": 1e-13, "maxiter": 1000},
        )
        if found.success and abs(miss(found.x)).max() < 1e-9:
            ends.append(found.fun)
    assert min(ends) == pytest.approx(least.norm, rel=1e-6)
    assert least.norm <= min(ends) * (1 + 1e-9)


@st.composite
def fitted_sets(draw):
    """Images, and weights whose predictions are the targets: inputs, kernel, outputs, map."""
    side = draw(image_sides(2, 4))
    samples, classes = draw(st.integers(1, 6)), draw(st.integers(1, 3))
    inputs = draw(images(side, samples)).reshape(samples, -1)
    kernel = draw(kernels(side))
    outputs = np.stack([draw(kernels(side)) for _ in range(classes)])
    effective_map = outputs @ convolution_matrix(kernel.reshape(side, side))
    assume(np.abs(inputs @ effective_map.T).max() > 1e-3)
    return inputs, kernel, outputs, effective_map


def solved(inputs, targets):
    """The minimum; a set with a nearly tied frequency, which `minimal_norm` refuses, is left out."""
    try:
        return minimal_norm(inputs, targets)
    except ArgumentError as error:
        if "active ||D_f||" not in str(error):
            raise
        reject()


@pytest.mark.slow
@quickly
@given(fitted_sets())
def test_not_above_any_interpolating_weights(drawn):
    """No weights with this P are below (2/n) sum_f ||P^_f||, and no map is below the minimum.

    Dependent images and more images than pixels included.
    """
    inputs, kernel, outputs, effective_map = drawn
    least = solved(inputs, inputs @ effective_map.T)
    of_map, of_weights = balanced_norm(effective_map), parameter_norm(kernel, outputs)
    assert least.norm <= of_map * (1 + 1e-9)
    assert of_map <= of_weights * (1 + 1e-12)
    assert excess(kernel, outputs, least) >= -1e-9


@quickly
@given(fitted_sets(), st.floats(1e-3, 1e3), st.sampled_from([1, -1]))
def test_homogeneous(drawn, scale, sign):
    """Targets times s: norm times |s|. Images times s: norm over |s|."""
    inputs, _, _, effective_map = drawn
    targets = inputs @ effective_map.T
    norm = solved(inputs, targets).norm
    assert solved(inputs, sign * scale * targets).norm == pytest.approx(scale * norm, rel=1e-9)
    assert solved(sign * scale * inputs, targets).norm == pytest.approx(norm / scale, rel=1e-9)


@pytest.mark.slow
@quickly
@given(fitted_sets(), st.floats(0.1, 0.9), st.integers(0, 1000))
def test_convex_in_the_targets(drawn, share, seed):
    """norm(s Y1 + (1 - s) Y2) <= s norm(Y1) + (1 - s) norm(Y2)."""
    inputs, _, _, effective_map = drawn
    first = inputs @ effective_map.T
    other = np.random.default_rng(seed).normal(size=effective_map.shape)
    second = inputs @ other.T
    mixed = share * first + (1 - share) * second
    bound = share * solved(inputs, first).norm + (1 - share) * solved(inputs, second).norm
    assert solved(inputs, mixed).norm <= bound * (1 + 1e-9)


@quickly
@given(
    image_sides(2, 6).flatmap(lambda n: st.tuples(images(n, 1), kernels(3))),
    st.integers(0, 5),
)
def test_one_image_uses_its_strongest_frequency(drawn, shift):
    """M = 1: norm = 2 ||y||/(n max_f |x^_f|), wherever the image lies."""
    image, target = drawn[0][0], drawn[1][None]
    assume(target.any())
    sizes = np.abs(np.fft.fft2(image, norm="ortho"))
    expected = 2 * np.linalg.norm(target) / (len(image) * sizes.max())
    moved = np.roll(image, (shift, 2 * shift), axis=(0, 1)).reshape(1, -1)
    assert solved(moved, target).norm == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", SETS)
def test_balanced_weights_reach_the_minimum(name):
    """k^_f = sqrt(||P^_f||/n), b_f = P^_f/(n k^_f): weights that fit, with excess 0."""
    inputs, targets = data_of(name)
    least = minimal_norm(inputs, targets)
    kernel, outputs = least_weights(least)
    side = round(np.sqrt(len(kernel)))
    matrix = convolution_matrix(kernel.reshape(side, side))
    np.testing.assert_allclose(inputs @ (outputs @ matrix).T, targets, atol=1e-10)
    assert abs(excess(kernel, outputs, least)) < 1e-12
    # out of balance by a factor c at every frequency: (c^2 + 1/c^2)/2
    out = excess(2 * kernel, outputs / 2, least)
    assert out == pytest.approx((4 + 1 / 4) / 2 - 1, rel=1e-12)


def test_norms_of_many_trials():
    """All leading dimensions are trials; each norm is that of the trial alone."""
    generator = np.random.default_rng(0)
    kernel, outputs = generator.normal(size=(2, 5, 9)), generator.normal(size=(2, 5, 3, 9))
    least = minimal_norm(*random_set(0, side=3, samples=2))
    together = parameter_norm(kernel, outputs), balanced_norm(outputs)
    assert together[0].shape == together[1].shape == (2, 5)
    assert excess(kernel, outputs, least).shape == (2, 5)
    one = (1, 3)
    squares = sum(x**2 for x in [*kernel[one].ravel(), *outputs[one].ravel()])
    assert together[0][one] == pytest.approx(squares, rel=1e-13)
    assert together[1][one] == pytest.approx(balanced_norm(outputs[one]), rel=1e-13)


def test_dependent_images():
    """Images repeated and added, with the targets to match: same minimum, same map, same D."""
    inputs, targets = random_set(0, samples=4, outputs=2)
    mix = np.vstack((np.eye(4), np.eye(4)[:2], [[1.0, -2.0, 0.0, 0.5]]))
    alone, more = minimal_norm(inputs, targets), minimal_norm(mix @ inputs, mix @ targets)
    np.testing.assert_allclose(more.effective_map, alone.effective_map, atol=1e-12)
    duals = more.multiplier @ to_spectrum(mix @ inputs).conj()
    np.testing.assert_allclose(np.linalg.norm(duals, axis=0), alone.dual_norms, atol=1e-9)


def test_more_images_than_pixels():
    """Where the images span all pixels the map is the only one that fits."""
    generator = np.random.default_rng(0)
    inputs, only = generator.normal(size=(40, 16)), generator.normal(size=(2, 16))
    least = minimal_norm(inputs, inputs @ only.T)
    np.testing.assert_allclose(least.effective_map, only, atol=1e-12)
    assert least.norm == pytest.approx(balanced_norm(only), rel=1e-12)


def test_targets_of_one_frequency():
    """The mean of the pixels as target: (0, 0) alone, though five images would take five numbers.

    The r x r matrix is then singular but for the smoothing, and the answer must not suffer.
    """
    inputs, _ = random_set(0, samples=5)
    least = minimal_norm(inputs, inputs.mean(axis=1, keepdims=True))
    assert np.flatnonzero(least.active).tolist() == [0]
    np.testing.assert_allclose(least.effective_map, 1 / 64, atol=1e-13)
    assert least.norm == pytest.approx(2 / 64, rel=1e-12)


@pytest.mark.parametrize(("pixels", "values"), [(1e200, 1), (1, 1e200), (1e-200, 1), (1, 1e-200)])
def test_no_size_is_out_of_range(pixels, values):
    """The norm is homogeneous where squares of images or targets would overflow or vanish."""
    inputs, targets = random_set(1, side=4)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scaled = minimal_norm(inputs * pixels, targets * values).norm
    expected = minimal_norm(inputs, targets).norm
    assert scaled * pixels / values == pytest.approx(expected, rel=1e-12)


def test_nearly_tied_frequencies_are_refused():
    """|x^_f| = 1 and 1 - 1e-6: the weaker group has hardly shrunk when the slowest schedule ends."""
    image = from_spectrum(np.array([1.0, 1 - 1e-6, 0.1, 0.2])[None])
    with pytest.raises(
        ArgumentError, match=r"inputs: got .* after 221500 iterations; .*\|\|D_f\|\|"
    ):
        minimal_norm(image, np.ones((1, 1)))


def test_targets_that_no_map_can_take():
    """The same image with targets 1 and 0: a residual of .5, named; likewise M > N, and no image."""
    image = np.random.default_rng(0).normal(size=(1, 16))
    twice = np.concatenate((image, image))
    with pytest.raises(ArgumentError, match=r"targets: got a residual of 0\.5 .* rank 1 "):
        minimal_norm(twice, np.array([[1.0], [0.0]]))
    inputs, targets = random_set(0, side=2, samples=5)
    with pytest.raises(ArgumentError, match=r"residual of 0\.\d+ .*5 images of rank 4"):
        minimal_norm(inputs, targets)
    with pytest.raises(ArgumentError, match=r"residual of 1 .* rank 0"):
        minimal_norm(np.zeros((1, 4)), np.ones((1, 1)))


def test_nearly_dependent_images_are_refused():
    """Two images 1e-8 apart with targets of order 1: rounding leaves a residual, and it is named."""
    inputs, targets = random_set(0, side=6)
    inputs[2] = inputs[1] + 1e-8 * inputs[2]
    with pytest.raises(ArgumentError, match=r"residual of \S+e-0[5-9] .*leave out images"):
        minimal_norm(inputs, targets)


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (np.ones((2, 4)), np.zeros((2, 3)), r"targets: got all zero"),
        (np.ones((2, 4)), np.ones((3, 1)), r"targets: got 3 rows; .*2 images"),
        (np.ones((2, 4)), np.ones(2), r"targets: got shape \(2,\)"),
        (np.ones((2, 2, 2)), np.ones((2, 1)), r"inputs: got shape \(2, 2, 2\)"),
        (np.ones((0, 4)), np.ones((0, 1)), r"inputs: got shape \(0, 4\)"),
        (np.ones((2, 4)), np.ones((2, 0)), r"targets: got shape \(2, 0\)"),
        (np.ones((1, 5)), np.ones((1, 1)), r"pixels: got 5; must be a square"),
        (np.ones((1, 1)), np.ones((1, 1)), r"inputs: got 1 pixel"),
        (np.array([[1.0, np.nan, 0, 0]]), np.ones((1, 1)), r"inputs: got 1 values; must be finite"),
        (np.ones((1, 4)), np.array([[np.inf]]), r"targets: got 1 values; must be finite"),
    ],
)
def test_refused(inputs, targets, message):
    """Wrong shapes, values that are not finite, nothing to fit: argument and value are named."""
    with pytest.raises(ArgumentError, match=message):
        minimal_norm(inputs, targets)
