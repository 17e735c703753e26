"""What the grid and the time step do to a frequency, and the step at which both cancel.

f is the frequency of mode (m, n) of the square drum, f_h that of its grid, f_d that of the grid
stepped in time (all 1/second); nu = c dt/h is the Courant number and z = pi/(2M) half the phase of
the fundamental from node to node. Expansions are at fixed nu: the step shrinks with the grid.
"""

import functools

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.drum.membrane import COLUMN, LENGTH, OMEGA, ROW, C, square_frequency
from theory.drum.stencil import (
    GRID_NAMES,
    SPACING,
    SPACINGS,
    WAVE_X,
    WAVE_Y,
    long_waves,
    nine_point_eigenvalue,
    nine_point_symbol,
    stencil_eigenvalue,
)
from theory.drum.steps import DT, angle, step_matrix
from theory.lattice import PAPER

NU = sympy.Symbol("nu", positive=True)
Z = sympy.Symbol("z", positive=True)

DISPERSION_NAMES = GRID_NAMES | {"dt": "time_step", "nu": "courant_number", "z": "half_phase"}


def grid_frequency() -> sympy.Expr:
    """Return c sqrt(mu_mn), the angular frequency of mode (m, n) of the grid (radian/second)."""
    return C * sympy.sqrt(sympy.factor(stencil_eigenvalue()))


def space_step_frequency() -> sympy.Expr:
    """Return f_h = (c/(pi h)) sqrt(sin^2(m pi/(2M)) + sin^2(n pi/(2M))): the grid, in exact time.

    Examples
    --------
    >>> space_step_frequency()
    c*sqrt(sin(pi*m/(2*M))**2 + sin(pi*n/(2*M))**2)/(pi*h)
    """
    return grid_frequency() / (2 * sympy.pi)


def grid_angle() -> sympy.Expr:
    """Return theta_mn, the angle by which mode (m, n) of the grid turns in a step (radian)."""
    return angle().subs(OMEGA, grid_frequency())


def time_step_frequency() -> sympy.Expr:
    """Return f_d = asin(pi dt f_h)/(pi dt): grid and time step, the frequency that is measured.

    Examples
    --------
    >>> time_step_frequency()
    asin(c*dt*sqrt(sin(pi*m/(2*M))**2 + sin(pi*n/(2*M))**2)/h)/(pi*dt)
    """
    return grid_angle() / (2 * sympy.pi * DT)


def _relative(frequency: sympy.Expr, order: int) -> sympy.Expr:
    """Return a frequency over that of the drum in z and nu; sines expanded up to ``z**order``."""
    ratio = frequency / square_frequency().subs(LENGTH, SPACINGS * SPACING)
    ratio = ratio.subs({DT: NU * SPACING / C, SPACINGS: sympy.pi / (2 * Z)})
    squares = sympy.sin(ROW * Z) ** 2 + sympy.sin(COLUMN * Z) ** 2
    # a factor z^2 comes out of the root, which has no expansion otherwise
    return ratio.subs(squares, sympy.factor(sympy.series(squares, Z, 0, order + 3).removeO()))


@functools.cache
def _expansion(expression: sympy.Expr, variable: sympy.Symbol, order: int) -> sympy.Expr:
    return sympy.expand(sympy.series(expression, variable, 0, order + 1).removeO())


@register(reference=Reference(PAPER, "Fig. 2", "sharpened"), names=DISPERSION_NAMES)
def deviation() -> Identity:
    """f_d/f = 1 + z^2 [nu^2 (m^2 + n^2)^2 - (m^4 + n^4)]/(6 (m^2 + n^2)) + O(z^4), for any mode."""
    expanded = _expansion(_relative(time_step_frequency(), 2), Z, 2)
    square = ROW**2 + COLUMN**2
    return Identity(
        name="deviation of a mode",
        left=expanded,
        right=1 + Z**2 * (NU**2 * square**2 - (ROW**4 + COLUMN**4)) / (6 * square),
        variable=Z,
        order=3,
        derivation=(
            Step("frequency of grid and step", time_step_frequency()),
            Step("over that of the drum, expanded in z at fixed nu", expanded),
        ),
    )


@register(reference=Reference(PAPER, "Fig. 2", "sharpened"), names=DISPERSION_NAMES)
def fundamental_deviation() -> Identity:
    """f_d/f = 1 + (2nu^2 - 1) z^2/6 [1 + (18nu^2 - 1) z^2/20 + (900nu^4 - 180nu^2 + 1) z^4/840].

    For m = n = 1, up to O(z^8): the factor 2nu^2 - 1 stands in every term.
    """
    lowest = _relative(time_step_frequency(), 6).subs({ROW: 1, COLUMN: 1})
    second, fourth = (18 * NU**2 - 1) / 20, (900 * NU**4 - 180 * NU**2 + 1) / 840
    return Identity(
        name="deviation of the fundamental",
        left=_expansion(lowest, Z, 6),
        right=1 + (2 * NU**2 - 1) * Z**2 / 6 * (1 + second * Z**2 + fourth * Z**4),
        variable=Z,
        order=7,
        derivation=(
            Step("frequency of grid and step", time_step_frequency()),
            Step("over that of the drum, expanded in z at fixed nu", _expansion(lowest, Z, 6)),
        ),
    )


