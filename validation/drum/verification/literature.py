"""What was known beforehand: published eigenvalues, the drums that they are of, and matrices of the pair."""

from __future__ import annotations

import numpy as np

# first of the L of three unit squares: Betcke and Trefethen 2005, "Reviving the method of particular
# solutions"
L_SHAPE = 9.6397238440219410527

# of the isospectral pair, legs of 2: Driscoll 1997, "Eigenmodes of isospectral drums"
_LEGS_OF_TWO = (
    *(2.53794399980, 3.65550971352, 5.17555935622, 6.53755744376, 7.24807786256, 9.20929499840),
    *(10.5969856913, 11.5413953956, 12.3370055014, 13.0536540557, 14.3138624643, 15.871302620),
    *(16.9417516880, 17.6651184368, 18.9810673877, 20.8823950433, 21.2480051774, 22.2328517930),
    *(23.7112974848, 24.4792340693, 24.6740110027, 26.0802400997, 27.3040189211, 28.1751285815),
    29.5697729132,
)
PAIR = 4 * np.array(_LEGS_OF_TWO)
"""Of the isospectral pair with legs of 1, (mode,), 25 of them."""

PAIR_ERROR = 4e-9
"""Of the last digit printed."""

TRANSPLANTATIONS = (
    (
        (0, 0, 1, -1, 1, -1, 0),
        (0, 1, 0, 1, 0, 1, 1),
        (1, 0, 0, 0, 1, -1, -1),
        (0, -1, 1, 0, 1, 0, -1),
        (-1, 0, -1, 1, 0, 0, 1),
        (1, -1, 0, -1, 1, 0, 0),
        (-1, 1, -1, 0, 0, 1, 0),
    ),
    (
        (1, -1, 0, 0, 0, 0, -1),
        (-1, 0, -1, 0, -1, 0, 0),
        (0, -1, 1, -1, 0, 0, 0),
        (1, 0, 0, -1, 0, -1, 0),
        (0, 1, 0, 0, -1, 1, 0),
        (0, 0, 1, 0, 0, -1, -1),
        (0, 0, 0, 1, -1, 0, 1),
    ),
)
"""X1 and X2 of the pair, for `theory.drum.transplantation.GLUINGS`: found
apart from the code that they check."""
