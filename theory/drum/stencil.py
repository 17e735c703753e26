"""The Laplacian on a square grid: the five-point and the nine-point stencil, and their eigenvalues.

h is the spacing of the nodes, M the number of spacings a side, so L = M h; the nodes 0 and M are
clamped. Eigenvalues are those of minus the stencil, in 1/length^2.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Bound, Identity, Reference, Step, register
from theory.drum.membrane import COLUMN, MODE_NAMES, ROW
from theory.lattice import FIVE_POINT, NODE_X, NODE_Y, PAPER, kernel_on, second_difference

SPACING = sympy.Symbol("h", positive=True)
SPACINGS = sympy.Symbol("M", integer=True, positive=True)
PHASE_X, PHASE_Y = sympy.symbols("alpha beta", positive=True)
WAVE_X, WAVE_Y = sympy.symbols("k_x k_y", positive=True)

GRID_NAMES = MODE_NAMES | {"h": "spacing", "M": "spacings", "i": "node_x", "j": "node_y"}

NINE_POINT = ImmutableMatrix([[1, 4, 1], [4, -20, 4], [1, 4, 1]]) / 6


def stencil_on(kernel: sympy.MatrixBase, field: sympy.Expr) -> sympy.Expr:
    """Apply a 3 x 3 kernel, over h^2, to a field of the nodes (i, j).

    Examples
    --------
    >>> stencil_on(FIVE_POINT, NODE_X**2 + NODE_Y**2).expand()
    4/h**2
    """
    return kernel_on(kernel, field) / SPACING**2


def eigenvalue_along(phase: sympy.Expr) -> sympy.Expr:
    """Return (4/h^2) sin^2(phase/2): minus the second difference of a wave along one axis.

    `phase` is its change from node to node, in radians.
    """
    return second_difference(phase) / SPACING**2


def _clamped(expression: sympy.Expr) -> sympy.Expr:
    return expression.subs(
        {PHASE_X: ROW * sympy.pi / SPACINGS, PHASE_Y: COLUMN * sympy.pi / SPACINGS}
    )


def stencil_symbol() -> sympy.Expr:
    """Return A + B, A and B the eigenvalues along the axes: the five-point stencil of a wave."""
    return eigenvalue_along(PHASE_X) + eigenvalue_along(PHASE_Y)


def nine_point_symbol() -> sympy.Expr:
    """Return A + B - h^2 A B/6: the nine-point stencil of a wave."""
    along_x, along_y = eigenvalue_along(PHASE_X), eigenvalue_along(PHASE_Y)
    return along_x + along_y - SPACING**2 * along_x * along_y / 6


def stencil_eigenvalue() -> sympy.Expr:
    """Return (4/h^2) [sin^2(m pi/(2M)) + sin^2(n pi/(2M))], of the clamped five-point stencil.

    Examples
    --------
    >>> stencil_eigenvalue().subs({SPACINGS: 3, SPACING: 1, ROW: 1, COLUMN: 1})
    2
    """
    return _clamped(stencil_symbol())


def nine_point_eigenvalue() -> sympy.Expr:
    """Return A + B - h^2 A B/6, of the clamped nine-point stencil.

    A = (4/h^2) sin^2(m pi/(2M)), B the same with n.
    """
    return _clamped(nine_point_symbol())


def grid_shape() -> sympy.Expr:
    """Return sin(m pi i/M) sin(n pi j/M), zero on the clamped nodes."""
    return _clamped(_wave())


def _wave() -> sympy.Expr:
    return sympy.sin(PHASE_X * NODE_X) * sympy.sin(PHASE_Y * NODE_Y)


@register(reference=Reference(PAPER, "", "ours"), names=GRID_NAMES)
def stencil_on_wave() -> Identity:
    """-Lap_h sin(alpha i) sin(beta j) = (4/h^2) [sin^2(alpha/2) + sin^2(beta/2)] times the same.

    The five-point stencil; clamping at i = M allows the phases alpha = m pi/M alone.
    """
    applied = -stencil_on(FIVE_POINT, _wave())
    return Identity(
        name="five-point stencil of a wave",
        left=applied / _wave(),
        right=stencil_symbol(),
        derivation=(
            Step("the stencil applied to a wave", applied),
            Step("divided by the wave, only half phases are left", stencil_symbol()),
            Step("clamped at both ends: alpha = m pi/M, beta = n pi/M", stencil_eigenvalue()),
        ),
    )


@register(reference=Reference(PAPER, "", "ours"), names=GRID_NAMES)
def grid_mode() -> Identity:
    """-Lap_h phi = mu_mn phi: sin(m pi i/M) sin(n pi j/M) is an eigenvector of the clamped grid."""
    return Identity(
        name="a mode of the clamped grid",
        left=-stencil_on(FIVE_POINT, grid_shape()),
        right=stencil_eigenvalue() * grid_shape(),
        derivation=stencil_on_wave().derivation,
    )


@register(reference=Reference(PAPER, "", "ours"), names=GRID_NAMES)
def nine_point_on_wave() -> Identity:
    """The nine-point kernel of sin(alpha i) sin(beta j) is A + B - h^2 A B/6 times the same."""
    applied = -stencil_on(NINE_POINT, _wave())
    return Identity(
        name="nine-point stencil of a wave",
        left=applied / _wave(),
        right=nine_point_symbol(),
        derivation=(Step("the stencil applied to a wave", applied),),
    )


@register(reference=Reference(PAPER, "", "ours"), names=GRID_NAMES)
def common_line() -> Identity:
    """mu_mn = 4/h^2 for every mode with m + n = M: M - 1 modes sound as one, whatever the size."""
    return Identity(
        name="the line m + n = M",
        left=stencil_eigenvalue().subs(COLUMN, SPACINGS - ROW),
        right=4 / SPACING**2,
        derivation=(Step("sine and cosine of the same angle", stencil_eigenvalue()),),
    )


@register(reference=Reference(PAPER, "", "ours"), names=GRID_NAMES)
def largest_eigenvalue() -> Identity:
    """The sharpest mode of the clamped grid, m = n = M - 1, has mu = 8 cos^2(pi/(2M))/h^2."""
    return Identity(
        name="largest eigenvalue of the grid",
        left=stencil_eigenvalue().subs({ROW: SPACINGS - 1, COLUMN: SPACINGS - 1}),
        right=8 * sympy.cos(sympy.pi / (2 * SPACINGS)) ** 2 / SPACING**2,
        derivation=(Step("every eigenvalue", stencil_eigenvalue()),),
    )


@register(reference=Reference(PAPER, "", "ours"), names=GRID_NAMES)
def eigenvalue_bound() -> Bound:
    """mu_mn <= 8/h^2, attained for m = n = M, which the clamped grid does not have."""
    cosines = sum(sympy.cos(k * sympy.pi / (2 * SPACINGS)) ** 2 for k in (ROW, COLUMN))
    return Bound(
        name="bound of the grid's eigenvalues",
        left=stencil_eigenvalue(),
        right=8 / SPACING**2,
        certificate=4 * cosines / SPACING**2,
        attained={ROW: SPACINGS, COLUMN: SPACINGS},
    )


def long_waves(symbol: sympy.Expr, order: int) -> sympy.Expr:
    """Expand a stencil's symbol at fixed wave numbers (radian/length), up to ``h**order``."""
    waves = symbol.subs({PHASE_X: WAVE_X * SPACING, PHASE_Y: WAVE_Y * SPACING})
    return sympy.expand(sympy.series(sympy.expand(waves), SPACING, 0, order + 1).removeO())


@register(reference=Reference(PAPER, "", "ours"), names={"h": "spacing"})
def five_point_error() -> Identity:
    """The five-point stencil prefers directions: mu = k^2 - (h^2/12) (k_x^4 + k_y^4) + O(h^4)."""
    return Identity(
        name="leading error of the five-point stencil",
        left=long_waves(stencil_symbol(), 4),
        right=WAVE_X**2 + WAVE_Y**2 - SPACING**2 * (WAVE_X**4 + WAVE_Y**4) / 12,
        variable=SPACING,
        order=3,
        derivation=(Step("expand in h", long_waves(stencil_symbol(), 4)),),
    )


@register(reference=Reference(PAPER, "", "ours"), names={"h": "spacing"})
def nine_point_error() -> Identity:
    """The nine-point stencil errs alike all round: mu = k^2 - (h^2/12) k^4 + O(h^4)."""
    square = WAVE_X**2 + WAVE_Y**2
    return Identity(
        name="leading error of the nine-point stencil",
        left=long_waves(nine_point_symbol(), 4),
        right=square - SPACING**2 * square**2 / 12,
        variable=SPACING,
        order=3,
        derivation=(Step("expand in h", long_waves(nine_point_symbol(), 4)),),
    )