def _logarithm(*, of_time: bool) -> sympy.Expr:
    """Expand ln(f_h/f), or ln(f_d/f_h), of the fundamental up to z^4."""
    lowest = {ROW: 1, COLUMN: 1}
    space = _relative(space_step_frequency(), 4).subs(lowest)
    both = _relative(time_step_frequency(), 4).subs(lowest)
    ratio = both / space if of_time else space
    return _expansion(sympy.log(_expansion(ratio, Z, 4)), Z, 4)


@register(reference=Reference(PAPER, "Fig. 2", "sharpened"), names=DISPERSION_NAMES)
def space_error() -> Identity:
    """ln(f_h/f) = -z^2/6 + O(z^4): the grid makes the fundamental flat, whatever the time step."""
    return Identity(
        name="error of the space step",
        left=_logarithm(of_time=False),
        right=-(Z**2) / 6,
        variable=Z,
        order=3,
        derivation=(Step("frequency of the grid", space_step_frequency()),),
    )


@register(reference=Reference(PAPER, "Fig. 2", "sharpened"), names=DISPERSION_NAMES)
def time_error() -> Identity:
    """ln(f_d/f_h) = nu^2 z^2/3 + O(z^4): the time step makes the fundamental sharp."""
    return Identity(
        name="error of the time step",
        left=_logarithm(of_time=True),
        right=NU**2 * Z**2 / 3,
        variable=Z,
        order=3,
        derivation=(Step("frequency of grid and step", time_step_frequency()),),
    )


@register(
    reference=Reference(PAPER, "Fig. 2", "ours"),
    names={"omega": "angular_frequency", "dt": "time_step"},
)
def mode_time_error() -> Identity:
    """ln(omega_d/omega) = (dt omega)^2/24 + O(dt^4): the time step makes every mode of any drum sharp.

    omega is the grid's own frequency of the mode, omega_d = theta/dt what is heard.
    """
    ratio = _expansion(angle() / (DT * OMEGA), DT, 4)
    return Identity(
        name="error of the time step, any drum",
        left=_expansion(sympy.log(ratio), DT, 4),
        right=(DT * OMEGA) ** 2 / 24,
        variable=DT,
        order=3,
        derivation=(Step("what is heard over the mode's own frequency", ratio),),
    )


def magic_step() -> sympy.Expr:
    """Return dt = h/(sqrt(2) c), nu = 1/sqrt(2): every diagonal mode of a square is exact (second)."""
    return SPACING / (sympy.sqrt(2) * C)


@register(reference=Reference(PAPER, "Fig. 2", "refuted"), names=DISPERSION_NAMES)
def magic_diagonal() -> Identity:
    """theta_mm = m pi/M at nu = 1/sqrt(2): f_d = m c/(sqrt(2) L), the drum's own frequency.

    Refutes that deviations are inevitable on this grid. Left, the cosine of theta from the step and
    the stencil; both angles lie between 0 and pi, for 0 < m < M.
    """
    half_trace = step_matrix("velocity_verlet").trace() / 2
    diagonal = C**2 * stencil_eigenvalue().subs(COLUMN, ROW)
    exact = square_frequency().subs({COLUMN: ROW, LENGTH: SPACINGS * SPACING})
    turn = 2 * sympy.pi * exact * magic_step()
    return Identity(
        name="magic step",
        left=half_trace.subs(OMEGA, sympy.sqrt(diagonal)).subs(DT, magic_step()),
        right=sympy.cos(turn),
        derivation=(
            Step("cosine of the angle of a step", half_trace),
            Step("omega^2 of a diagonal mode of the grid", diagonal),
            Step("angle of the drum's own mode in one magic step", turn),
        ),
    )


def _corrected(eigenvalue: sympy.Expr) -> sympy.Expr:
    """Return c^2 [mu + ((h^2 - c^2 dt^2)/12) mu^2]: errors of order h^2 and dt^2 cancel."""
    return C**2 * (eigenvalue + (SPACING**2 - (C * DT) ** 2) / 12 * eigenvalue**2)


def fourth_order_eigenvalue() -> sympy.Expr:
    """Return K' = c^2 [mu + ((h^2 - c^2 dt^2)/12) mu^2], mu of the nine-point stencil (1/second^2).

    Stepped by any stable form, omega^2 = K' gives every mode to fourth order.
    """
    return _corrected(nine_point_eigenvalue())


@register(reference=Reference(PAPER, "", "ours"), names=DISPERSION_NAMES)
def fourth_order() -> Identity:
    """omega_d^2 = c^2 k^2 + O(h^4), for waves in all directions and any nu.

    omega_d = (2/dt) asin(dt sqrt(K')/2) with K' of `fourth_order_eigenvalue`.
    """
    symbol = long_waves(nine_point_symbol(), 4)
    stiffness = sympy.expand(_corrected(symbol).subs(DT, NU * SPACING / C) / C**2)
    square = sympy.series(sympy.asin(Z) ** 2, Z, 0, 6).removeO()
    half_turn = NU * SPACING * sympy.sqrt(stiffness) / 2
    measured = square.subs(Z, half_turn) * (2 / (NU * SPACING)) ** 2
    return Identity(
        name="nine-point stencil, corrected",
        left=sympy.expand(measured),
        right=WAVE_X**2 + WAVE_Y**2,
        variable=SPACING,
        order=3,
        derivation=(
            Step("the nine-point stencil of a wave", symbol),
            Step("corrected, at dt = nu h/c", stiffness),
            Step("the square of the arc sine", square),
        ),
    )
