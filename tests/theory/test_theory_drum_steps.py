"""Steps of one mode and of a whole grid: shadow energies, angles, limits, and growth."""

import itertools

import numpy as np
import pytest
import sympy

from theory import drum
from theory.claims import Invariant, System, check_claim
from theory.drum import membrane, stencil, steps
from theory.drum.membrane import OMEGA, Q0, V0, Q, V
from theory.drum.steps import BEFORE, DT, INDEX
from theory.errors import ArgumentError

STABLE = drum.FORMS[:-1]
KICKED = tuple(drum.LEADS)
PRINTED = {
    "velocity_verlet": V**2 / 2 + OMEGA**2 * Q**2 / 2 - DT**2 * OMEGA**4 * Q**2 / 8,
    "position_verlet": V**2 / 2 + OMEGA**2 * Q**2 / 2 - DT**2 * OMEGA**2 * V**2 / 8,
    "kick_first": V**2 / 2 + OMEGA**2 * Q**2 / 2 - DT * OMEGA**2 * Q * V / 2,
    "drift_first": V**2 / 2 + OMEGA**2 * Q**2 / 2 + DT * OMEGA**2 * Q * V / 2,
    "two_step": ((Q - BEFORE) / DT) ** 2 / 2 + OMEGA**2 * Q * BEFORE / 2,
}


def dense(spacings: int) -> np.ndarray:
    """Minus the five-point stencil as a matrix of the free nodes, spacing 1."""
    line = 2 * np.eye(spacings - 1) - np.eye(spacings - 1, k=1) - np.eye(spacings - 1, k=-1)
    one = np.eye(spacings - 1)
    return np.kron(line, one) + np.kron(one, line)


def move(form: str, q: np.ndarray, v: np.ndarray, stiffness: np.ndarray, dt: float):
    """One step of a field, written out by hand."""
    match form:
        case "velocity_verlet":
            v = v - dt / 2 * stiffness @ q
            q = q + dt * v
            return q, v - dt / 2 * stiffness @ q
        case "position_verlet":
            q = q + dt / 2 * v
            v = v - dt * stiffness @ q
            return q + dt / 2 * v, v
        case "kick_first":
            v = v - dt * stiffness @ q
            return q + dt * v, v
        case "drift_first":
            q = q + dt * v
            return q, v - dt * stiffness @ q
        case "explicit_euler":
            return q + dt * v, v - dt * stiffness @ q
    raise AssertionError(form)


@pytest.mark.parametrize("form", STABLE)
def test_shadow_energies(form):
    """The quadratic form found by solving X^T S X = S is the known one of each form."""
    assert sympy.expand(drum.shadow_energy(form) - PRINTED[form]) == 0


@pytest.mark.parametrize("form", STABLE)
def test_true_energy_without_step(form):
    """At dt = 0 the shadow energy of the five forms is (v^2 + omega^2 q^2)/2; p = q - dt v."""
    energy = sympy.expand(drum.shadow_energy(form).subs(BEFORE, Q - DT * V))
    assert energy.subs(DT, 0) == V**2 / 2 + OMEGA**2 * Q**2 / 2


@pytest.mark.parametrize("form", KICKED)
def test_a_shadow_energy_with_the_wrong_sign_is_caught(form):
    """The correction of the other sign drifts; so does the energy without any."""
    energy = V**2 / 2 + OMEGA**2 * Q**2 / 2
    law = drum.step_map(form)
    for wrong in (2 * energy - drum.shadow_energy(form), energy):
        faulty = System(
            name="faulty",
            law=law.law,
            time=law.time,
            is_map=True,
            invariants=(Invariant("energy", wrong),),
        )
        assert faulty.residual() != 0
        assert check_claim(faulty, mutate=False).failures != ()


@pytest.mark.parametrize("form", drum.FORMS)
def test_determinant_and_trace(form):
    """1 and 2 - dt^2 omega^2; for explicit Euler 1 + dt^2 omega^2 and 2."""
    matrix, square = drum.step_matrix(form), (DT * OMEGA) ** 2
    determinant, trace = (1 + square, 2) if form == "explicit_euler" else (1, 2 - square)
    assert sympy.expand(matrix.det() - determinant) == 0
    assert sympy.expand(matrix.trace() - trace) == 0


@pytest.mark.parametrize("form", KICKED)
def test_symplectic(form):
    """X^T J X = J, exactly: area in the plane of q and v is kept."""
    matrix, area = drum.step_matrix(form), sympy.Matrix([[0, 1], [-1, 0]])
    assert (matrix.T * area * matrix - area).applyfunc(sympy.expand).is_zero_matrix


