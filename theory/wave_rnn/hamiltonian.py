"""The energy of the network with tanh: a canonical system in p = -W z, and what a step makes of it.

Undamped, with the same omega in every cell and a symmetric W. The cells are numbered as in
`invariants`; log cosh is the potential of tanh.
"""

import sympy
from sympy import ImmutableMatrix

from theory.claims import Identity, Invariant, Reference, Step, System, register
from theory.fourier import symbols_of
from theory.kick_and_drift import DT
from theory.lattice import PAPER
from theory.wave_rnn.invariants import operator, positions, velocities
from theory.wave_rnn.step import OMEGA, STEP_NAMES, stepped

TIME = sympy.Symbol("t", real=True)
ARGUMENT = sympy.Symbol("u", real=True)
POTENTIAL = sympy.log(sympy.cosh(ARGUMENT))
HAMILTON_NAMES = STEP_NAMES | {"t": "time"}


def _forces(cells: int) -> ImmutableMatrix:
    """Return the slope of log cosh at W y: tanh(W y), as sinh over cosh."""
    slope = sympy.diff(POTENTIAL, ARGUMENT)
    return (operator(cells) * positions(cells)).applyfunc(lambda u: slope.subs(ARGUMENT, u))


def accelerations(cells: int) -> ImmutableMatrix:
    """Return tanh(W y) - omega y, one a cell."""
    return _forces(cells) - OMEGA * positions(cells)


def energy(cells: int) -> sympy.Expr:
    """Return H = <z, -W z>/2 + sum_i log cosh((W y)_i) + omega <y, -W y>/2."""
    coupling, y, z = operator(cells), positions(cells), velocities(cells)
    local = sum((POTENTIAL.subs(ARGUMENT, u) for u in coupling * y), sympy.S.Zero)
    return -z.dot(coupling * z) / 2 + local - OMEGA * y.dot(coupling * y) / 2


def modified_energy(cells: int) -> sympy.Expr:
    """Return H2 = H - (dt/2) <z, W (tanh(W y) - omega y)>, kept by the step to one order more."""
    pull = operator(cells) * accelerations(cells)
    return energy(cells) - DT / 2 * velocities(cells).dot(pull)


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=HAMILTON_NAMES,
    sizes=({"cells": 1}, {"cells": 2}),
)
def nonlinear_energy(cells: int = 2) -> System:
    """The law y' = z, z' = tanh(W y) - omega y conserves H, an energy that is not in the paper.

    H = <z, -W z>/2 + sum log cosh(W y) + omega <y, -W y>/2; the kinetic part has the kernel in it.
    """
    y, z = positions(cells), velocities(cells)
    return System(
        name=f"network in continuous time, {cells} cells",
        law=dict(zip((*y, *z), (*z, *accelerations(cells)), strict=True)),
        time=TIME,
        invariants=(Invariant("H", energy(cells)),),
        derivation=(
            Step("tanh is the slope of", POTENTIAL),
            Step("so W tanh(W y) is the gradient of sum log cosh((W y)_i); H =", energy(cells)),
        ),
    )


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=HAMILTON_NAMES,
    sizes=({"cells": 1}, {"cells": 2}),
)
def canonical(cells: int = 2) -> Identity:
    """With p = -W z: y' = dH/dp and p' = -dH/dy, so the network is a canonical system.

    Written without the inverse of W: W y' = -dH/dz, W z' = dH/dy.
    """
    z, coupling = velocities(cells), operator(cells)
    rates = [ImmutableMatrix(coupling * rate) for rate in (z, accelerations(cells))]
    return Identity(
        name=f"canonical form, {cells} cells",
        left=_symplectic_gradient(energy(cells), cells),
        right=ImmutableMatrix.vstack(*rates),
        derivation=(
            Step("the energy", energy(cells)),
            Step("momentum p = -W z", -coupling * z),
            Step("W y' and W z' of the network", ImmutableMatrix.vstack(*rates)),
        ),
    )


def _symplectic_gradient(function: sympy.Expr, cells: int) -> ImmutableMatrix:
    """Return (-dH/dz, dH/dy), which is (W y', W z')."""
    kicks = [-sympy.diff(function, z) for z in velocities(cells)]
    return ImmutableMatrix(kicks + [sympy.diff(function, y) for y in positions(cells)])


def modified_rates(cells: int) -> ImmutableMatrix:
    """Return (y', z') of the flow whose step of dt is the network's, up to the first order in dt.

    A flow F + dt G moves by dt F + dt^2 (G + (dF) F/2); the step's second order gives G.
    """
    y, z = positions(cells), velocities(cells)
    state = ImmutableMatrix([*y, *z])
    rates = ImmutableMatrix([*z, *accelerations(cells)])
    moved = [stepped(*cell, OMEGA, sympy.S.Zero) for cell in zip(y, z, _forces(cells), strict=True)]
    step = ImmutableMatrix([m[0] for m in moved] + [m[1] for m in moved]) - state
    second = step.applyfunc(lambda entry: sympy.expand(entry).coeff(DT, 2))
    return rates + DT * (second - rates.jacobian(state) * rates / 2)


@register(
    reference=Reference(PAPER, "9", "ours"),
    names=HAMILTON_NAMES,
    sizes=({"cells": 1},),
    slow_sizes=({"cells": 2},),
)
def modified_hamiltonian(cells: int = 1) -> Identity:
    """The step follows H2 = H - (dt/2) <z, W (tanh(W y) - omega y)> up to O(dt^2), and H up to O(dt).

    So H moves to and fro by O(dt) without drift, H2 by O(dt^2). Left, W times the rates of the flow that
    passes through the steps; right, minus dH2/dz and dH2/dy.
    """
    coupling = operator(cells)
    rates = modified_rates(cells)
    left = ImmutableMatrix.vstack(
        ImmutableMatrix(coupling * rates[:cells, :]), ImmutableMatrix(coupling * rates[cells:, :])
    )
    right = _symplectic_gradient(modified_energy(cells), cells)
    return Identity(
        name=f"energy that the step follows, {cells} cells",
        left=left.applyfunc(sympy.expand),
        right=right,
        variable=DT,
        order=1,
        derivation=(
            Step("the flow through the steps", rates),
            Step("H2", modified_energy(cells)),
        ),
    )


@register(reference=Reference(PAPER, "9", "ours"), names=HAMILTON_NAMES)
def no_energy() -> Identity:
    """With omega(x) and tanh the force W diag(omega) y is no gradient: its curl is W_01 (omega_1 - omega_0).

    Two cells. Zero only where W and diag(omega) commute, so H is an energy of uniform omega alone.
    """
    coupling, local = operator(2), sympy.diag(*symbols_of("omega", 2))
    force = coupling * local * positions(2)
    slopes = ImmutableMatrix(force).jacobian(positions(2))
    return Identity(
        name="curl of the force with omega(x)",
        left=sympy.expand(slopes[0, 1] - slopes[1, 0]),
        right=coupling[0, 1] * (local[1, 1] - local[0, 0]),
        derivation=(Step("the force on p = -W z", force), Step("its slopes", slopes)),
    )
