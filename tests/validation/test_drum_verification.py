"""The verification rows of drum: complete, holding, each in its case, and able to fail."""

import dataclasses
import itertools

import numpy as np
import pytest

from numerics.drum.isospectral.transplantation import Joined
from numerics.drum.modes import Modes
from numerics.drum.shapes import named
from numerics.drum.spectra import masks as grid_spectra
from numerics.drum.spectra.spectrum import Spectrum
from theory.drum import transplantation
from validation.checks import PRESETS
from validation.drum import DrumExperiment
from validation.drum.check_table import ANY, CHECKS, ONE, SHAPE, SQUARE
from validation.drum.verification import (
    FUNCTIONS,
    coverage,
    grids,
    hearing,
    laws,
    masks,
    meshes,
    pair,
    pictures,
    polygons,
    steps,
    waves,
)
from validation.drum.verification.literature import L_SHAPE, PAIR

ROWS = {check.id: check for check in CHECKS if check.id in FUNCTIONS}
# read off the drums that are struck
OF_SQUARES = {"D5", "D7s", "D7t", "D7r", "D4", "D8"}
OF_ANY_DRUM = {"D44s", "D46", "D47", "D48a", "D48p", "D26s", "D27s"}
MINUTES = {"D30bm", "D34b", "D34bp", "D34bw", "D34bwp", "D42a", "D42m"}
SECONDS = {
    *("D2", "D3", "D24", "D27", "D27l", "D28", "D29", "D29h", "D30", "D30b", "D30g", "D31"),
    *("D36", "D37", "D38", "D38b", "D39", "D41k", "D41m", "D42", "D45"),
}
CACHES = (
    grids.disk_ratios,
    meshes.graded_ratios,
    pair._mirrored,
    polygons.estimated,
    polygons.reference,
    hearing.from_formula,
    hearing.from_polygon,
    masks.small_masks,
    masks.large_masks,
)


@pytest.fixture
def afresh():
    """What is computed once for several rows is computed anew."""
    for cache in CACHES:
        cache.cache_clear()
    yield
    for cache in CACHES:
        cache.cache_clear()


def holds(name):
    found = FUNCTIONS[name]()
    return bool(np.isfinite(found)) and ROWS[name].holds(found)


# --- which there are ------------------------------------------------------------------------------


def test_every_row_has_its_function():
    """The functions are those of the table's verification rows, but what is read off the run."""
    rows = {check.id for check in CHECKS if check.kind == "verification"}
    assert set(FUNCTIONS) == set(ROWS) == rows - OF_SQUARES - OF_ANY_DRUM
    assert DrumExperiment().verifications() == FUNCTIONS
    assert len({check.id for check in CHECKS}) == len(CHECKS)


def test_rows_belong_to_their_cases():
    """Those of shapes to shapes, those of squares to squares; steps and laws to both."""
    table = {check.id: check for check in CHECKS}
    assert all(table[name].cases == ONE for name in OF_SQUARES)
    assert all(table[name].cases == ANY for name in OF_ANY_DRUM)
    of_shapes = {name for name, row in ROWS.items() if row.cases == ANY}
    document = (
        "D23 D24 D25 D26 D27 D27b D27c D27d D27e D28 D29 D30 D30b D30c D31 D32 D33 D34 D34b D35"
    )
    assert of_shapes >= {*document.split(), "D30g", "D41b", "D41k", "D41m", "D42"}
    assert not any(row.belongs_to(SQUARE) for row in CHECKS if row.cases == ANY)
    both = {name for name, row in ROWS.items() if row.belongs_to(SQUARE) and row.belongs_to(SHAPE)}
    assert both == {"D1", "D2", "D3", "D9", "D10", "D11", "D12", "D13", "D43b", "D44"}


# --- that they hold -------------------------------------------------------------------------------

SIZES = {  # as large as they were measured, within the share given
    "D24": (0.00865, 0.05),
    "D25": (1.6e-9, 0.1),
    "D27l": (8.05e-7, 0.01),
    "D29": (14.26, 0.01),
    "D29h": (18.43, 0.01),
    "D30c": (0.4248, 0.01),
    "D32": (8.76e-8, 0.01),
    "D33": (3.84, 0.01),
    "D33h": (3.95, 0.01),
    "D34": (9.9e-5, 0.01),
    "D34p": (4.11e-4, 0.01),
}


