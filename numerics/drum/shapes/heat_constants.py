"""What corners and curved walls add to C, the constant of the heat trace: theory's laws in numbers."""

import numpy as np

from numerics.lambdify import lambdified
from theory.drum import heat_trace as law


def of_corners(angles: np.ndarray) -> float:
    """Return what corners of some inner angles, (corner,), add together."""
    return float(lambdified(law.corner_constant, law.ANGLE)(angles).sum())


def of_arc(opening: float) -> float:
    """Return what an arc of a circle adds, its opening in radians."""
    return float(lambdified(law.arc_constant, law.OPENING)(opening))


def of_smooth_walls(holes: int) -> float:
    """Return C of a drum with smooth walls and so many holes."""
    return float(lambdified(law.smooth_constant, law.HOLES)(holes))
