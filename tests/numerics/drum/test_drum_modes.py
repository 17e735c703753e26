"""A drum's modes: closed forms against dense matrices, theory against numerics, lines and bins."""

import dataclasses

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from numerics.drum.drums import Drum, disk, from_mask, l_shape, laplacian, square, strip
from numerics.drum.energies import shadow_energy, true_energy
from numerics.drum.estimators.peaks import fft_bin
from numerics.drum.forms import FORMS
from numerics.drum.lines import SHIFT, Lines, angles, from_rest
from numerics.drum.modes import MOST_NODES, largest_step, modes_of, operator
from numerics.drum.square_modes import (
    square_eigenvalues,
    square_jump,
    square_largest_step,
    square_lines,
    square_strike,
)
from numerics.drum.stepping import Stepper, mallet, struck
from numerics.lambdify import lambdify
from theory import drum as theory
from theory.drum.membrane import COLUMN, OMEGA, ROW, C, Q, V
from theory.drum.stencil import SPACING, SPACINGS
from theory.drum.steps import DT
from theory.drum.striking import (
    AMPLITUDE,
    BIN,
    HEARD_X,
    HEARD_Y,
    LEAD,
    SAMPLES,
    STRUCK_X,
    STRUCK_Y,
    THETA,
)
from theory.errors import ArgumentError
from validation.properties import (
    masked_drums,
    masks,
    nodes_of,
    spacings,
    square_drums,
    stable_steps,
    step_forms,
    wave_speeds,
)


def with_field(drum):
    """The drum with c between 0.7 and 1.3, without symmetry."""
    x, y = np.indices(drum.free.shape)
    return dataclasses.replace(drum, speed=1 + 0.3 * np.sin(x / 2 + 1) * np.cos(y / 3))


def spectrum_of(mask, **options):
    return modes_of(from_mask(mask, component="all", **options)).eigenvalues


def numbers(m):
    """The numbers (m, n) of a square's modes, as a column and a row."""
    along = np.arange(1, m)
    return along[:, None], along[None, :]


# --- theory and numerics


@pytest.mark.parametrize(("m", "h", "c"), [(2, 1.0, 1.0), (13, 0.5, 2.0), (24, 3.0, 0.7)])
def test_the_square_is_theorys(m, h, c):
    """Eigenvalues, angles at 0.9 of the limit, the limit itself: theory's expressions, 1e-13."""
    rows, columns = numbers(m)
    law = lambdify(theory.stencil_eigenvalue(), (SPACINGS, SPACING, ROW, COLUMN))
    eigenvalues = square_eigenvalues(m, h)
    np.testing.assert_allclose(eigenvalues, law(m, h, rows, columns), rtol=1e-13)
    limit = lambdify(theory.stability_limit(), (C, SPACING, SPACINGS))(c, h, m)
    assert square_largest_step(m, h, c) == pytest.approx(limit, rel=1e-14)
    law = lambdify(theory.grid_angle(), (C, SPACING, SPACINGS, DT, ROW, COLUMN))
    expected = law(c, h, m, 0.9 * limit, rows, columns)
    np.testing.assert_allclose(angles(eigenvalues, 0.9 * limit, c), expected, rtol=1e-13)


@pytest.mark.parametrize(
    ("m", "strike", "listen"), [(2, (1, 1), (1, 1)), (13, (6, 6), (2, 9)), (14, (7, 7), (7, 7))]
)
def test_amplitudes_are_theorys(m, strike, listen):
    """(4/M^2) times the shapes at both nodes: theory's strike_amplitude, 1e-14."""
    symbols = (SPACINGS, ROW, COLUMN, STRUCK_X, STRUCK_Y, HEARD_X, HEARD_Y)
    law = lambdify(theory.strike_amplitude(), symbols)
    expected = law(m, *numbers(m), *strike, *listen)
    np.testing.assert_allclose(square_strike(m, strike, listen), expected, rtol=0, atol=1e-14)


@pytest.mark.parametrize("form", FORMS)
def test_shifts(form):
    """The s of cos((n + s) theta)/cos(s theta): 0 for a Verlet, 1/2 kick first, -1/2 drift first."""
    expected = {"kick_first": 0.5, "drift_first": -0.5}.get(form, 0.0)
    assert SHIFT[form] == float(theory.LEADS[form]) == expected