def row_of(name):
    slow = name in SECONDS | MINUTES
    large = ROWS[name].preset == PRESETS[-1] or name == "D30bm"  # close to a minute
    marks = [pytest.mark.study] if large else [pytest.mark.slow] * slow
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", list(map(row_of, ROWS)))
def test_rows_hold(name):
    """Each by itself; some are pinned to what was measured."""
    found = FUNCTIONS[name]()
    assert np.isfinite(found)
    assert ROWS[name].holds(found)
    if name in SIZES:
        value, share = SIZES[name]
        assert found == pytest.approx(value, rel=share)


def test_ten_masks():
    """Up to 600 nodes, all different; those that are larger up to 2000."""
    small, large = masks.small_masks(), masks.large_masks()
    nodes = [drum.nodes for drum in small.values()]
    assert len(small) == 10
    assert min(nodes) > 100
    assert max(nodes) <= 600
    assert max(drum.nodes for drum in large.values()) < 2000
    shapes = {drum.free.tobytes() for drum in (small | large).values()}
    assert len(shapes) == 15


# --- and can fail ---------------------------------------------------------------------------------


def poison(monkeypatch, where, name, change):
    """Change what a function of a module returns."""
    honest = getattr(where, name)
    monkeypatch.setattr(where, name, lambda *given, **more: change(honest(*given, **more)))


def off(share):
    """Eigenvalues too large by a share; the errors as they are said."""

    def change(found):
        if isinstance(found, Spectrum):
            return dataclasses.replace(found, eigenvalues=(1 + share) * found.eigenvalues)
        return (1 + share) * found

    return change


def trusting(spectrum):
    """Errors a hundred times too small."""
    return dataclasses.replace(spectrum, errors=spectrum.errors / 100)


def every_second(change):
    """Change what every second call returns: the second drum of a pair."""
    calls = itertools.count()
    return lambda found: change(found) if next(calls) % 2 else found


def torn(image):
    return dataclasses.replace(image, gap=1e-12)


POISONED = {
    "D23": (waves, "particular_solution", off(2e-12)),
    "D24": (waves, "particular_solution", lambda s: dataclasses.replace(s, errors=s.errors / 1e4)),
    "D25": (grid_spectra, "corner_powers", lambda powers: tuple(2.0 * k for k in range(1, 6))),
    "D26": (pair, "mask_spectrum", every_second(off(2e-12))),
    "D27": (pair, "mesh_eigenvalues", every_second(off(2e-12))),
    "D27c": (pair, "mesh_eigenvalues", every_second(off(2e-11))),
    "D27l": (pair, "mesh_eigenvalues", off(2e-6)),
    "D27d": (pair, "transplanted", torn),
    "D28": (pair, "mesh_eigenvalues", off(3e-6)),
    "D30": (coverage, "finite_element_spectrum", trusting),
    "D30c": (coverage, "three_level_estimate", lambda estimate: 2 * estimate),
    "D30g": (coverage, "finite_element_spectrum", trusting),
    "D31": (meshes, "estimated", off(-0.1)),
    "D32": (meshes, "mesh_eigenvalues", off(6e-7)),
    "D33": (grids, "unequal_eigenvalues", off(1e-4)),
    "D33h": (grids, "unequal_eigenvalues", off(1e-4)),
    "D34": (hearing, "exact_spectrum", off(3e-4)),
    "D34p": (hearing, "exact_spectrum", off(3e-3)),
    "D35": (hearing, "exact_spectrum", off(-0.3)),
    "D41b": (masks, "operator", every_second(lambda matrix: (1 + 1e-11) * matrix)),
    "D44": (masks, "courant_bounds", lambda bounds: bounds - bounds[-1] + 1),
}


@pytest.mark.usefixtures("afresh")
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] * (n in SECONDS)) for n in POISONED]
)
def test_rows_fail_of_what_is_wrong(name, monkeypatch):
    """A little more than the bar; of the pair's meshes, from what is published."""
    monkeypatch.setattr(pair, "mesh_eigenvalues", lambda mesh, count, element: PAIR[:count])
    poison(monkeypatch, *POISONED[name])
    assert not holds(name)


def lost(found):
    """Nothing but nan."""
    if isinstance(found, Joined):
        return dataclasses.replace(found, gap=np.nan)
    if isinstance(found, Spectrum):
        return dataclasses.replace(found, eigenvalues=np.nan * found.eigenvalues)
    return np.nan * found


NOT_NUMBERS = {
    "D9": (steps, "shadow_energy"),
    "D24": (waves, "particular_solution"),
    "D26": (pair, "mask_spectrum"),
    "D27l": (pair, "mesh_eigenvalues"),
    "D27d": (pair, "transplanted"),
    "D31": (meshes, "lower_bounds"),
    "D33": (grids, "unequal_eigenvalues"),
    "D43b": (steps, "hann_two_point"),
}


