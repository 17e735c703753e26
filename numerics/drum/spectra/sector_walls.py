"""How the lowest eigenvalue of a sector follows its walls."""

from __future__ import annotations

import numpy as np

from numerics.drum.shapes.curved import Sector
from numerics.drum.shapes.rings import require_length
from numerics.drum.spectra.exact import sector_spectrum
from theory.errors import ArgumentError


def sector_wall_rate(sector: Sector, apart: float, sides: int = 2) -> tuple[float, float]:
    """Return how fast ln(lambda_1) of a sector falls as its walls move outward, and what is left out.

    The integral of (du/dn)^2 over the walls, over lambda_1; u has unit L2 norm (Hadamard 1908). With
    j = j_{nu,1} and nu = pi/beta the arc adds 2/R and the straight sides the integral over x = r/R of
    8 nu^2 (J_nu(j x)/x)^2/(beta R j^2 J_{nu+1}(j)^2): it goes as x^(2 nu - 2), and diverges at a slit.

    Parameters
    ----------
    apart : float
        Distance from the apex at which the sides begin, positive.
    sides : int
        How many of the two straight sides move; the arc always does.

    Returns
    -------
    rate : float
        1/length.
    left : float
        Share of lambda_1 that u has nearer to the apex, about: no move of the sides by `apart`
        changes more there.

    Raises
    ------
    ArgumentError
        For a distance that is not positive, or not below the radius; for sides that it has not.

    Examples
    --------
    >>> rate, _ = sector_wall_rate(Sector(np.pi / 2), 0.01)
    >>> round(rate, 3)
    4.716
    """
    from scipy.integrate import quad
    from scipy.special import jv

    if sides not in (0, 1, 2):
        raise ArgumentError("sides", sides, "must be 0, 1 or 2", "choose one")
    nearest = require_length("apart", apart) / sector.radius
    if nearest >= 1:
        raise ArgumentError("apart", apart, f"must be below {sector.radius}", "make it less")
    order = np.pi / sector.angle
    zero = np.sqrt(sector_spectrum(sector.angle, 1.0, 1).eigenvalues[0])
    weight = (zero * jv(order + 1, zero)) ** 2
    # dx = x dt with t = ln x: near the apex the integrand is steep in x
    slopes, _ = quad(lambda t: jv(order, zero * np.exp(t)) ** 2 * np.exp(-t), np.log(nearest), 0)
    rate = 2 + sides * 4 * order**2 * slopes / (sector.angle * weight)
    left = sides * order * jv(order, zero * nearest) ** 2 / weight
    return float(rate / sector.radius), float(left)
