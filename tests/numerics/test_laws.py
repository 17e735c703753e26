"""Laws to trajectories: closed form, integration and SymPy's own numbers are one curve."""

import numpy as np
import pytest
import sympy
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.lambdify import lambdify
from numerics.laws import (
    VectorField,
    evaluate,
    evaluate_expression,
    integrate,
    iterate_map,
    solve_flow,
)
from theory import linear_cnn, linear_network
from theory.claims import Invariant, System
from theory.errors import ArgumentError
from validation.properties import start_strengths, step_sizes


@pytest.fixture
def parameters():
    """Three starts in a sweep of four singular values on 16 x 16 images."""
    return xr.Dataset(
        {
            "singular_value": ("mode", [6.0, 2.5, 1.4, 0.5]),
            "initial_strength": (("trial", "mode"), np.outer([1e-6, 1e-3, 0.1], [1, 2, 3, 4])),
            "image_side": 16.0,
            "spectral_magnitude": ("mode", [1.0, 0.5**0.5, 0.5**0.5, 0.5**0.5]),
        },
        coords={"mode": [1, 2, 3, 4], "trial": [10, 11, 12]},
    )


@pytest.fixture
def time():
    return xr.DataArray(np.linspace(0, 0.6, 13), dims="time", coords={"time": np.arange(13)})


def exact_strength(parameters, moment, **where):
    """The closed form by SymPy, to 30 digits."""
    law = linear_cnn.mode_law()
    point = parameters.isel(**where)
    values = {s: sympy.Float(float(point[law.names[str(s)]]), 40) for s in law.parameters}
    (solution,) = law.closed_form.values()
    return float(solution.subs(values).subs(law.time, sympy.Float(moment, 40)).evalf(30))


def test_three_roads_to_the_sigmoid(parameters, time):
    """A(tau) = S/(1 + (S/A0 - 1) exp(-2 n v S tau)): evaluated, integrated, and by SymPy.

    Over a sweep of 3 trials by 4 modes; SymPy to 1e-14, the integrator to 1e-8 S.
    """
    law = linear_cnn.mode_law()
    curve = evaluate(law, parameters, time)
    flow = integrate(law, parameters, time)
    assert curve.name == flow.name == "mode_strength"
    assert set(curve.dims) == set(flow.dims) == {"trial", "mode", "time"}
    scaled = abs(curve - flow) / parameters.singular_value
    assert float(scaled.max()) < 1e-8
    for trial, mode, moment in [(0, 0, 3), (1, 1, 5), (2, 2, 12), (0, 3, 12), (1, 3, 0)]:
        expected = exact_strength(parameters, float(time[moment]), trial=trial, mode=mode)
        found = float(curve.isel(trial=trial, mode=mode, time=moment))
        assert found == pytest.approx(expected, rel=1e-14)


def test_coordinates_come_through(parameters, time):
    """Labels of modes and trials are those that came in, and the law is named."""
    curve = evaluate(linear_cnn.mode_law(), parameters, time)
    assert curve.trial.values.tolist() == [10, 11, 12]
    assert curve.mode.values.tolist() == [1, 2, 3, 4]
    assert curve.attrs == {
        "long_name": "mode strength",
        "units": "1",
        "law": "mode of a linear CNN",
    }


def test_late_times_saturate_exactly(parameters):
    """At tau = 1e6 the strength is S, not nan: the exponential decays."""
    late = xr.DataArray([1e3, 1e6], dims="time")
    curve = evaluate(linear_cnn.mode_law(), parameters, late)
    assert (curve == parameters.singular_value).all()


def test_map_is_iterated():
    """A' = A (1 + h n v (S - A))^2 by hand, for two steps and two starts."""
    values = xr.Dataset(
        {
            "singular_value": 2.0,
            "initial_strength": ("trial", [0.1, 0.5]),
            "image_side": 4.0,
            "spectral_magnitude": 0.5,
            "flow_time_step": 0.05,
        }
    )
    indices = xr.DataArray([0, 1, 2, 7], dims="update")
    path = integrate(linear_cnn.descent_map(), values, indices)
    assert path.dims == ("trial", "update")
    state, rows = np.array([0.1, 0.5]), []
    for _ in range(8):
        rows.append(state)
        state = state * (1 + 0.1 * (2 - state)) ** 2
    np.testing.assert_allclose(path.T, [rows[i] for i in (0, 1, 2, 7)], rtol=1e-15)