@pytest.mark.parametrize("form", FORMS)
def test_the_spectrum_is_theorys(form):
    """Each line's transform by theory's line_spectrum, at bins that need not be whole, 1e-12."""
    lines = Lines(np.array([0.2, 1.1, 3.0]), np.array([0.5, -2.0, 1.0]), SHIFT[form])
    bins = np.array([0.0, 1.0, 7.25, 32.0, 50.5])
    law = lambdify(theory.line_spectrum(), (AMPLITUDE, THETA, LEAD, BIN, SAMPLES))
    expected = sum(
        law(amplitude, theta, lines.shift, bins, 64)
        for amplitude, theta in zip(lines.amplitudes, lines.angles, strict=True)
    )
    np.testing.assert_allclose(lines.spectrum(64, bins), expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", [(1, 1), (3, 2), (7, 7)])
def test_the_shadow_energy_of_a_mode_is_theorys(mode, form):
    """One orthonormal mode times q and v: theory's expression with omega = c sqrt(mu), 1e-12."""
    m, c, h, q, v, dt = 8, 1.7, 0.5, 0.6, -2.5, 0.11
    i = np.arange(m + 1)
    x, y = (np.sqrt(2 / m) * np.sin(number * np.pi * i / m) for number in mode)
    shape, omega = np.outer(x, y), c * np.sqrt(square_eigenvalues(m, h)[mode[0] - 1, mode[1] - 1])
    drum = square(m, spacing=h, speed=c)
    law = lambdify(theory.shadow_energy(form), (DT, OMEGA, Q, V))
    found = shadow_energy(drum, q * shape, v * shape, dt, form)
    assert found == pytest.approx(law(dt, omega, q, v), rel=1e-12)
    true = true_energy(drum, q * shape, v * shape)
    assert true == pytest.approx((v**2 + omega**2 * q**2) / 2, rel=1e-12)


def test_energies_do_not_see_clamped_nodes():
    """What stands there, nan among it, moves nothing and weighs nothing."""
    drum = l_shape(3)
    q, v = np.random.default_rng(0).normal(size=(2, *drum.free.shape))
    clean = [np.where(drum.free, field, 0.0) for field in (q, v)]
    dirty = [np.where(drum.free, field, np.nan) for field in (q, v)]
    assert true_energy(drum, q, v) == true_energy(drum, *clean) == true_energy(drum, *dirty)
    for form in FORMS:
        found = [shadow_energy(drum, *state, 0.3, form) for state in ((q, v), clean, dirty)]
        assert found[0] == found[1] == found[2]


# --- the operator of a mask


@settings(deadline=None, max_examples=60)
@given(drum=masked_drums(), seed=st.integers(0, 2**32 - 1))
def test_the_operator_is_the_stencil(drum, seed):
    """C K u is -c^2 Lap (C u) on the free nodes; K is symmetric."""
    matrix = operator(drum)
    assert abs(matrix - matrix.T).max() == 0
    values = np.random.default_rng(seed).normal(size=drum.nodes)
    speeds = np.asarray(drum.speed)[drum.free]
    field = np.where(drum.free, np.nan_to_num(drum.field(speeds * values)), 0.0)
    expected = -(drum.speed_squared() * laplacian(field, drum.spacing))[drum.free]
    scale = 8 * speeds.max() ** 3 * np.abs(values).max() / drum.spacing**2
    np.testing.assert_allclose(
        speeds * (matrix @ values) / scale, expected / scale, rtol=0, atol=1e-15
    )


@settings(deadline=None, max_examples=60)
@given(mask=masks(), spacing=st.floats(0.1, 10))
def test_traces(mask, spacing):
    """Sum of eigenvalues 4 nodes/h^2, of their squares (16 nodes + 2 links)/h^4, to 1e-12."""
    found = spectrum_of(mask, spacing=spacing)
    links = (mask[1:] & mask[:-1]).sum() + (mask[:, 1:] & mask[:, :-1]).sum()
    nodes = mask.sum()
    assert found.sum() == pytest.approx(4 * nodes / spacing**2, rel=1e-12)
    assert (found**2).sum() == pytest.approx((16 * nodes + 2 * links) / spacing**4, rel=1e-12)


@settings(deadline=None, max_examples=60)
@given(data=st.data(), mask=masks())
def test_interlacing(data, mask):
    """One node freed: each old eigenvalue stands between two new ones, l'_k <= l_k <= l'_(k+1)."""
    assume(not mask.all())
    node = data.draw(st.sampled_from([tuple(n) for n in np.argwhere(~mask).tolist()]))
    more = mask.copy()
    more[node] = True
    before, after = spectrum_of(mask), spectrum_of(more)
    assert (after[:-1] <= before + 1e-13).all()
    assert (before <= after[1:] + 1e-13).all()


@settings(deadline=None, max_examples=40)
@given(data=st.data(), mask=masks())
def test_larger_drums_sound_lower(data, mask):
    """Any nodes freed: no lambda_k rises."""
    more = mask | data.draw(arrays_of.arrays(bool, mask.shape))
    before, after = spectrum_of(mask), spectrum_of(more)
    assert (after[: len(before)] <= before + 1e-13).all()


MOVES = {
    "translated": lambda mask: np.pad(mask, ((2, 1), (0, 3))),
    "transposed": lambda mask: mask.T,
    "turned": np.rot90,
    "turned twice": lambda mask: np.rot90(mask, 2),
    "mirrored": np.flipud,
}


@pytest.mark.parametrize("move", MOVES)
@settings(deadline=None, max_examples=25)
@given(mask=masks())
def test_moved_masks_sound_the_same(move, mask):
    """The same eigenvalues, 1e-13."""
    np.testing.assert_allclose(
        spectrum_of(MOVES[move](mask)), spectrum_of(mask), rtol=0, atol=1e-13
    )


@settings(deadline=None, max_examples=40)
@given(drum=masked_drums(), scale=st.floats(0.1, 10))
def test_scaling(drum, scale):
    """A drum s times as large sounds s times as low: lambda/s^2; one s times as fast, lambda s^2."""
    found = modes_of(drum).eigenvalues
    larger = dataclasses.replace(drum, spacing=scale * drum.spacing)
    faster = dataclasses.replace(drum, speed=scale * drum.speed)
    top = found[-1]
    for other, factor in ((larger, scale**-2), (faster, scale**2)):
        expected = factor * found
        np.testing.assert_allclose(
            modes_of(other).eigenvalues / (factor * top),
            expected / (factor * top),
            rtol=0,
            atol=1e-13,
        )


@settings(deadline=None, max_examples=30)
@given(drum=masked_drums())
@example(drum=square(20))
def test_modes_of_any_drum(drum):
    """Orthonormal to 2e-14; K times each is its eigenvalue times each, 1e-13 of 8 c^2/h^2; increasing."""
    modes, matrix = modes_of(drum), operator(drum).toarray()
    speeds = np.broadcast_to(drum.speed, drum.free.shape)[drum.free]
    bound = 8 * speeds.max() ** 2 / drum.spacing**2
    np.testing.assert_allclose(
        modes.vectors.T @ modes.vectors, np.eye(drum.nodes), rtol=0, atol=2e-14
    )
    defect = matrix @ modes.vectors - modes.vectors * modes.eigenvalues
    assert np.abs(defect).max() < 1e-13 * bound
    assert (np.diff(modes.eigenvalues) >= 0).all()
    assert modes.eigenvalues[0] > 0
    assert modes.eigenvalues[-1] < bound
    np.testing.assert_array_equal(modes.speeds, speeds)


# --- the square: closed forms and dense matrices


@settings(deadline=None, max_examples=25)
@given(data=st.data(), drum=square_drums(2, 12), form=step_forms())
def test_the_square_in_closed_form(data, drum, form):
    """Any M, c, h, dt, nodes, form: eigenvalues 1e-13 of the largest; the same lines, angle and amplitude."""
    m = len(drum.free) - 1
    modes = modes_of(drum)
    expected = np.sort(drum.speed**2 * square_eigenvalues(m, drum.spacing), axis=None)
    np.testing.assert_allclose(
        modes.eigenvalues / expected[-1], expected / expected[-1], rtol=0, atol=1e-13
    )
    limit = square_largest_step(m, drum.spacing, drum.speed)
    assert modes.largest_step == pytest.approx(limit, rel=1e-13)
    dt = data.draw(stable_steps(limit, 0.9))
    strike, listen = data.draw(nodes_of(drum)), data.draw(nodes_of(drum))
    dense = modes.lines(dt, strike, listen, form)
    closed = square_lines(m, drum.speed * dt / drum.spacing, form, strike, listen)
    # a line that cancels is silent in one of them, and 1e-16 loud in the other
    for lines, other in ((dense, closed), (closed, dense)):
        for angle, amplitude in zip(lines.angles, lines.amplitudes, strict=True):
            near = np.abs(other.angles - angle) < 1e-12 * closed.angles[-1]
            assert other.amplitudes[near].sum() == pytest.approx(amplitude, rel=0, abs=1e-12)
    assert dense.shift == closed.shift == SHIFT[form]


@settings(deadline=None, max_examples=40)
@given(
    data=st.data(),
    drum=square_drums(2, 10),
    form=step_forms(),
    steps=st.integers(0, 500),
    seed=st.integers(0, 2**32 - 1),
)
def test_three_jumps(data, drum, form, steps, seed):
    """Sine transform, dense modes and stepping of any field from rest, up to 500 steps: 1e-10."""
    m = len(drum.free) - 1
    dt = data.draw(stable_steps(square_largest_step(m, drum.spacing, drum.speed)))
    start = np.random.default_rng(seed).normal(size=drum.free.shape)  # the rim is ignored
    jumped = square_jump(start, drum.speed * dt / drum.spacing, steps, form)
    dense = modes_of(drum).jump(start, dt, steps, form)
    stepper = Stepper([drum], [start], [dt], form)
    stepper.step(steps)
    np.testing.assert_allclose(jumped, stepper.displacement(), rtol=0, atol=1e-10)
    np.testing.assert_allclose(dense, stepper.displacement(), rtol=0, atol=1e-10)
    assert not jumped[~drum.free].any()
    assert not dense[~drum.free].any()


@pytest.mark.parametrize("m", [13, 20])
def test_jump_over_the_papers_run(m):
    """D15: step 40,000 at once, from whole numbers, dt = 0.5: the stepped field, 1e-10."""
    drum, node = square(m), (m // 2, m // 2)
    start = struck(drum, node).astype(int)
    stepper = Stepper([drum], [start], [0.5])
    stepper.step(40_000)
    np.testing.assert_allclose(
        square_jump(start, 0.5, 40_000), stepper.displacement(), rtol=0, atol=1e-10
    )


def test_a_mallet_jumps_through_a_speed_field():
    """L with a speed at every node, 321 steps: the dense modes and the stepped field, 1e-12."""
    drum = with_field(l_shape(6))
    start = mallet(drum, (3, 8), 1.5)
    stepper = Stepper([drum], [start], [0.4], "drift_first")
    stepper.step(321)
    jumped = modes_of(drum).jump(start, 0.4, 321, "drift_first")
    np.testing.assert_allclose(jumped, stepper.displacement(), rtol=0, atol=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_from_rest(form):
    """1 at the start, then cos((n + s) theta)/cos(s theta) for many steps at once."""
    turned, steps = np.array([0.1, 2.0]), np.arange(4)[:, None]
    found = from_rest(turned, steps, form)
    np.testing.assert_allclose(found[0], 1, rtol=1e-15)
    s = SHIFT[form]
    np.testing.assert_allclose(found, np.cos((steps + s) * turned) / np.cos(s * turned), rtol=1e-15)


# --- stability


@pytest.mark.parametrize("m", [*range(2, 32), 35, 41, 55, 57])
def test_the_limit_of_the_square_by_lanczos(m):
    """h/(sqrt(2) c cos(pi/(2M))), 1e-12: for odd M too, where signs that alternate along a row miss it."""
    drum = square(m, spacing=0.5, speed=2.0)
    assert largest_step(drum) == pytest.approx(square_largest_step(m, 0.5, 2.0), rel=1e-12)


@settings(deadline=None, max_examples=60)
@given(drum=masked_drums(largest=9))
@example(drum=strip(13, 17))
@example(drum=with_field(disk(9)))
@example(drum=from_mask(np.eye(30) + np.eye(30)[::-1], component="all"))
@example(drum=from_mask([[1, 1, 0] * 9] * 2, component="all"))
def test_the_limit_of_any_drum(drum):
    """2/sqrt of the largest eigenvalue of the dense matrix, 1e-12; Gershgorin's bound is below."""
    limit = modes_of(drum).largest_step
    assert largest_step(drum) == pytest.approx(limit, rel=1e-12)
    assert drum.largest_step_bound < limit


def test_the_magic_step_is_exact_on_the_diagonal():
    """D13: theta_mm = m pi/M at nu = 1/sqrt(2), 1e-13, and no other mode's angle is the continuum's."""
    m = np.arange(1, 17)
    turned = angles(square_eigenvalues(17), 2**-0.5)
    np.testing.assert_allclose(np.diag(turned), m * np.pi / 17, rtol=1e-13)
    continuum = np.pi / 17 * np.sqrt((m[:, None] ** 2 + m[None, :] ** 2) / 2)
    off = ~np.eye(16, dtype=bool)
    assert np.abs(turned / continuum - 1)[off].min() > 1e-4


# --- lines


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("nu", [0.7, 0.1, 1e-3, 1e-8])
@pytest.mark.parametrize(("m", "count"), [(13, 73), (14, 25), (20, 51), (21, 195)])
def test_numbers_of_lines(m, count, nu, form):
    """D20, and the off-centre strike of odd M, whatever the time step; the amplitudes sum to 1."""
    lines = square_lines(m, nu, form)
    assert len(lines.angles) == len(lines.amplitudes) == count
    assert (np.diff(lines.angles) > 0).all()
    assert lines.amplitudes.sum() == pytest.approx(1, rel=1e-13)


@settings(deadline=None, max_examples=40)
@given(data=st.data(), m=spacings(2), drum=masked_drums(), form=step_forms())
def test_amplitudes_are_complete(data, m, drum, form):
    """They sum to 1 where struck and to 0 elsewhere: the sound starts as the strike, 1e-12."""
    modes = modes_of(drum)
    strike, listen = data.draw(nodes_of(drum)), data.draw(nodes_of(drum))
    found = modes.lines(0.9 * modes.largest_step, strike, listen, form)
    # a wave is louder where it runs faster
    scale = max(1.0, np.asarray(drum.speed)[listen] / np.asarray(drum.speed)[strike])
    expected = 1.0 if strike == listen else 0.0
    assert found.amplitudes.sum() == pytest.approx(expected, rel=0, abs=1e-12 * scale)
    strike, listen = data.draw(nodes_of(square(m))), data.draw(nodes_of(square(m)))
    found = square_lines(m, 0.5, form, strike, listen)
    expected = 1.0 if strike == listen else 0.0
    assert found.amplitudes.sum() == pytest.approx(expected, rel=0, abs=1e-12)


@pytest.mark.parametrize("m", [4, 6, 14, 20])
def test_a_centre_strike_in_odd_modes(m):
    """4/M^2 each, (m, n) with (n, m) 8/M^2, and the line m + n = M 2/M: M/2 times the fundamental."""
    found = square_lines(m, 0.5)
    rows, columns = numbers(m)
    odd = np.logical_and(rows % 2, columns % 2)
    np.testing.assert_allclose(
        square_strike(m, (m // 2, m // 2)), np.where(odd, 4 / m**2, 0), rtol=0, atol=1e-15
    )
    assert found.amplitudes[0] == pytest.approx(4 / m**2, rel=1e-12)
    loudest = found.amplitudes.argmax()
    assert found.amplitudes[loudest] == pytest.approx(2 / m, rel=1e-12)
    assert found.angles[loudest] == pytest.approx(2 * np.arcsin(0.5), rel=1e-14)
    middle = m // 2 * (m // 2) // 2  # pairs, those on the diagonal counted once
    assert len(found.angles) <= middle + m // 2
    if m > 4:
        second = np.abs(found.angles - angles(square_eigenvalues(m), 0.5)[0, 2]).argmin()
        assert found.amplitudes[second] == pytest.approx(8 / m**2, rel=1e-12)


@pytest.mark.parametrize("m", [13, 21])
def test_an_off_centre_strike_is_loudest_on_the_common_line(m):
    """Odd M struck at M//2: the line m + n = M has the amplitude 3/(2 M), the fundamental nearly 4/M^2."""
    lines = square_lines(m, 0.1)
    loudest = lines.amplitudes.argmax()
    assert lines.angles[loudest] == pytest.approx(2 * np.arcsin(0.1), rel=1e-14)
    assert lines.amplitudes[loudest] == pytest.approx(1.5 / m, rel=1e-2)
    assert lines.amplitudes[0] == pytest.approx(4 / m**2, rel=0.05)


@pytest.mark.parametrize("m", range(13, 22))
def test_the_loudest_bin_does_not_know_the_drum(m):
    """D19: dt = 0.1, 40,000 samples: |X| is largest at bin 1275 for every M, asin(0.1)/pi of N = 1275.4."""
    spectrum = np.abs(square_lines(m, 0.1).spectrum(40_000, np.arange(20_001)))
    assert spectrum.argmax() == 1275


def test_merging():
    """Angles apart by less than 1e-11 of the largest are one; what sums to nothing is left out."""
    turned = np.array([[1.0, 0.5, 2.0], [0.5 + 1e-12, 1.0, 1.0 - 1e-13]])
    amplitudes = np.array([[1.0, 2.0, 1e-15], [0.25, -1.5, 0.5]])
    lines = Lines.merged(turned, amplitudes, "kick_first")
    np.testing.assert_allclose(lines.angles, [0.5], rtol=1e-11)
    np.testing.assert_allclose(lines.amplitudes, [2.25], rtol=1e-15)
    assert lines.shift == 0.5
    all_of_them = Lines.merged(turned, amplitudes, "drift_first", floor=-1.0)
    np.testing.assert_allclose(all_of_them.angles, [0.5, 1.0, 2.0], rtol=1e-11)
    assert all_of_them.amplitudes.sum() == pytest.approx(amplitudes.sum(), rel=1e-14)


@st.composite
def random_lines(draw):
    count = draw(st.integers(1, 12))
    turned = draw(
        st.lists(st.integers(1, 999), min_size=count, max_size=count, unique=True).map(sorted)
    )
    amplitudes = draw(
        st.lists(st.integers(-2000, 2000).filter(bool), min_size=count, max_size=count)
    )
    shift = draw(st.sampled_from(sorted(set(SHIFT.values()))))
    return Lines(np.array(turned) * np.pi / 1000, np.array(amplitudes) / 1000, shift)


@settings(deadline=None, max_examples=60)
@given(lines=random_lines(), samples=st.integers(1, 700), block=st.integers(1, 300))
def test_signals(lines, samples, block):
    """Sum of A cos((n + s) theta)/cos(s theta), term by term, whatever the block: 1e-12 of its size."""
    n = np.arange(samples)
    terms = from_rest(lines.angles, n[:, None], {v: k for k, v in SHIFT.items()}[lines.shift])
    found = lines.signal(samples, block)
    assert found.shape == (samples,)
    scale = np.abs(lines.phasors).sum()
    np.testing.assert_allclose(found / scale, terms @ lines.amplitudes / scale, rtol=0, atol=1e-12)


def test_a_long_signal():
    """300 lines, 20,000 samples in blocks of 2, more than one matrix holds, and of 200: 1e-10."""
    random = np.random.default_rng(0)
    lines = Lines(np.sort(random.uniform(0, np.pi, 300)), random.normal(size=300), -0.5)
    scale = np.abs(lines.phasors).sum()
    short, long = lines.signal(20_000, 2), lines.signal(20_000)
    assert short.shape == long.shape == (20_000,)
    np.testing.assert_allclose(short / scale, long / scale, rtol=0, atol=1e-10)
    last = np.exp(19_999j * lines.angles) @ lines.phasors
    assert long[-1] / scale == pytest.approx(last.real / scale, rel=0, abs=1e-10)


@settings(deadline=None, max_examples=80)
@given(lines=random_lines(), samples=st.integers(1, 700))
def test_spectra_are_numpys(lines, samples):
    """Closed form and numpy.fft of the signal, 1e-12 of N times the amplitudes; all N bins, and rfft's."""
    signal = lines.signal(samples)
    scale = samples * np.abs(lines.phasors).sum()
    whole = lines.spectrum(samples, np.arange(samples))
    np.testing.assert_allclose(whole / scale, np.fft.fft(signal) / scale, rtol=0, atol=1e-12)
    half = lines.spectrum(samples, np.arange(samples // 2 + 1))
    np.testing.assert_allclose(half / scale, np.fft.rfft(signal) / scale, rtol=0, atol=1e-12)


@pytest.mark.parametrize("samples", [16, 17, 1000, 1024])
def test_a_line_on_a_bin(samples):
    """cos(2 pi k n/N) has N/2 at the bins k and N - k, at every other 0: also where sin(d/2) vanishes."""
    for k in range(1, (samples + 1) // 2, max(1, samples // 16)):
        lines = Lines(np.array([2 * np.pi * k / samples]), np.array([1.0]))
        expected = np.zeros(samples)
        expected[[k, samples - k]] = samples / 2
        found = lines.spectrum(samples, np.arange(samples))
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * samples)


@settings(deadline=None, max_examples=20)
@given(data=st.data(), drum=square_drums(), form=step_forms())
def test_the_spectrum_of_a_stepped_drum(data, drum, form):
    """D8: any drum, step, nodes and form: closed form and rfft of 600 stepped samples, 1e-10."""
    m = len(drum.free) - 1
    dt = data.draw(stable_steps(square_largest_step(m, drum.spacing, drum.speed)))
    strike, listen = data.draw(nodes_of(drum)), data.draw(nodes_of(drum))
    heard = Stepper([drum], [struck(drum, strike)], [dt], form).listen([listen], 600)[0]
    lines = square_lines(m, drum.speed * dt / drum.spacing, form, strike, listen)
    found, expected = lines.spectrum(600, np.arange(301)), np.fft.rfft(heard)
    bar = 1e-10 * max(1, np.abs(expected).max())
    np.testing.assert_allclose(found, expected, rtol=0, atol=bar)


# --- the bin of the fundamental

GOLDEN_PLACES = [
    *(217.0528, 201.6153, 188.2242, 176.4985, 166.1461),
    *(156.9394, 148.6984, 141.2789, 134.5640),
]
GOLDEN_BINS = {
    0.1: [217, 202, 188, 176, 166, 157, 149, 141, 135],
    0.5: [1087, 1009, 942, 883, 831, 785, 744, 707, 673],
    2**-0.5: [1538, 1429, 1333, 1250, 1176, 1111, 1053, 1000, 952],
    0.01: [22, 20, 19, 18, 17, 16, 15, 14, 13],
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dt", GOLDEN_BINS)
def test_golden_bins(dt, form):
    """D6: sides 13 to 21, 40,000 samples, struck and heard at M//2."""
    found = [square_lines(m, dt, form).fundamental_bin(40_000) for m in range(13, 22)]
    assert [bin_ for bin_, _ in found] == GOLDEN_BINS[dt]
    if dt == 0.1:
        np.testing.assert_allclose([place for _, place in found], GOLDEN_PLACES, rtol=0, atol=5e-5)


def test_the_nearest_bin_is_not_always_heard():
    """M = 12, dt = 0.01: k0 = 23.50299, and leakage of the other lines makes it bin 23, not 24."""
    lines = square_lines(12, 0.01)
    assert lines.fundamental_bin(40_000) == (23, pytest.approx(23.50299, abs=5e-6))
    assert fft_bin(lines.signal(40_000)) == 23
    alone = Lines(lines.angles[:1], lines.amplitudes[:1])
    assert alone.fundamental_bin(40_000)[0] == 24


@pytest.mark.parametrize(("m", "bin_"), [(16, 1250), (20, 1000)])
def test_the_magic_step_lands_on_a_bin(m, bin_):
    """D14: k0 = 20000/M, so bin/(N dt) is c/(sqrt(2) L) to rounding."""
    found, place = square_lines(m, 2**-0.5).fundamental_bin(40_000)
    assert found == bin_
    assert place == pytest.approx(bin_, rel=1e-13)
    assert found / (40_000 * 2**-0.5) == pytest.approx(1 / (2**0.5 * m), rel=1e-12)


@pytest.mark.parametrize(
    ("m", "samples", "expected"),
    [(13, 600, 3), (14, 800, 4), (13, 1000, 5), (20, 1000, 3), (21, 4000, 13), (13, 2000, 11)],
)
def test_short_recordings(m, samples, expected):
    """At dt = 0.1, few cycles: the next lines are near and louder, yet the lowest one is meant."""
    lines = square_lines(m, 0.1)
    assert lines.fundamental_bin(samples)[0] == expected
    assert fft_bin(lines.signal(samples)) == expected


@settings(deadline=None, max_examples=80)
@given(
    m=spacings(2, 24),
    form=step_forms(),
    share=st.floats(1e-3, 0.99),
    cycles=st.floats(3.01, 300),
)
def test_the_bin_is_beside_its_place(m, form, share, cycles):
    """From three cycles on, less than one bin from k0 and never beyond N/2."""
    lines = square_lines(m, share * square_largest_step(m), form)
    samples = int(np.ceil(cycles * 2 * np.pi / lines.angles[0]))
    found, place = lines.fundamental_bin(samples)
    assert place == pytest.approx(samples * lines.angles[0] / (2 * np.pi), rel=1e-14)
    assert abs(found - place) < 1
    assert found <= samples / 2


def test_one_line_near_the_end_of_the_spectrum():
    """M = 2 has one node and one line; its bin is found though N/2 is less than seven bins away."""
    lines = square_lines(2, 0.9)
    assert len(lines.angles) == 1
    found, place = lines.fundamental_bin(20)
    assert (found, place) == (7, pytest.approx(20 * np.arcsin(0.9) / np.pi, rel=1e-14))


def test_nodes_may_be_rows_of_an_array():
    """Strikes and listeners as argwhere gives them."""
    nodes = np.argwhere(square(5).free)
    drum = square(5)
    by_rows = square_lines(5, 0.5, "kick_first", nodes[3], nodes[6])
    by_pairs = square_lines(5, 0.5, "kick_first", tuple(nodes[3]), tuple(nodes[6]))
    np.testing.assert_array_equal(by_rows.amplitudes, by_pairs.amplitudes)
    dense = modes_of(drum).lines(0.5, nodes[3], nodes[6], "kick_first")
    assert dense.amplitudes.sum() == pytest.approx(0, abs=1e-14)


def test_silence():
    """Two rooms: from one nothing is heard in the other; no line, and a silent signal and spectrum."""
    modes = modes_of(from_mask([[1, 1, 0, 1]], component="all"))
    lines = modes.lines(0.5, (1, 1), (1, 4))
    assert not lines.angles.size
    assert not lines.signal(10).any()
    assert not lines.spectrum(10, np.arange(6)).any()


# --- refusals

LIMIT = (
    r"must lie between 0 and 0\.8164965809, above which the fastest mode grows; choose one between$"
)
WHOLE = r"must be a whole number from 2 on; enlarge$"
FREE_NODE = r"must be a free node of the 4 x 4 grid, its rim counted from 0; choose one inside$"
SMALL, ZERO = square(3), np.zeros((4, 4))
MODES = modes_of(SMALL)
REFUSED = {
    rf"time_step: got 0\.9; {LIMIT}": lambda: angles(square_eigenvalues(3), 0.9),
    rf"time_step: got -0\.1; {LIMIT}": lambda: angles(square_eigenvalues(3), -0.1),
    rf"time_step: got 0\.0; {LIMIT}": lambda: angles(square_eigenvalues(3), 0),
    rf"time_step: got nan; {LIMIT}": lambda: angles(square_eigenvalues(3), np.nan),
    r"time_step: got 0\.5; must lie between 0 and 0\.4082482905, above": lambda: angles(
        square_eigenvalues(3), 0.5, 2.0
    ),
    rf"courant: got 0\.82; {LIMIT}": lambda: square_lines(3, 0.82),
    rf"courant: got -1\.0; {LIMIT}": lambda: square_jump(ZERO, -1, 5),
    rf"time_step: got 0\.83; {LIMIT}": lambda: MODES.lines(0.83, (1, 1)),
    rf"time_step: got 0\.84; {LIMIT}": lambda: MODES.jump(ZERO, 0.84, 5),
    rf"spacings: got 1; {WHOLE}": lambda: square_eigenvalues(1),
    rf"spacings: got 0; {WHOLE}": lambda: square_largest_step(0),
    rf"spacings: got -1; {WHOLE}": lambda: square_lines(-1, 0.5),
    rf"spacings: got 2\.5; {WHOLE}": lambda: square_strike(2.5, (1, 1)),
    rf"strike: got \(0, 1\); {FREE_NODE}": lambda: square_strike(3, (0, 1)),
    rf"listen: got \(1, 3\); {FREE_NODE}": lambda: square_strike(3, (1, 1), (1, 3)),
    rf"strike: got \(4, 4\); {FREE_NODE}": lambda: square_lines(3, 0.5, strike=(4, 4)),
    r"strike: got \(1, 1\.5\); must be two whole numbers": lambda: square_strike(3, (1, 1.5)),
    rf"node: got \(3, 1\); {FREE_NODE}": lambda: MODES.lines(0.5, (3, 1)),
    r"form: got explicit_euler; must be one of velocity_verlet, .*, drift_first; choose one$": (
        lambda: square_lines(3, 0.5, "explicit_euler")
    ),
    r"form: got Euler; must be one of": lambda: from_rest(np.ones(2), 3, "Euler"),
    r"form: got verlet; must be one of": lambda: shadow_energy(SMALL, ZERO, ZERO, 0.5, "verlet"),
    r"samples: got 40; hold 1\.84 cycles of the lowest line; three are needed; take at least 66$": (
        lambda: square_lines(10, 0.65).fundamental_bin(40)
    ),
    r"lines: got none; nothing is heard there; listen where the strike arrives$": (
        lambda: Lines(np.empty(0), np.empty(0)).fundamental_bin(1000)
    ),
    r"displacement: got \(4, 5\); must have the drum's shape \(4, 4\); reshape$": (
        lambda: square_jump(np.zeros((4, 5)), 0.5, 1)
    ),
    r"displacement: got \(5, 5\); must have the drum's shape \(4, 4\); reshape$": (
        lambda: MODES.jump(np.zeros((5, 5)), 0.5, 1)
    ),
    r"displacement: got nan or inf; must be finite at free nodes; change it$": (
        lambda: square_jump(ZERO / 0.0, 0.5, 1)
    ),
    r"drum: got 4096 nodes; at most 4000 fit; use lanczos or a coarser grid$": lambda: modes_of(
        square(65)
    ),
    r"speed: got a field; must be one number; use a uniform drum$": lambda: true_energy(
        with_field(SMALL), ZERO, ZERO
    ),
    r"speed: got a field; must be one number; ": lambda: shadow_energy(
        with_field(SMALL), ZERO, ZERO, 0.5, "kick_first"
    ),
    r"velocity: got \(3,\); must have the drum's shape \(4, 4\)": lambda: true_energy(
        SMALL, ZERO, np.zeros(3)
    ),
}


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_refused(text):
    """One line: argument, value, what is allowed, remedy."""
    with pytest.raises(ArgumentError, match=rf"^{text}") as refusal:
        REFUSED[text]()
    assert "\n" not in str(refusal.value)


@settings(deadline=None, max_examples=30)
@given(drum=masked_drums(largest=4), above=st.floats(1 + 1e-12, 5))
def test_no_angle_above_the_limit(drum, above):
    """At the limit's first digit above, as far as beyond it: refused."""
    modes = modes_of(drum)
    with pytest.raises(ArgumentError, match="above which the fastest mode grows"):
        angles(modes.eigenvalues, above * modes.largest_step)


@settings(deadline=None, max_examples=30)
@given(speed=wave_speeds(), m=spacings())
def test_angles_below_the_limit(speed, m):
    """cos(theta) = 1 - dt^2 c^2 mu/2, and theta below pi: no alias at any stable step."""
    eigenvalues = square_eigenvalues(m)
    dt = 0.9999 * square_largest_step(m, 1.0, speed)
    turned = angles(eigenvalues, dt, speed)
    np.testing.assert_allclose(
        np.cos(turned), 1 - (dt * speed) ** 2 * eigenvalues / 2, rtol=0, atol=1e-14
    )
    assert turned.max() < np.pi


def test_the_largest_dense_drum():
    """The bound counts free nodes, not the grid around them."""
    assert square(64).nodes == 63**2 < MOST_NODES
    free = np.zeros((70, 70), bool)
    free[1:3, 1:3] = True
    assert len(modes_of(Drum(free)).eigenvalues) == 4