@pytest.mark.parametrize("form", KICKED)
def test_matrix_against_a_step_written_out(form):
    """The composed matrix and the step by hand, at omega = 1.3, dt = 0.7: equal to 1e-15."""
    matrix = np.array(drum.step_matrix(form).subs({OMEGA: 1.3, DT: 0.7}), float)
    start = np.array([0.4, -1.1])
    q, v = move(form, start[:1], start[1:], np.array([[1.3**2]]), 0.7)
    assert matrix @ start == pytest.approx([q[0], v[0]], rel=1e-14)


@pytest.mark.parametrize("form", KICKED)
@pytest.mark.parametrize("dt", [0.1, 0.5, 0.7])
def test_a_struck_grid_against_its_modes(form, dt):
    """M = 5, struck at (2, 1), heard at (3, 2), 60 steps: the sum of its modes, to 1e-12.

    Amplitudes, eigenvalues and closed forms of theory on one side, a dense matrix on the other.
    """
    spacings, struck, heard = 5, (2, 1), (3, 2)
    mode = {stencil.SPACINGS: spacings, stencil.SPACING: 1}
    place = dict(
        zip(
            sympy.symbols("i0 j0 i1 j1", integer=True, nonnegative=True),
            (*struck, *heard),
            strict=True,
        )
    )
    closed = drum.step_map(form).closed_form[Q].subs({Q0: 1, V0: 0, DT: dt})
    moment = np.arange(61)
    predicted = np.zeros(61)
    for m, n in itertools.product(range(1, spacings), repeat=2):
        numbers = {**mode, membrane.ROW: m, membrane.COLUMN: n}
        amplitude = float(drum.strike_amplitude().subs({**numbers, **place}))
        omega = float(sympy.sqrt(drum.stencil_eigenvalue().subs(numbers)))
        predicted += amplitude * sympy.lambdify(INDEX, closed.subs(OMEGA, omega))(moment)
    node = {place: (place[0] - 1) * (spacings - 1) + place[1] - 1 for place in (struck, heard)}
    q, v = np.zeros((spacings - 1) ** 2), np.zeros((spacings - 1) ** 2)
    q[node[struck]] = 1
    measured = [q[node[heard]]]
    for _ in range(60):
        q, v = move(form, q, v, dense(spacings), dt)
        measured.append(q[node[heard]])
    assert np.abs(predicted - measured).max() < 1e-12
    assert np.abs(measured).max() > 0.1


@pytest.mark.parametrize("form", KICKED)
def test_shadow_energy_of_a_whole_grid(form):
    """M = 13, random q and v, dt = 0.7, 500 steps: constant to 1e-12, while the true one swings."""
    stiffness, dt = dense(13), 0.7
    q, v = np.random.default_rng(0).normal(size=(2, 144))
    energy = sympy.Poly(drum.shadow_energy(form), Q, V)
    coefficients = {
        powers: sympy.lambdify([DT, OMEGA], factor) for powers, factor in energy.terms()
    }
    values, vectors = np.linalg.eigh(stiffness)

    def energies() -> tuple[float, float]:
        mode_q, mode_v = vectors.T @ q, vectors.T @ v
        shadow = sum(
            (c(dt, np.sqrt(values)) * mode_q**a * mode_v**b).sum()
            for (a, b), c in coefficients.items()
        )
        return shadow, ((mode_v**2 + values * mode_q**2) / 2).sum()

    path = [energies()]
    for _ in range(500):
        q, v = move(form, q, v, stiffness, dt)
        path.append(energies())
    shadow, true = np.array(path).T
    assert np.ptp(shadow) < 1e-12 * shadow[0]
    assert np.ptp(true) > 0.1 * true[0]


def test_two_steps_from_kick_first():
    """q_(n+1) = 2 q_n - q_(n-1) - dt^2 omega^2 q_n, with p = q - dt v: five steps agree exactly."""
    kick, leap = drum.step_matrix("kick_first"), drum.step_matrix("two_step")
    assert leap == sympy.Matrix([[2 - (DT * OMEGA) ** 2, -1], [1, 0]])
    state = sympy.Matrix([Q0, V0])
    pair = sympy.Matrix([Q0, Q0 - DT * V0])
    for _ in range(5):
        state, pair = (kick * state).applyfunc(sympy.expand), (leap * pair).applyfunc(sympy.expand)
        assert sympy.expand(state[0] - pair[0]) == 0