def test_two_state_variables():
    """K' = g beta, beta' = g k: cosh and sinh; evaluated and integrated, as a Dataset."""
    law = linear_cnn.early_growth()
    values = xr.Dataset({"k0": 1.0, "beta0": 0.0, "g": ("mode", [1.0, 2.0])})
    time = xr.DataArray([0.0, 0.5, 1.0], dims="time")
    for solved in (evaluate(law, values, time), integrate(law, values, time)):
        assert set(solved) == {"k", "beta"}
        np.testing.assert_allclose(
            solved.k.transpose("mode", "time"), np.cosh(np.outer([1, 2], time)), rtol=1e-8
        )
        np.testing.assert_allclose(
            solved.beta.transpose("mode", "time"), np.sinh(np.outer([1, 2], time)), atol=1e-8
        )


@pytest.mark.parametrize("function", [evaluate, integrate])
def test_coordinates_must_match_exactly(parameters, time, function):
    """A label that differs by 1e-12 is another label: an error, never fewer points."""
    magnitudes = parameters.spectral_magnitude.assign_coords(mode=[1.0, 2.0, 3.0, 4 + 1e-12])
    shifted = parameters.drop_vars("spectral_magnitude")
    with pytest.raises(ValueError, match="exact"):
        function(linear_cnn.mode_law(), {**shifted, "spectral_magnitude": magnitudes}, time)


@pytest.mark.parametrize("function", [evaluate, integrate])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"initial_strength": 7.0}, r"parameters: got A0 = 7.0, S = .*holds for A0 < S; change"),
        ({"initial_strength": ("mode", [1.0, 2.5, 1.0, 0.1])}, "holds for A0 < S"),
        ({"initial_strength": 0.0}, "initial_strength: got 0.0; must be positive; choose"),
        ({"image_side": -16.0}, "image_side: got -16.0; must be positive; choose"),
        ({"singular_value": ("mode", [1.0, np.nan, 1, 1])}, "singular_value: .*must be finite"),
        ({"spectral_magnitude": np.inf}, "spectral_magnitude: got .*inf.*; must be finite; remove"),
        ({"image_side": None}, r"parameters: got .*; .* needs image_side; add image_side"),
    ],
)
def test_refusals(parameters, time, function, changes, message):
    """What the law does not hold for: argument, value, what is allowed, remedy."""
    for name, value in changes.items():
        parameters = parameters.drop_vars(name)
        if value is not None:
            parameters = parameters.assign({name: value})
    with pytest.raises(ArgumentError, match=message):
        function(linear_cnn.mode_law(), parameters, time)


def test_refuses_a_law_without_closed_form(parameters, time):
    """The remedy is to integrate."""
    with pytest.raises(ArgumentError, match=r"law: got .*has no closed form; integrate it instead"):
        evaluate(linear_cnn.descent_map(), parameters.assign(flow_time_step=0.1), time)


@pytest.mark.parametrize("times", [[0.0, 0.2, 0.1], [0.0, 0.0], [-1.0, 0.0], []])
def test_flow_refuses_times(parameters, times):
    """Times increase, from 0 on."""
    with pytest.raises(ArgumentError, match=r"time: got .*must be one-dimensional"):
        integrate(linear_cnn.mode_law(), parameters, xr.DataArray(times, dims="time"))


@pytest.mark.parametrize("indices", [[0.5, 1], [0, 2, 1], [-1, 0], [1, 1]])
def test_map_refuses_indices(indices):
    """Steps are counted in increasing whole numbers."""
    with pytest.raises(ArgumentError, match=r"time: .* must be increasing whole numbers; use 0, 1"):
        iterate_map(lambda _, x: x, np.zeros(1), np.array(indices))


