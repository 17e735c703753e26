"""Are the spectra of shapes solved right, do their errors cover, and is heard what is there?"""

from validation.checks import Bar, Check, Relation, verification
from validation.drum.check_table.conditions import (
    ANY,
    HEARD_FROM_300,
    THE_PAIR,
    WITH_OUTLINE,
)


def _shape(
    id: str,
    what: str,
    asked: Bar,
    unit: str = "",
    relation: Relation = "<=",
    preset: str = "quick",
    given: str = "",
) -> Check:
    return verification(id, what, asked, unit, relation, preset, given, cases=ANY)


SHAPES: tuple[Check, ...] = (
    _shape("D44s", "modes of the mask with more nodal domains than Courant allows", 0, "", "=="),
    _shape(
        "D46",
        "eigenvalues of two methods that differ by more than their errors",
        0,
        "",
        "==",
        given=WITH_OUTLINE,
    ),
    _shape("D47", "inequalities of spectra that do not hold", 0, "", "==", given=WITH_OUTLINE),
    _shape("D48a", "area heard from the most eigenvalues", 2e-3, "relative", given=HEARD_FROM_300),
    _shape(
        "D48p",
        "perimeter heard from the most eigenvalues",
        1.2e-2,
        "relative",
        given=HEARD_FROM_300,
    ),
    _shape("D26s", "the pair on the grid, relative", 1e-12, given=THE_PAIR),
    _shape("D27s", "the pair without a grid, relative", 2e-6, given=THE_PAIR),
    _shape("D23", "L-shape, 60 particular solutions, against the literature", 1e-12, "relative"),
    _shape("D24", "L-shape, 10 to 40: true error over Moler and Payne's bound, largest", 1.0),
    _shape("D25", "L-shape, six grids extrapolated by five powers", 1e-7, "relative"),
    _shape("D26", "the pair on grids, lowest ten, 8 to 64 spacings", 1e-12, "relative"),
    _shape("D27", "the pair on mirrored meshes, 25 each, against each other", 1e-12, "relative"),
    _shape("D27l", "the same against the published ones", 2e-6, "relative"),
    _shape(
        "D27b",
        "X1, X2 as stated, in SymPy: X A_c = B_c X, their span, determinant: left over",
        0,
        "",
        "==",
    ),
    _shape("D27c", "the pair of a scalene triangle, against each other", 1e-11, "relative"),
    _shape("D27d", "transplanted grid modes: jumps, rim, residual over 8/h^2", 1e-13, "of largest"),
    _shape("D27e", "orthogonal transplantation in SymPy: equations left over", 0, "", "=="),
    _shape("D28", "members 9 and 21 of the pair against 5 and 10 pi^2", 2e-6, "relative"),
    _shape(
        "D29",
        "graded elements: fall of the error per halving, smallest",
        13.0,
        "",
        ">=",
        "standard",
    ),
    _shape("D29h", "the same, largest", 20.0, preset="standard"),
    _shape(
        "D30",
        "errors that do not cover: six exact families, 20 each",
        0,
        "of 120",
        "==",
        "standard",
    ),
    _shape(
        "D30b", "errors that do not cover: L, one of the pair, ten random stars", 0, "of 240", "=="
    ),
    _shape("D30bm", "the same, 60 random stars", 0, "of 1240", "==", "standard"),
    _shape("D30c", "estimate over error, not graded: must not cover, smallest", 0.5),
    _shape(
        "D30g",
        "published eigenvalues of the pair that the errors miss",
        0,
        "of 100",
        "==",
        "standard",
    ),
    _shape(
        "D31",
        "eigenvalues outside their lower and upper bounds: square, one of the pair",
        0,
        "",
        "==",
    ),
    _shape("D32", "disk by curved elements, 8065 unknowns", 5e-7, "relative"),
    _shape("D33", "disk by unequal arms: fall of the error per halving, smallest", 3.5, "", ">="),
    _shape("D33h", "the same, largest", 4.5),
    _shape("D34", "area heard from 100 exact eigenvalues, four families", 2e-4, "relative"),
    _shape("D34p", "perimeter heard from them", 1e-3, "relative"),
    _shape(
        "D34b",
        "area heard from 100 eigenvalues, 14 polygons, median",
        1.5e-3,
        "relative",
        preset="standard",
    ),
    _shape("D34bp", "perimeter heard from them, median", 8e-3, "relative", preset="standard"),
    _shape(
        "D34bw",
        "area heard from 300 eigenvalues, six polygons, worst",
        2e-3,
        "relative",
        preset="paper",
    ),
    _shape("D34bwp", "perimeter heard from them, worst", 1.2e-2, "relative", preset="paper"),
    _shape("D35", "inequalities of seven exact families that do not hold", 0, "of 42", "=="),
    _shape("D41m", "ten masks stepped at three time steps: bins that differ", 0, "of 30", "=="),
    _shape(
        "D41k",
        "15 masks, modal signals at three time steps: bins that differ",
        0,
        "of 45",
        "==",
        "standard",
    ),
    _shape("D41b", "masks turned, mirrored; an L as polygon, mask, picture; h = 1", 1e-11),
    _shape(
        "D42", "errors that do not cover: pictures of disk, L, star", 0, "of 18", "==", "standard"
    ),
    _shape("D42m", "the same, 12 pictures of 100 pixels", 0, "of 72", "==", "standard"),
    _shape("D42a", "the same, 36 pictures of 100 to 400", 0, "of 216", "==", "paper"),
)
