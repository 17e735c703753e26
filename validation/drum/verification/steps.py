"""Do the steps do what their forms say, on squares whose modes are known?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from numerics.drum.drums import Drum, laplacian, square
from numerics.drum.energies import shadow_energy
from numerics.drum.estimators.one_line import hann_two_point
from numerics.drum.forms import FORMS
from numerics.drum.lines import angles
from numerics.drum.modes import largest_step, operator
from numerics.drum.sound import RATE, step_for_pitch
from numerics.drum.square_modes import (
    square_eigenvalues,
    square_jump,
    square_largest_step,
    square_lines,
)
from numerics.drum.stepping import Stepper, struck
from numerics.lambdify import lambdify
from theory.drum import membrane, stencil, steps
from validation.drum.square import exhibits, film

STEPS = (0.1, 0.5, 2**-0.5)
PITCHES = (110.0, 220.0, 300.0)  # Hz


def d9() -> float:
    """Largest relative change of the energy that a form keeps: random states of M = 13, 5000 steps."""
    swings = []
    drum, q, v = exhibits.random_state(13)
    for dt in (0.1, 0.5, 0.7):
        for form in FORMS:
            stepper = Stepper([drum], [q], [dt], form, [v])
            energies = []
            for _ in range(51):
                state = stepper.displacement(), stepper.velocity()
                energies.append(shadow_energy(drum, *state, dt, form))
                stepper.step(100)
            swings.append(_swing(energies))
        swings.append(_swing(_two_step_energies(drum, q, v, dt)))
    return float(np.max(swings))


def _swing(energies: list[float]) -> float:
    return float(np.abs(np.divide(energies, energies[0]) - 1).max())


def _two_step_energies(drum: Drum, q: np.ndarray, v: np.ndarray, dt: float) -> list[float]:
    """Step the leapfrog in two displacements; |dq/dt|^2/2 + q'.Kq/2 every 100 steps."""
    before, now = q, q + dt * v
    energies = []
    for n in range(5001):
        pulled = drum.free * laplacian(now)
        if n % 100 == 0:
            moving = ((now - before) / dt) ** 2
            energies.append(float((moving.sum() - (before * pulled).sum()) / 2))
        before, now = now, 2 * now - before + dt**2 * pulled
    return energies


def d10() -> float:
    """Largest defect of X^T J X = J and of determinant 1 for the one-step matrices of M = 6 drums."""
    defects = []
    drum = square(6)
    nodes = drum.nodes
    turn = np.block(
        [[np.zeros((nodes, nodes)), np.eye(nodes)], [-np.eye(nodes), np.zeros((nodes, nodes))]]
    )
    for dt in STEPS:
        for form in FORMS:
            step = _step_matrix(drum, dt, form)
            defects.append(np.abs(step.T @ turn @ step - turn).max())
            defects.append(abs(np.linalg.det(step) - 1))
    return float(np.max(defects))


def _step_matrix(drum: Drum, dt: float, form) -> np.ndarray:
    """Return the matrix of one step on (q, v), column by column from the stepper itself."""
    columns = []
    for k in range(2 * drum.nodes):
        unit = np.zeros((2, drum.nodes))
        unit.ravel()[k] = 1.0
        q, v = np.nan_to_num(drum.field(unit))
        stepper = Stepper([drum], [q], [dt], form, [v])
        stepper.step()
        columns.append(
            np.concatenate([f[drum.free] for f in (stepper.displacement(), stepper.velocity())])
        )
    return np.stack(columns, axis=1)


def d11() -> float:
    """Log-determinant of explicit Euler's step on M = 8 against the sum over its modes."""
    matrix, dt = operator(square(8)).toarray(), 0.3
    unit = np.eye(len(matrix))
    _, found = np.linalg.slogdet(np.block([[unit, dt * unit], [-dt * matrix, unit]]))
    return float(abs(found - np.log1p(dt**2 * square_eigenvalues(8)).sum()))


def d12() -> float:
    """Stability limit from the largest eigenvalue against h/(c sqrt(2) cos(pi/(2M)))."""
    law = lambdify(steps.stability_limit(), (membrane.C, stencil.SPACING, stencil.SPACINGS))
    found = [
        abs(largest_step(square(m, spacing=h, speed=c)) / law(c, h, m) - 1)
        for m, h, c in ((5, 1.0, 1.0), (13, 0.5, 2.0), (21, 1.0, 0.7))
    ]
    return float(np.max(found))


def d13() -> float:
    """Diagonal modes of M = 17 at the magic step against the continuum's frequency, relative."""
    m = np.arange(1, 17)
    turned = np.diag(angles(square_eigenvalues(17), 2**-0.5))
    return float(np.abs(turned / (m * np.pi / 17) - 1).max())


def d15() -> float:
    """Whole field at step 40,000, by one sine transform, against stepping; M = 13, 20 at three steps."""
    cases = [(m, dt) for m in (13, 20) for dt in STEPS]
    drums = [square(m) for m, _ in cases]
    starts = [struck(d, (m // 2, m // 2)) for d, (m, _) in zip(drums, cases, strict=True)]
    stepper = Stepper(drums, starts, [dt for _, dt in cases])
    stepper.step(40_000)
    errors = [
        np.abs(square_jump(start, dt, 40_000) - stepper.displacement(k)).max()
        for k, (start, (_, dt)) in enumerate(zip(starts, cases, strict=True))
    ]
    return float(np.max(errors))


def d20() -> float:
    """Lines heard at the centre of M = 14 and 20, against 25 and 51."""
    counts = [len(square_lines(m, 0.1).angles) for m in (14, 20)]
    return float(sum(abs(a - b) for a, b in zip(counts, (25, 51), strict=True)))


def d43b() -> float:
    """Pitch heard in two seconds of drums whose time step was chosen for it, M = 13, 20, 64, relative."""
    errors = []
    for spacings in (13, 20, 64):
        lowest, limit = square_eigenvalues(spacings)[0, 0], square_largest_step(spacings)
        for pitch in PITCHES:
            dt = step_for_pitch(pitch, lowest, largest_step=limit)
            heard = hann_two_point(square_lines(spacings, dt).signal(2 * RATE), 1 / RATE)
            errors.append(abs(heard / pitch - 1))
    return float(np.max(errors))


def d45() -> float:
    """Largest difference of the film's pictures between jumps and the stepped network, M = 64."""
    return float(np.abs(film.shot()["displacement"].values - film.exact()).max())


FUNCTIONS: dict[str, Callable[[], float]] = {
    "D9": d9,
    "D10": d10,
    "D11": d11,
    "D12": d12,
    "D13": d13,
    "D15": d15,
    "D20": d20,
    "D43b": d43b,
    "D45": d45,
}
