"""What holds of the spectra of all polygons and their masks, tried on random ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.drum.drums import Drum
from numerics.drum.modes import modes_of
from numerics.drum.shape_bounds import shape_bounds
from numerics.drum.shapes import named
from numerics.drum.shapes.grid_masks import mask_of
from numerics.drum.shapes.polygon import Polygon
from numerics.drum.spectra.finite_elements import finite_element_spectrum, lower_bounds
from numerics.drum.stepping import Stepper, struck
from validation.properties import masks, nodes_of, stable_steps, step_forms

J01_SQUARED, RATIO = 5.783185962946784, 2.538733967  # Faber-Krahn's disk; Ashbaugh and Benguria's

seeds = st.integers(0, 2**32 - 1)
few = settings(deadline=None, max_examples=8)
many = settings(deadline=None, max_examples=40)
lengths = st.floats(-3, 3).map(lambda power: 10.0**power)
points = st.tuples(st.floats(-5, 5), st.floats(-5, 5))


def placed(places, scale=1.0, angle=0.0, shift=(0.0, 0.0)):
    """Return places, (..., 2), scaled, turned, and shifted by so many scales."""
    c, s = np.cos(angle), np.sin(angle)
    return scale * (places @ np.array([[c, s], [-s, c]]) + np.asarray(shift))


def moved(polygon, **how):
    """Return a polygon whose vertices are placed elsewhere."""
    rings = [placed(ring, **how) for ring in polygon.rings]
    return Polygon(rings[0], tuple(rings[1:]))


# --- polygons -------------------------------------------------------------------------------------


@many
@given(seed=seeds, scale=lengths, angle=st.floats(-7, 7), shift=points)
def test_measures_of_moved_polygons(seed, scale, angle, shift):
    """Area s^2, perimeter s, angles and heat constant the same, 1e-9; what is inside stays inside."""
    star = named.random_star(seed)
    how = {"scale": scale, "angle": angle, "shift": shift}
    other = moved(star, **how)
    assert other.area == pytest.approx(scale**2 * star.area, rel=1e-9)
    assert other.perimeter == pytest.approx(scale * star.perimeter, rel=1e-9)
    assert other.heat_constant == pytest.approx(star.heat_constant, rel=1e-9)
    np.testing.assert_allclose(other.angles, star.angles, rtol=1e-8)
    anywhere = np.random.default_rng(seed).uniform(-1, 1, (50, 2))
    away, there = star.distance(anywhere), placed(anywhere, **how)
    clear = away > 1e-6
    np.testing.assert_array_equal(other.contains(there)[clear], star.contains(anywhere)[clear])
    np.testing.assert_allclose(other.distance(there), scale * away, atol=1e-9 * scale)


@pytest.mark.slow
@few
@given(seed=seeds, scale=lengths, shift=points)
def test_elements_scale_and_shift(seed, scale, shift):
    """lambda/s^2 wherever the polygon lies, within the errors of both."""
    star = named.random_star(seed)
    found = finite_element_spectrum(star, 4)
    other = finite_element_spectrum(moved(star, scale=scale, shift=shift), 4)
    apart = np.abs(scale**2 * other.eigenvalues - found.eigenvalues)
    assert (apart <= found.errors + scale**2 * other.errors).all()


@pytest.mark.slow
@few
@given(seed=seeds, angle=st.floats(0.1, 6))
def test_elements_turn(seed, angle):
    """The mesh of a turned polygon is another one; the eigenvalues agree within their errors."""
    star = named.random_star(seed)
    found, turned = (finite_element_spectrum(p, 4) for p in (star, moved(star, angle=angle)))
    assert (np.abs(turned.eigenvalues - found.eigenvalues) <= found.errors + turned.errors).all()


@pytest.mark.slow
@few
@given(seed=seeds, data=st.data())
def test_larger_polygons_sound_lower(seed, data):
    """A vertex of a star moved outward: no lambda_k rises, by what is certain of both."""
    star = named.random_star(seed)
    vertices = star.vertices.copy()
    vertices[data.draw(st.integers(0, len(vertices) - 1))] *= data.draw(st.floats(1.05, 1.5))
    larger = Polygon(vertices)
    assert larger.area > star.area
    # below the larger one's, above the smaller one's
    assert (lower_bounds(larger, 4) < finite_element_spectrum(star, 4).eigenvalues).all()
    of_both = [finite_element_spectrum(polygon, 4) for polygon in (larger, star)]
    assert (of_both[0].eigenvalues - of_both[0].errors < of_both[1].eigenvalues).all()


@settings(deadline=None, max_examples=4)
@given(seed=seeds)
def test_inequalities_of_polygons(seed):
    """Faber-Krahn by the guaranteed lower bound of lambda_1; lambda_2/lambda_1 within its error."""
    star = named.random_star(seed)
    assert lower_bounds(star, 1, refinements=3)[0] * star.area >= np.pi * J01_SQUARED
    found = finite_element_spectrum(star, 10)
    first, second = found.eigenvalues[:2]
    assert (second - found.errors[1]) / (first + found.errors[0]) <= RATIO
    for bound in shape_bounds(found, star.area, star.perimeter, complete=True):
        assert bound.left - bound.right <= bound.uncertainty or not bound.applies, bound.name


# --- masks ----------------------------------------------------------------------------------------


@many
@given(seed=seeds, power=st.integers(-8, 8))
def test_masks_of_scaled_polygons(seed, power):
    """A polygon s times as large on a grid s times as wide: the same nodes, lambda/s^2 to 1e-11."""
    star = named.random_star(seed)
    scale = 2.0**power  # exact in floats, so that no node changes sides
    spacing = np.sqrt(star.area / 60)
    drum = mask_of(star, spacing, component="largest")
    scaled = mask_of(moved(star, scale=scale), scale * spacing, component="largest")
    np.testing.assert_array_equal(scaled.free, drum.free)
    found, other = (modes_of(d).eigenvalues for d in (drum, scaled))
    np.testing.assert_allclose(scale**2 * other, found, rtol=1e-11)


@many
@given(mask=masks(), spacing=st.floats(0.1, 10), factor=st.floats(0.1, 10))
def test_masks_scale(mask, spacing, factor):
    """Nodes s times as far apart: lambda/s^2; waves s times as fast: c^2 lambda times s^2."""
    free = np.pad(mask, 1)
    found = modes_of(Drum(free, spacing)).eigenvalues
    np.testing.assert_allclose(
        factor**2 * modes_of(Drum(free, factor * spacing)).eigenvalues, found, rtol=1e-12
    )
    np.testing.assert_allclose(
        modes_of(Drum(free, spacing, factor)).eigenvalues / factor**2, found, rtol=1e-12
    )


@many
@given(data=st.data(), seed=seeds, form=step_forms())
def test_masks_of_polygons_sound_as_their_modes_say(data, seed, form):
    """Struck at a and heard at b: 300 steps against the modes and against b, heard at a: 1e-9."""
    star = named.random_star(seed)
    drum = mask_of(star, np.sqrt(star.area / 50), component="largest")
    a, b = data.draw(nodes_of(drum)), data.draw(nodes_of(drum))
    step = data.draw(stable_steps(drum.largest_step_bound))
    there, back = (
        Stepper([drum], [struck(drum, begin)], [step], form).listen([end], 300)[0]
        for begin, end in ((a, b), (b, a))
    )
    modal = modes_of(drum).lines(step, a, b, form).signal(300)
    np.testing.assert_allclose(there, modal, atol=1e-9)
    np.testing.assert_allclose(there, back, atol=1e-12)
