"""Square drums in closed form: their eigenvalues, and what is heard and seen of them without stepping."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from numerics.drum.drums import require_whole, square
from numerics.drum.forms import Form
from numerics.drum.lines import Lines, angles, from_rest


def square_eigenvalues(spacings: int, spacing: float = 1.0) -> np.ndarray:
    """Return the eigenvalues of minus the stencil on a square, (m, n) from 1 to M-1.

    mu = (4/h^2) (sin^2(m pi/(2M)) + sin^2(n pi/(2M))), `theory.drum.stencil_eigenvalue`.
    """
    require_whole("spacings", spacings, 2)
    squared = np.sin(np.arange(1, spacings) * np.pi / (2 * spacings)) ** 2
    return 4 / spacing**2 * (squared[:, None] + squared[None, :])


def square_largest_step(spacings: int, spacing: float = 1.0, speed: float = 1.0) -> float:
    """Return the stability limit of a square drum's time step, h/(sqrt(2) c cos(pi/(2M)))."""
    require_whole("spacings", spacings, 2)
    return float(spacing / (speed * np.sqrt(2) * np.cos(np.pi / (2 * spacings))))


def square_strike(
    spacings: int, strike: Sequence[int], listen: Sequence[int] | None = None
) -> np.ndarray:
    """Return the amplitude of each mode (m, n) of a square drum struck by 1 and heard at a node.

    (4/M^2) sin(m pi i0/M) sin(n pi j0/M) sin(m pi i1/M) sin(n pi j1/M).

    Raises
    ------
    ArgumentError
        If one of the nodes is not free.
    """
    drum, m = square(spacings), np.arange(1, spacings)
    struck = drum.require_free("strike", strike)
    heard = struck if listen is None else drum.require_free("listen", listen)
    x0, y0, x1, y1 = (np.sin(np.pi * m * i / spacings) for i in (*struck, *heard))
    return 4 / spacings**2 * (x0 * x1)[:, None] * (y0 * y1)[None, :]


def square_lines(
    spacings: int,
    courant: float,
    form: Form = "velocity_verlet",
    strike: Sequence[int] | None = None,
    listen: Sequence[int] | None = None,
) -> Lines:
    """Return the lines of a square drum struck by 1.

    Parameters
    ----------
    spacings : int
        M.
    courant : float
        nu = c dt/h.
    strike, listen : pair of int
        Nodes, the rim counted; (M//2, M//2), and the struck node, by default.

    Raises
    ------
    ArgumentError
        For a Courant number at or above the stability limit, nodes that are not free, an unknown
        form.
    """
    if strike is None:
        strike = (spacings // 2, spacings // 2)
    turned = angles(square_eigenvalues(spacings), courant, name="courant")
    return Lines.merged(turned, square_strike(spacings, strike, listen), form)


def square_jump(
    displacement: np.ndarray, courant: float, steps: int, form: Form = "velocity_verlet"
) -> np.ndarray:
    """Return a square drum's displacement after any number of steps from rest, rim included.

    Sine transform, every mode turned, and back: (M+1) x (M+1) in, the same out.

    Raises
    ------
    ArgumentError
        As `square_lines`; for a displacement that is no square or not finite.
    """
    from scipy.fft import dstn, idstn

    spacings = len(displacement) - 1
    start = square(spacings).require_field("displacement", displacement)
    turned = angles(square_eigenvalues(spacings), courant, name="courant")
    spectrum = dstn(start[1:-1, 1:-1], type=1) * from_rest(turned, steps, form)
    moved = np.zeros_like(start)
    moved[1:-1, 1:-1] = idstn(spectrum, type=1)
    return moved
