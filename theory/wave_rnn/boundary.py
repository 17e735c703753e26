"""Soft boundaries: what a wave does where omega jumps from one column of cells to the next.

A plane wave of wave number k_1 (radian a pixel) comes from the columns i <= 0 with omega_1 and meets those
with i >= 1 and omega_2 at normal incidence; both sides turn at the same Omega, so
4 sin^2(k_j/2) = (4/dt^2) sin^2(Omega dt/2) - omega_j. For oblique waves omega_j + 4 sin^2(k_y/2) stands for
omega_j. R is the reflected amplitude over the incoming one, undamped and linear.
"""

import sympy

from theory.claims import Identity, Reference, Step, register
from theory.errors import ArgumentError
from theory.kick_and_drift import DT
from theory.lattice import PAPER
from theory.wave_rnn.kernels import SCALE

K1, K2 = sympy.symbols("k_1 k_2", positive=True)
KAPPA = sympy.Symbol("kappa", positive=True)
FREQUENCY = sympy.Symbol("Omega", positive=True)
LOCAL = sympy.Symbol("omega_j", nonnegative=True)
COLUMN = sympy.Symbol("i", integer=True)
I = sympy.I  # noqa: E741 - the imaginary unit

BRANCHES = {"below": sympy.S.Zero, "above": sympy.pi}
BOUNDARY_NAMES = {
    "k_1": "wavenumber_in",
    "k_2": "wavenumber_out",
    "kappa": "inverse_depth",
    "Omega": "angular_frequency",
    "omega_j": "stiffness",
    "dt": "time_step",
}


def wave_number() -> sympy.Expr:
    """Return k = 2 asin(sqrt((4/dt^2) sin^2(Omega dt/2) - omega_j)/2) of a side (radian/pixel).

    Real where the difference lies between 0 and 4; see `depth` for the two gaps.
    """
    return 2 * sympy.asin(sympy.sqrt(_excess()) / 2)


def _excess() -> sympy.Expr:
    """Return (4/dt^2) sin^2(Omega dt/2) - omega_j, which is 4 sin^2(k_j/2)."""
    return 4 / DT**2 * sympy.sin(FREQUENCY * DT / 2) ** 2 - LOCAL


def depth(branch: str = "below") -> sympy.Expr:
    """Return 1/kappa, the depth to which a wave enters a side that it cannot cross (pixels).

    ``below`` the band k = i kappa, 4 sinh^2(kappa/2) = omega_j - (4/dt^2) sin^2(Omega dt/2); ``above``
    k = pi + i kappa and 4 cosh^2(kappa/2) = (4/dt^2) sin^2(Omega dt/2) - omega_j.
    """
    _require_branch(branch)
    if branch == "below":
        return 1 / (2 * sympy.asinh(sympy.sqrt(-_excess()) / 2))
    return 1 / (2 * sympy.acosh(sympy.sqrt(_excess()) / 2))


def reflection(incoming: sympy.Expr = K1, outgoing: sympy.Expr = K2) -> sympy.Expr:
    """Return R = (exp(i k_2) - exp(i k_1))/(exp(-i k_1) - exp(i k_2)); the transmitted wave is 1 + R.

    Examples
    --------
    >>> reflection(K1, K1)
    0
    """
    there, here = sympy.exp(sympy.expand(I * outgoing)), sympy.exp(I * incoming)
    return (there - here) / (1 / here - there)


def reflected_share(incoming: sympy.Expr = K1, outgoing: sympy.Expr = K2) -> sympy.Expr:
    """Return |R|^2 = sin^2((k_1 - k_2)/2)/sin^2((k_1 + k_2)/2), for real wave numbers."""
    return (sympy.sin((incoming - outgoing) / 2) / sympy.sin((incoming + outgoing) / 2)) ** 2


def _conjugate(expression: sympy.Expr) -> sympy.Expr:
    """Conjugate an expression of positive symbols."""
    return expression.subs(I, -I)


def _require_branch(branch: str) -> None:
    if branch not in BRANCHES:
        raise ArgumentError("branch", branch, "must be below or above", "name one of them")


