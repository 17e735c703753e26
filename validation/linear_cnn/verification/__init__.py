"""Do we solve the stated laws right? Rows that need no data of the user; they run in every case.

Each function computes one check of the table and returns what it found. Data: Fig 3 of the paper
(four pure cosines) and other sets made by formula, with our constants where the paper's are lost.
"""

from collections.abc import Callable

from validation.linear_cnn.verification import (
    competition,
    convolution,
    cosines,
    discovery,
    flow,
    layers,
    minimal_norm,
)

FUNCTIONS: dict[str, Callable[[], float]] = {
    row.__name__.capitalize(): row
    for subject in (convolution, cosines, flow, competition, discovery, minimal_norm, layers)
    for row in subject.ROWS
}
