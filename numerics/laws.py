"""Laws to trajectories: closed forms evaluated, flows integrated, maps iterated."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy
import xarray as xr

from numerics.lambdify import lambdify
from numerics.observations import Observation, stacked
from numerics.schema import align_exactly
from theory.claims import System
from theory.errors import ArgumentError


def evaluate(law: System, parameters: xr.Dataset, time: xr.DataArray) -> xr.DataArray | xr.Dataset:
    """Evaluate the closed form of a law.

    Parameters
    ----------
    law : System
    parameters : xr.Dataset
        Parameters and initial values under their names in data (`law.names`); every dimension of
        theirs broadcasts.
    time : xr.DataArray
        The law's own time, or the index of the map's step.

    Returns
    -------
    DataArray (one state variable) or Dataset
        With the dimensions of parameters and time.

    Raises
    ------
    ArgumentError
        If the law has no closed form, a parameter is missing, not finite or against the law's
        assumptions, or coordinates do not match exactly.

    Examples
    --------
    >>> from theory import linear_cnn
    >>> values = xr.Dataset({"singular_value": 2.0, "initial_strength": 1.0,
    ...                      "image_side": 4.0, "spectral_magnitude": 1.0})
    >>> float(evaluate(linear_cnn.mode_law(), values, xr.DataArray(0.0)))
    1.0
    """
    if not law.closed_form:
        raise ArgumentError("law", law.name, "has no closed form", "integrate it instead")
    if time.ndim == 1 and time.dims[0] not in time.coords:
        time = time.assign_coords({time.dims[0]: time.values})  # the result says when
    values = _parameter_values(law, parameters)
    solved = {}
    known = {law.time: time, **values}
    for variable, expression in law.closed_form.items():
        name = law.names.get(str(variable), str(variable))
        solved[name] = evaluate_expression(expression, known)
    return _as_result(solved, law)


def evaluate_expression(
    expression: sympy.Expr, values: Mapping[sympy.Symbol, xr.DataArray | float]
) -> xr.DataArray:
    """Evaluate an expression on labelled arrays, with the dimensions of those that stand in it.

    Parameters
    ----------
    values : mapping of sympy.Symbol to DataArray or number
        Those that do not stand in the expression are left out.

    Raises
    ------
    ArgumentError
        If a symbol has no value, or coordinates do not match exactly.

    Examples
    --------
    >>> a, b = sympy.symbols("a b")
    >>> known = {a: xr.DataArray([1.0, 2.0], dims="mode"), b: 3.0}
    >>> evaluate_expression(a * b, known).values.tolist(), evaluate_expression(b**2, known).item()
    ([3.0, 6.0], 9.0)
    """
    used = {s: xr.DataArray(x) for s, x in values.items() if s in expression.free_symbols}
    return xr.DataArray(_apply(lambdify(expression, tuple(used)), *used.values()))


def integrate(
    law: System,
    parameters: xr.Dataset,
    time: xr.DataArray,
    *,
    relative_tolerance: float = 1e-9,
    absolute_tolerance: float = 1e-12,
) -> xr.DataArray | xr.Dataset:
    """Integrate a flow (SciPy's DOP853), or iterate a map, from the law's initial values.

    Parameters
    ----------
    law : System
        Continuous law or map; its right-hand sides are evaluated, not its closed form.
    parameters : xr.Dataset
        Parameters and initial values under their names in data.
    time : xr.DataArray
        One-dimensional and increasing; for a map, indices of steps.

    Returns
    -------
    DataArray (one state variable) or Dataset
        With the dimensions of the parameters, then that of time.

    Raises
    ------
    ArgumentError
        As for `evaluate`; and if the integration fails or a map leaves the finite numbers.
    """
    missing = [str(variable) for variable in law.state if variable not in law.initial]
    if missing:
        raise ArgumentError(
            "law",
            law.name,
            f"has no initial value of {', '.join(missing)}",
            "state it in `initial`",
        )
    values = _parameter_values(law, parameters)
    initial = [sympy.sympify(law.initial[variable]) for variable in law.state]
    starts = [xr.DataArray(float(x)) if x.is_number else values[x] for x in initial]
    fixed = {s: x for s, x in values.items() if s not in set(initial)}
    template = xr.broadcast(*align_exactly("parameters", *starts, *fixed.values()))[0]
    sizes = dict(template.sizes)

    def spread(array: xr.DataArray) -> np.ndarray:
        return array.broadcast_like(template).transpose(*sizes).values

    arguments = [spread(x) for x in fixed.values()]
    rates = [lambdify(law.law[v], [law.time, *law.state, *fixed]) for v in law.state]

    def move(moment: float, state: np.ndarray) -> np.ndarray:
        moved = np.empty_like(state)
        for number, rate in enumerate(rates):
            moved[number] = rate(moment, *state, *arguments)
        return moved

    start = np.stack([spread(x) for x in starts])
    moments = np.asarray(time.values, dtype=float)
    if law.is_map:
        path = iterate_map(move, start, moments)
    else:
        path = solve_flow(
            move,
            start,
            moments,
            relative_tolerance=relative_tolerance,
            absolute_tolerance=absolute_tolerance,
        )
    (dim,) = time.dims
    solved = {}
    for number, variable in enumerate(law.state):
        moved = np.moveaxis(path[:, number], 0, -1)
        solved[law.names.get(str(variable), str(variable))] = xr.DataArray(
            moved, dims=(*sizes, dim), coords={**template.coords, dim: time.coords.get(dim, time)}
        )
    return _as_result(solved, law)


@dataclasses.dataclass(frozen=True)
class VectorField:
    """A law for any size, written once as arrays; it names the System whose law it is.

    Parameters
    ----------
    system : str
        Name of the registered claim; a test holds both equal at the smallest sizes.
    start : ndarray
        Real state, any shape.
    rates : callable
        From a state to its rate, same shape.
    """

    system: str
    start: np.ndarray
    rates: Callable[[np.ndarray], np.ndarray]

    def flow(
        self,
        times: np.ndarray,
        *,
        relative_tolerance: float,
        absolute_tolerance: float,
        observe: Callable[[np.ndarray], Observation] = np.copy,
    ) -> Any:
        """Integrate; return what is observed of the states at `times`, times first."""
        return solve_flow(
            lambda _, state: self.rates(state),
            self.start,
            times,
            relative_tolerance=relative_tolerance,
            absolute_tolerance=absolute_tolerance,
            observe=observe,
        )


def solve_flow(
    rates: Callable[[float, np.ndarray], np.ndarray],
    start: np.ndarray,
    times: np.ndarray,
    *,
    relative_tolerance: float,
    absolute_tolerance: float,
    observe: Callable[[np.ndarray], Observation] = np.copy,
) -> Any:
    """Integrate real ordinary differential equations by DOP853, from time 0.

    Parameters
    ----------
    times : ndarray, (time,)
        Increasing, from 0 on.
    observe : callable
        From a state to what is kept of it: the states of many times may not fit into memory.

    Returns
    -------
    ndarray, shape (time, ...), or several by their names as `observe` has them

    Raises
    ------
    ArgumentError
        If times do not increase or the integrator gives up.
    """
    from scipy.integrate import DOP853

    times = np.asarray(times, dtype=float)
    if times.ndim != 1 or len(times) == 0 or times[0] < 0 or np.any(np.diff(times) <= 0):
        raise ArgumentError("time", times, "must be one-dimensional, increasing from 0", "sort it")
    if times[-1] == 0:
        return stacked([observe(start)])
    solver = DOP853(
        lambda moment, state: rates(moment, state.reshape(start.shape)).ravel(),
        0.0,
        start.ravel().astype(float),
        t_bound=times[-1],
        rtol=relative_tolerance,
        atol=absolute_tolerance,
    )
    kept = [observe(start)] if times[0] == 0 else []
    while len(kept) < len(times):
        before = solver.t, solver.y
        failure = solver.step()
        if solver.status == "failed":
            raise ArgumentError(
                "time", float(times[-1]), f"the integrator stopped: {failure}", "end earlier"
            )
        while len(kept) < len(times) and times[len(kept)] <= solver.t:
            inside = _within_step(solver, *before, times[len(kept)])
            kept.append(observe(inside.reshape(start.shape)))
    return stacked(kept)


def _within_step(solver: Any, moment: float, state: np.ndarray, wanted: float) -> np.ndarray:
    """Return the state inside the solver's last step, which began at `moment`, by a shorter step.

    DOP853's own interpolant is of lower order: with steps near the stability limit it was off by
    400 times the error at the ends of the steps.
    """
    from scipy.integrate import DOP853

    if wanted == solver.t:
        return solver.y
    shorter = DOP853(
        solver.fun,
        moment,
        state,
        t_bound=wanted,
        first_step=wanted - moment,
        rtol=solver.rtol,
        atol=solver.atol,
    )
    while shorter.status == "running":
        shorter.step()
    return shorter.y


def iterate_map(
    step: Callable[[float, np.ndarray], np.ndarray], start: np.ndarray, indices: np.ndarray
) -> np.ndarray:
    """Iterate a map and keep the states at the given indices, shape ``(index, *start.shape)``.

    Raises
    ------
    ArgumentError
        If indices are not increasing whole numbers from 0 on, or the state becomes infinite.
    """
    wanted = np.asarray(indices)
    if np.any(wanted < 0) or np.any(wanted != np.round(wanted)) or np.any(np.diff(wanted) <= 0):
        raise ArgumentError("time", indices, "must be increasing whole numbers", "use 0, 1, 2, ...")
    kept = np.empty((len(wanted), *start.shape))
    state, done = start.astype(float), 0
    for position, index in enumerate(wanted.astype(int).tolist()):
        for moment in range(done, index):
            state = step(moment, state)
        kept[position], done = state, index
    if not np.isfinite(kept).all():
        raise ArgumentError(
            "time", int(wanted[-1]), "the map left the finite numbers", "end earlier"
        )
    return kept


def _parameter_values(law: System, parameters: xr.Dataset) -> dict[sympy.Symbol, xr.DataArray]:
    values: dict[sympy.Symbol, xr.DataArray] = {}
    for symbol in law.parameters:
        name = law.names.get(str(symbol), str(symbol))
        if name not in parameters:
            have = ", ".join(map(str, parameters.variables)) or "nothing"
            raise ArgumentError("parameters", have, f"{law.name} needs {name}", f"add {name}")
        value = parameters[name]
        if not np.isfinite(value).all():
            raise ArgumentError(name, value.values, "must be finite", "remove what is not")
        if symbol.is_positive and not bool((value > 0).all()):
            raise ArgumentError(
                name, float(value.min()), "must be positive", "choose a positive value"
            )
        values[symbol] = value
    for condition in law.given:
        if condition.free_symbols <= set(values):
            symbols = sorted(condition.free_symbols, key=str)
            met = _apply(lambdify(condition, symbols), *(values[s] for s in symbols))
            if not bool(met.all()):
                shown = ", ".join(f"{s} = {values[s].values}" for s in symbols)
                raise ArgumentError(
                    "parameters", shown, f"{law.name} holds for {condition}", "change the start"
                )
    return values


def _apply(function: Callable, *arrays: xr.DataArray) -> xr.DataArray:
    return xr.apply_ufunc(function, *align_exactly("parameters", *arrays))


def _as_result(solved: dict[str, xr.DataArray], law: System) -> xr.DataArray | xr.Dataset:
    for name, array in solved.items():
        array.name = name
        array.attrs = {"long_name": name.replace("_", " "), "units": "1", "law": law.name}
    return next(iter(solved.values())) if len(solved) == 1 else xr.Dataset(solved)