@register(reference=Reference(PAPER, "9", "ours"), names=BOUNDARY_NAMES)
def matching() -> Identity:
    """R = (exp(i k_2) - exp(i k_1))/(exp(-i k_1) - exp(i k_2)), and 1 + R goes through.

    Left, solved from the two columns at the jump: each side's wave, continued by one column, is the other's.
    """
    reflected, through = sympy.symbols("R T")
    left = sympy.exp(I * K1 * COLUMN) + reflected * sympy.exp(-I * K1 * COLUMN)
    right = through * sympy.exp(I * K2 * COLUMN)
    conditions = [(left - right).subs(COLUMN, column) for column in (0, 1)]
    solved = sympy.solve(conditions, [reflected, through], dict=True)[0]
    return Identity(
        name="reflection at a jump of omega",
        left=sympy.ImmutableMatrix([solved[reflected], solved[through]]),
        right=sympy.ImmutableMatrix([reflection(), 1 + reflection()]),
        derivation=(
            Step("from the left: in and back", left),
            Step("to the right", right),
            Step("equal at the columns 0 and 1", sympy.Tuple(*conditions)),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=BOUNDARY_NAMES)
def reflection_by_sines() -> Identity:
    """R = exp(i k_1) sin((k_1 - k_2)/2)/sin((k_1 + k_2)/2): the share |R|^2 is a ratio of sines."""
    sines = sympy.sin((K1 - K2) / 2) / sympy.sin((K1 + K2) / 2)
    return Identity(
        name="reflection as a ratio of sines",
        left=reflection(),
        right=sympy.exp(I * K1) * sines,
        derivation=(
            Step("R by the matching of both columns", reflection()),
            Step("exp(i (k_1 + k_2)/2) taken out above, exp(i (k_2 - k_1)/2) below", sines),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=BOUNDARY_NAMES)
def reflected_energy() -> Identity:
    """|R|^2 = 1 - (sin k_2/sin k_1) |1 + R|^2: what is not reflected goes on.

    sin k |y|^2 is the flux of energy of a wave on the lattice, up to a factor that both sides share.
    """
    square = reflection() * _conjugate(reflection())
    through = (1 + reflection()) * (1 + _conjugate(reflection()))
    return Identity(
        name="energy at a jump of omega",
        left=square,
        right=1 - sympy.sin(K2) / sympy.sin(K1) * through,
        derivation=(
            Step("R", reflection()),
            Step("flux between columns: Im(conj(y_i) y_(i+1))", sympy.sin(K1)),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=BOUNDARY_NAMES | {"epsilon": "scale"})
def long_wave_reflection() -> Identity:
    """R = (k_1 - k_2)/(k_1 + k_2) (1 + i epsilon k_1) + O(epsilon^2): the continuum and what is next.

    epsilon scales both wave numbers; the correction is a phase, so |R| errs in the second order alone.
    """
    exact = reflection(SCALE * K1, SCALE * K2)
    expanded = sympy.series(exact, SCALE, 0, 2).removeO()
    return Identity(
        name="reflection of long waves",
        left=sympy.expand(expanded),
        right=(K1 - K2) / (K1 + K2) * (1 + I * SCALE * K1),
        variable=SCALE,
        order=1,
        derivation=(Step("R", exact),),
    )


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=BOUNDARY_NAMES,
    sizes=tuple({"branch": branch} for branch in BRANCHES),
)
def total_reflection(branch: str = "below") -> Identity:
    """1/R = conj(R), so |R| = 1, for k_2 = i kappa and for k_2 = pi + i kappa: the side is closed.

    A jump with omega_2 > (4/dt^2) sin^2(Omega dt/2) lets nothing through, whatever the direction.
    """
    _require_branch(branch)
    closed = reflection(K1, BRANCHES[branch] + I * KAPPA)
    # k_2 is not real here: its exponential is, and stays
    conjugate = closed.subs(sympy.exp(I * K1), sympy.exp(-I * K1))
    return Identity(
        name=f"total reflection {branch} the band",
        left=1 / closed,
        right=conjugate,
        derivation=(Step("R with an evanescent wave behind the jump", closed),),
    )


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=BOUNDARY_NAMES,
    sizes=tuple({"branch": branch} for branch in BRANCHES),
)
def evanescence(branch: str = "below") -> Identity:
    """exp(-kappa i) obeys (4/dt^2) sin^2(Omega dt/2) - omega_2 = -4 sinh^2(kappa/2): it dies within 1/kappa.

    (-1)^i exp(-kappa i) obeys + 4 cosh^2(kappa/2), above the band. Left, minus the second difference over
    the wave.
    """
    _require_branch(branch)
    wave = sympy.exp((I * BRANCHES[branch] - KAPPA) * COLUMN)
    difference = sum(
        weight * wave.subs(COLUMN, COLUMN + shift) for shift, weight in ((-1, -1), (0, 2), (1, -1))
    )
    sign = {"below": -1, "above": 1}[branch]
    half = sympy.exp(KAPPA / 2) + sign * sympy.exp(-KAPPA / 2)  # 2 sinh or 2 cosh
    return Identity(
        name=f"depth of a wave {branch} the band",
        left=sympy.expand(difference / wave, power_exp=True),
        right=sign * half**2,
        derivation=(
            Step("the wave behind the jump", wave),
            Step("minus its second difference, over the wave, is", sign * half**2),
            Step("which the frequency makes", _excess()),
            Step("its depth", depth(branch)),
        ),
    )
