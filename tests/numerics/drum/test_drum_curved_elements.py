"""Disk and annulus by curved quadratic elements, held against zeros of Bessel functions."""

import numpy as np
import pytest

from numerics.drum.shapes import named
from numerics.drum.shapes.curved import Annulus, Disk, Sector
from numerics.drum.spectra import exact
from numerics.drum.spectra.curved_elements import curved_mesh, curved_spectrum
from numerics.drum.spectra.mesh_spectra import mesh_eigenvalues, unknowns
from theory.errors import ArgumentError

ROUND = {
    "disk": (Disk(), exact.disk_spectrum(1, 20)),
    "disk of radius 3": (Disk(3.0), exact.disk_spectrum(3, 20)),
    "annulus 1/2": (Annulus(), exact.annulus_spectrum(0.5, 1, 20)),
    "thin annulus": (Annulus(1.8, 2.0), exact.annulus_spectrum(1.8, 2, 20)),
    "pierced disk": (Annulus(0.01, 1.0), exact.annulus_spectrum(0.01, 1, 20)),
}


@pytest.mark.parametrize("name", ROUND)
def test_round_drums_are_covered(name):
    """D30: 20 eigenvalues within the errors, and these no more than 30 times too large."""
    domain, truth = ROUND[name]
    found = curved_spectrum(domain, 20)
    gaps = np.abs(found.eigenvalues - truth.eigenvalues)
    assert found.covers(truth.eigenvalues).all()
    assert (found.errors <= 30 * gaps).all()
    assert (found.errors / found.eigenvalues).max() < 5e-3


def test_a_ring_as_thin_as_a_wire():
    """Two layers across on the coarsest mesh too: errors that cover, no more than 100 times too large."""
    truth = exact.annulus_spectrum(0.97, 1, 3)
    found = curved_spectrum(Annulus(0.97, 1.0), 3)
    gaps = np.abs(found.eigenvalues - truth.eigenvalues)
    assert found.covers(truth.eigenvalues).all()
    assert (found.errors <= 100 * gaps).all()


def test_the_disk_at_8000_unknowns():
    """D32: the first eigenvalue is j_01^2 to 5e-7, and nearer by 16 with each refinement."""
    truth = exact.disk_spectrum(1, 1).eigenvalues
    errors = []
    for level in (3, 4, 5):
        mesh = curved_mesh(Disk(), level)
        errors.append(abs(mesh_eigenvalues(mesh, 1)[0] / truth[0] - 1))
    assert unknowns(mesh) == 8065
    assert errors[-1] < 5e-7
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 16, rtol=0.05)


@pytest.mark.parametrize("name", ROUND)
def test_the_wall_is_met(name):
    """All vertices and middles of boundary sides lie on the circles; area to the fourth order."""
    domain, _ = ROUND[name]
    gaps = []
    for level in (2, 3):
        mesh = curved_mesh(domain, level)
        rim = mesh.doflocs[:, mesh.dofs.get_facet_dofs(mesh.boundary_facets()).flatten()]
        assert domain.distance(rim.T).max() < 1e-14 * domain.box[1, 0]
        gaps.append(abs(area(mesh) / domain.area - 1))
    assert gaps[0] / gaps[1] == pytest.approx(16, rel=0.2)


def area(mesh):
    """Of all curved elements."""
    import skfem

    return skfem.Basis(mesh, skfem.ElementTriP2()).dx.sum()


@pytest.mark.slow
def test_many_eigenvalues_start_finer():
    """For 100 of them the coarsest of the three has 500 unknowns or more: all covered."""
    found = curved_spectrum(Disk(), 100)
    assert found.unknowns > 30_000
    assert found.covers(exact.disk_spectrum(1, 100).eigenvalues).all()


@pytest.mark.parametrize("domain", [Sector(1.5 * np.pi), named.square(), "disk"])
def test_other_domains_are_refused(domain):
    """A sector has a singular corner, a polygon its own method."""
    for method in (curved_spectrum, curved_mesh):
        with pytest.raises(ArgumentError, match=r"domain: got .*; must be a Disk or an Annulus"):
            method(domain, 3)


@pytest.mark.parametrize("count", [0, 1.5])
def test_a_count_that_is_none_is_refused(count):
    """A whole number from 1 on; refinements from 0 on."""
    with pytest.raises(ArgumentError, match=r"count: got .*; must be a whole number from 1 on"):
        curved_spectrum(Disk(), count)
    with pytest.raises(ArgumentError, match="refinements: got -1"):
        curved_mesh(Disk(), -1)
