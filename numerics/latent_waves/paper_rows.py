"""What the paper prints: its equations with corrected terms, and the settings of its Table 3."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from theory.latent_waves.equations import Equation, Term


@dataclasses.dataclass(frozen=True)
class PaperRow:
    """A row of Tables 1 and 3.

    Parameters
    ----------
    side, images : int
        Pixels along a side, and images of the set.
    p : float
        Exponent of the radius as printed; the printed digits come out with p = 2.
    start, end : int
        Frames start <= j < end.
    threshold : float
        As printed; it selects the printed terms in no row tried.
    coefficients : mapping of Term to float
        For u, x and t scaled to [0, 1]. The print has u_x for u in front of derivatives: its
        library holds powers of u alone.
    """

    side: int
    images: int
    p: float
    start: int
    end: int
    threshold: float
    coefficients: Mapping[Term, float]

    @property
    def equation(self) -> Equation:
        """u_t = the printed terms."""
        return Equation(self.coefficients)


PAPER_ROWS = {
    "mnist": PaperRow(28, 60_000, 2.0, 10, 150, 30, {Term(1, 3): 0.010, Term(2, 3): -0.016}),
    "fashion_mnist": PaperRow(
        28, 60_000, 1.0, 15, 150, 62, {Term(0, 2): 0.169, Term(1, 2): -1.034, Term(2, 2): 1.214}
    ),
    "cifar10": PaperRow(
        32, 50_000, 1.273, 40, 375, 20, {Term(0, 1): -0.560, Term(2, 1): -1.587, Term(2, 2): 0.175}
    ),
    "eurosat": PaperRow(
        64, 27_000, 1.492, 60, 1500, 250, {Term(2, 1): -13.008, Term(2, 3): -0.007}
    ),
    "stl10": PaperRow(96, 5_000, 0.318, 60, 800, 292, {Term(2, 1): -6.207, Term(2, 3): -0.002}),
    "pcam": PaperRow(
        96,
        262_144,
        1.935,
        100,
        4000,
        325,
        {Term(1, 1): -1.772, Term(2, 1): -11.196, Term(2, 3): -0.003},
    ),
}
"""Published equations, by data set; alpha is 1e-5 in all of them."""
