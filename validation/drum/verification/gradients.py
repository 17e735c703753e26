"""Are gradients in the wave speed right, and do they find a speed field?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from numerics.drum.drums import Drum, square
from numerics.drum.stepping import struck
from numerics.drum.wave_speed.gradients import autograd_gradient, reversible_gradient
from numerics.drum.wave_speed.listening import Listening, listen, loss
from numerics.drum.wave_speed.modal import modal_speed_gradient
from numerics.drum.wave_speed.motion import reconstructed_start
from validation.drum.square import exhibits


def _heard_by_four() -> tuple[Drum, Listening]:
    """Return a drum of M = 12 and what four listeners should hear of another one, 400 steps."""
    drum = square(12)
    generator = np.random.default_rng(1)
    other = square(12, speed=1 + 0.1 * generator.normal(size=drum.free.shape))
    listeners = [(3, 4), (6, 6), (8, 2), (10, 9)]
    strike = struck(drum, (6, 6))
    return drum, Listening(strike, listeners, 0.3, listen(other, strike, listeners, 0.3, 400))


def d36() -> float:
    """Largest difference of the reversible gradient from autograd's, over the largest entry."""
    drum, listening = _heard_by_four()
    _, found = reversible_gradient(drum, listening)
    _, reference = autograd_gradient(drum, listening)
    found, reference = found[drum.free], reference[drum.free]
    return float(np.abs(found - reference).max() / np.abs(reference).max())


def d37() -> float:
    """The same against central differences of the loss, at every seventh node."""
    drum, listening = _heard_by_four()
    _, found = reversible_gradient(drum, listening)
    errors = []
    for x, y in np.argwhere(drum.free)[::7]:
        sides = []
        for change in (1e-6, -1e-6):
            field = drum.speed_squared()
            field[x, y] += change
            sides.append(loss(square(12, speed=np.sqrt(field)), listening))
        errors.append(abs((sides[0] - sides[1]) / 2e-6 - found[x, y]))
    return float(np.max(errors) / np.abs(found[drum.free]).max())


def d38() -> float:
    """dJ/dc of a uniform speed through the modes against the sum of the stepped gradient, relative."""
    drum, listening = _heard_by_four()
    _, modal = modal_speed_gradient(drum, listening)
    _, stepped = reversible_gradient(drum, listening)
    return float(abs(modal / (2 * stepped[drum.free]).sum() - 1))  # dc^2 = 2 c dc, c = 1


def d38b() -> float:
    """Largest error of the squared speed that twelve listeners recover."""
    fields = exhibits.trained_speed()
    free = fields["target"].notnull().values
    return float(np.abs((fields["recovered"] - fields["target"]).values[free]).max())


def d39() -> float:
    """Start of M = 12 rebuilt from its end after 40,000 steps, displacement and velocity."""
    drum = square(12)
    return float(np.max(reconstructed_start(drum, struck(drum, (6, 6)), 0.3, 40_000)))


FUNCTIONS: dict[str, Callable[[], float]] = {
    "D36": d36,
    "D37": d37,
    "D38": d38,
    "D38b": d38b,
    "D39": d39,
}