def test_map_stops_at_infinity():
    """X' = x^2 from 2 leaves the doubles after 10 steps."""
    message = "time: got 11; the map left the finite numbers; end earlier"
    with pytest.raises(ArgumentError, match=message), np.errstate(over="ignore"):
        iterate_map(lambda _, x: x**2, np.full(1, 2.0), np.array([0, 11]))


def test_flow_stops_at_a_pole():
    """dx/dt = x^2 from 1 is infinite at t = 1: the integrator says so."""
    with pytest.raises(ArgumentError, match=r"time: got 2.0; the integrator stopped"):
        solve_flow(
            lambda _, x: x**2,
            np.ones(1),
            np.array([0.0, 2.0]),
            relative_tolerance=1e-9,
            absolute_tolerance=1e-12,
        )


def test_vector_field_flows_in_its_own_shape():
    """A rotation of a (2, 3) state: cos and sin, at times that need not begin at 0."""
    field = VectorField(
        system="rotation",
        start=np.array([[1.0, 2, 3], [0, 0, 0]]),
        rates=lambda state: np.stack((-state[1], state[0])),
    )
    times = np.array([0.5, 1.0, 6.0])
    states = field.flow(times, relative_tolerance=1e-11, absolute_tolerance=1e-13)
    expected = np.stack((np.cos(times), np.sin(times)), axis=1)[:, :, None] * np.array([1, 2, 3])
    np.testing.assert_allclose(states, expected, atol=1e-9)
    observed = field.flow(
        times, relative_tolerance=1e-11, absolute_tolerance=1e-13, observe=lambda s: s[0].sum()
    )
    np.testing.assert_array_equal(observed, states[:, 0].sum(axis=1))
    for moments in (times, np.zeros(1)):
        several = field.flow(
            moments,
            relative_tolerance=1e-11,
            absolute_tolerance=1e-13,
            observe=lambda s: {"sum": s[0].sum(), "row": s[1]},
        )
        assert list(several) == ["sum", "row"]
        assert several["row"].shape == (len(moments), 3)
        exact = 6 * np.cos(moments)  # 1 + 2 + 3
        np.testing.assert_allclose(several["sum"], exact, atol=1e-8)


def test_time_in_the_law():
    """dx/dt = t x has the solution exp(t^2/2): time itself is handed to the law."""
    x, t = sympy.symbols("x t", real=True)
    law = System(
        name="driven",
        law={x: t * x},
        time=t,
        initial={x: sympy.Symbol("x0")},
        invariants=(Invariant("none", x, t * x),),
    )
    time = xr.DataArray([0.0, 1.0, 2.0], dims="time")
    found = integrate(law, xr.Dataset({"x0": 1.0}), time)
    np.testing.assert_allclose(found, np.exp(time**2 / 2), rtol=1e-8)


def test_fully_connected_mode_is_the_cnn_mode_without_gain(parameters, time):
    """N v = 1 turns one law into the other."""
    alone = parameters.assign(image_side=2.0, spectral_magnitude=0.5)
    xr.testing.assert_allclose(
        evaluate(linear_network.mode_law(), parameters, time),
        evaluate(linear_cnn.mode_law(), alone, time),
        rtol=1e-14,
    )


def descent_path(starts, step, singular, updates):
    """A under A' = A (1 + a (S - A))^2 from several starts, (start, update)."""
    values = xr.Dataset(
        {
            "singular_value": singular,
            "initial_strength": ("trial", np.asarray(starts) * singular),
            "step_size": step / singular,
        }
    )
    grid = xr.DataArray(np.arange(updates + 1), dims="update")
    return integrate(linear_network.descent_map(), values, grid).values