@pytest.mark.usefixtures("afresh")
@pytest.mark.parametrize("name", NOT_NUMBERS)
def test_what_is_not_a_number_fails(name, monkeypatch):
    """One nan after a number does not vanish in a largest value, nor in a count."""
    monkeypatch.setattr(pair, "mesh_eigenvalues", lambda mesh, count, element: PAIR[:count])
    monkeypatch.setattr(pair, "mask_spectrum", lambda drum, count: about(PAIR[:count]))
    monkeypatch.setattr(meshes, "estimated", lambda number: about(PAIR[: polygons.COUNT]))
    monkeypatch.setattr(waves, "particular_solution", lambda *_, **more: about(np.array([L_SHAPE])))
    poison(monkeypatch, *NOT_NUMBERS[name], every_second(lost))
    assert not holds(name)


def about(values):
    return Spectrum(values, 1e-9 * values, "stated", 0)


@pytest.mark.parametrize(("one", "other"), [(1, 2), (0, 2), (0, 1)])
def test_exchanged_labels_break_the_published_matrices(one, other, monkeypatch):
    """D27b: two labels of the second drum's triangles exchanged, and X1 A_c = B_c X1 no more."""
    first, second = transplantation.GLUINGS
    swapped = (first, transplantation.exchanged(second, one, other))
    monkeypatch.setattr(transplantation, "GLUINGS", swapped)
    assert not holds("D27b")


@pytest.mark.parametrize(
    "change",
    [
        lambda x1, x2: (x1, x1),  # not all solutions
        lambda x1, x2: (x1, x2 @ x2),  # no solution
        lambda x1, x2: (x1, x1 + x2),  # solutions, of another determinant
    ],
)
def test_other_matrices_are_not_the_published_ones(change, monkeypatch):
    """D27b: equations, span and determinant each tell."""
    matrices = change(*np.array(laws.TRANSPLANTATIONS))
    monkeypatch.setattr(laws, "TRANSPLANTATIONS", tuple(m.tolist() for m in matrices))
    assert not holds("D27b")


@pytest.mark.usefixtures("afresh")
def test_the_loudest_line_is_not_the_lowest(monkeypatch):
    """D41k: of a square and a drum of the pair the highest peak is read instead, six times wrong."""
    few = {name: masks.small_masks()[name] for name in ("square 13", "pair 8, first")}
    monkeypatch.setattr(masks, "small_masks", lambda: few)
    monkeypatch.setattr(masks, "large_masks", dict)
    assert FUNCTIONS["D41k"]() == 0
    monkeypatch.setattr(masks, "fft_bin", lambda signal: int(np.abs(np.fft.rfft(signal)).argmax()))
    assert FUNCTIONS["D41k"]() == 6


@pytest.mark.slow
@pytest.mark.usefixtures("afresh")
def test_wrong_bins_are_counted(monkeypatch):
    """Ten masks at three steps, held against the lines of steps 1 % longer: all 30 differ."""
    lines = Modes.lines
    monkeypatch.setattr(Modes, "lines", lambda one, dt, place: lines(one, 1.01 * dt, place))
    assert FUNCTIONS["D41m"]() == 30


@pytest.mark.usefixtures("afresh")
def test_uncovered_polygons_are_counted(monkeypatch):
    """The L with errors a hundred times too small: all twenty; with its own: none."""
    assert coverage.uncovered(1) == 0
    poison(monkeypatch, coverage, "estimated", trusting)
    assert coverage.uncovered(1) == polygons.COUNT


@pytest.mark.usefixtures("afresh")
def test_uncovered_pictures_are_counted(monkeypatch):
    """A turned square in 60 pixels; held against a square 3 % smaller all six are missed."""
    truth = pictures.rectangle_spectrum(1, 1, pictures.COUNT)
    drawing = pictures.Drawing(named.square(), truth, pictures.TURN)
    assert pictures.uncovered([drawing], [60]) == 0
    other = pictures.rectangle_spectrum(0.97, 0.97, pictures.COUNT)
    assert pictures.uncovered([dataclasses.replace(drawing, truth=other)], [60]) == pictures.COUNT


def test_a_tone_that_is_off_is_found(monkeypatch):
    """D43b: a step 2e-8 too long."""
    poison(monkeypatch, steps, "step_for_pitch", lambda dt: dt * (1 + 2e-8))
    assert not holds("D43b")