def test_explicit_euler_grows():
    """At dt omega = 3/4 both eigenvalues have modulus 5/4; 20 steps grow by (5/4)^20 in energy^(1/2)."""
    matrix = drum.step_matrix("explicit_euler").subs({DT: sympy.Rational(3, 4), OMEGA: 1})
    assert {abs(value) for value in matrix.eigenvals()} == {sympy.Rational(5, 4)}
    state = matrix**20 * sympy.Matrix([1, 0])
    assert state.dot(state) == sympy.Rational(5, 4) ** 40
    law = drum.step_map("explicit_euler")
    closed = law.closed_form[Q].subs({Q0: 1, V0: 0, DT: sympy.Rational(3, 4), OMEGA: 1, INDEX: 20})
    assert sympy.expand(closed) == state[0]


def test_explicit_euler_of_a_whole_grid():
    """Log-determinant of the step of M = 6: the sum of log(1 + dt^2 omega^2) over the modes, above 0."""
    stiffness, dt = dense(6), 0.5
    one = np.eye(25)
    step = np.block([[one, dt * one], [-dt * stiffness, one]])
    values = np.linalg.eigvalsh(stiffness)
    growth = sympy.lambdify([DT, OMEGA], sympy.log(drum.step_matrix("explicit_euler").det()))
    found = np.linalg.slogdet(step)[1]
    assert found == pytest.approx(growth(dt, np.sqrt(values)).sum(), rel=1e-12)
    assert found > 1


def test_explicit_euler_conserves_nothing():
    """No quadratic form is kept by a map of determinant above 1: refused, by name."""
    with pytest.raises(ArgumentError, match="form: got explicit_euler; must be one of velocity"):
        drum.shadow_energy("explicit_euler")


@pytest.mark.parametrize("make", [drum.step_matrix, drum.step_map, drum.shadow_energy])
def test_unknown_forms_are_refused(make):
    """'leapfrog' is no name of a form: refused, with the names that are."""
    with pytest.raises(ArgumentError, match="form: got leapfrog; must be one of velocity_verlet"):
        make("leapfrog")


def test_angle_in_numbers():
    """2 asin(dt omega/2) at dt omega = 1 is pi/3; the map of this step has period 6."""
    assert steps.angle().subs({DT: 1, OMEGA: 1}) == sympy.pi / 3
    for form in STABLE:
        assert drum.step_matrix(form).subs({DT: 1, OMEGA: 1}) ** 6 == sympy.eye(2)


@pytest.mark.parametrize("spacings", [2, 5, 13])
def test_largest_step_from_the_dense_matrix(spacings):
    """2/sqrt(largest eigenvalue) of the explicit grid; 1.0001 of it grows by 1.0287 a step."""
    largest = np.linalg.eigvalsh(dense(spacings)).max()
    limit = float(
        drum.stability_limit().subs({stencil.SPACINGS: spacings, stencil.SPACING: 1, membrane.C: 1})
    )
    assert limit == pytest.approx(2 / np.sqrt(largest), rel=1e-12)
    assert limit > 1 / np.sqrt(2)
    above = drum.step_matrix("velocity_verlet").subs({DT: 1.0001 * limit, OMEGA: np.sqrt(largest)})
    growth = np.abs(np.linalg.eigvals(np.array(above, float))).max()
    assert growth == pytest.approx(np.exp(2 * np.arccosh(1.0001)), rel=1e-9)
    assert growth == pytest.approx(1.0287, abs=1e-4)


def test_chebyshev_jump():
    """1000 steps of a grid of M = 6 at once: T_1000(1 - dt^2 K/2) q0, to 1e-11."""
    stiffness, dt = dense(6), 0.5
    q0 = np.random.default_rng(1).normal(size=25)
    values, vectors = np.linalg.eigh(stiffness)
    angles = sympy.lambdify([DT, OMEGA], steps.angle())(dt, np.sqrt(values))
    jumped = vectors @ (np.cos(1000 * angles) * (vectors.T @ q0))
    q, v = q0, np.zeros(25)
    for _ in range(1000):
        q, v = move("velocity_verlet", q, v, stiffness, dt)
    assert np.abs(q - jumped).max() < 1e-11


def test_one_chebyshev_step_is_refused():
    """One step is the matrix itself and says nothing: refused."""
    with pytest.raises(ArgumentError, match="n: got 1; must be at least 2"):
        drum.chebyshev(1)