@settings(deadline=None, max_examples=50)
@given(start_strengths(0.9), start_strengths(0.9), step_sizes(0.5), st.floats(0.01, 100))
def test_descent_is_monotone_below_half(first, second, step, singular):
    """For a S <= 1/2, A rises, stays below S (up to rounding), and who starts ahead stays ahead."""
    path = descent_path([first, second], step, singular, 60)
    assert (np.diff(path) >= -1e-14 * singular).all()
    assert (path <= singular * (1 + 1e-14)).all()
    ahead, behind = (path[0], path[1]) if first >= second else (path[1], path[0])
    assert (ahead - behind >= -1e-14 * singular).all()


@settings(deadline=None, max_examples=40)
@given(start_strengths(), step_sizes(0.5), st.floats(0.01, 100))
def test_number_of_updates_to_third_order(start, step, singular):
    """T3 gives the index of every A that descent passes below 0.99 S, to 0.7 (a S)^2 updates.

    The factor of the next order: at most 0.624 among 400000 random starts and steps up to 1/2.
    """
    identity = linear_network.descent_time()
    symbols = (linear_network.STEP, linear_network.S, linear_network.A, linear_network.A0)
    updates_to = lambdify(identity.right / linear_network.STEP, symbols)
    path = descent_path([start], step, singular, int(8 / step))[0]
    passed = path < 0.99 * singular
    predicted = updates_to(step / singular, singular, path[passed], start * singular)
    error = abs(predicted - np.arange(len(path))[passed])
    assert error.max() <= 0.7 * step**2 + 1e-9


@pytest.mark.parametrize(("step", "stable"), [(0.99, True), (1.01, False)])
def test_stable_below_one(step, stable):
    """The fixed point's multiplier is 1 - 2 a S: A reaches S for a S < 1, a 2-cycle beyond."""
    end = descent_path([0.9], step, 1.0, 4000)[0, -2:]
    if stable:
        np.testing.assert_allclose(end, 1, atol=1e-12)
    else:
        assert end[0] != pytest.approx(end[1], abs=0.05)


def test_a_clock_starts_at_zero():
    """A number as initial value: the clock of one self-conjugate frequency ends where G = S.

    Balanced start k0 = b0 = q, n = 4, v = lambda = 1: G = 4 q^2 exp(2 theta), so theta* = ln(S/(4 q^2))/2.
    """
    start, singular = 0.1, 2.0
    values = xr.Dataset(
        {"singular_value": singular, "image_side": 4.0, "spectral_magnitude": 1.0, "variance": 1.0}
        | {"k0_1": start, "b0_1": start}
    )
    end = integrate(linear_cnn.clock(1), values, xr.DataArray([3.0], dims="time"))
    assert float(end[..., -1]) == pytest.approx(np.log(singular / (4 * start**2)) / 2, rel=1e-8)


def test_a_law_without_a_start_is_refused():
    """An aligned mode does not say where it starts: one error with the remedy, no KeyError."""
    with pytest.raises(ArgumentError, match="has no initial value of k, b"):
        integrate(linear_cnn.aligned_flow(1), xr.Dataset(), xr.DataArray([1.0], dims="time"))


def test_an_expression_takes_the_dimensions_of_what_stands_in_it():
    """The product of (mode) and (trial) has both; a symbol that does not stand in it adds none."""
    a, b, c = sympy.symbols("a b c")
    known = {
        a: xr.DataArray([1.0, 2.0], dims="mode", coords={"mode": [1, 2]}),
        b: xr.DataArray([3.0, 4.0, 5.0], dims="trial"),
        c: xr.DataArray(np.zeros(7), dims="time"),
    }
    found = evaluate_expression(a * b + 1, known)
    assert found.sizes == {"mode": 2, "trial": 3}
    assert found.sel(mode=2).values.tolist() == [7.0, 9.0, 11.0]
    assert evaluate_expression(sympy.Integer(2), known).sizes == {}
    with pytest.raises(ArgumentError, match="free symbols d"):
        evaluate_expression(a * sympy.Symbol("d"), known)
    off = known | {b: xr.DataArray([1.0, 2.0], dims="mode", coords={"mode": [1, 2 + 1e-12]})}
    with pytest.raises(ArgumentError, match="equal exactly"):
        evaluate_expression(a * b, off)
