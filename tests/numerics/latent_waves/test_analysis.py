"""One call for an image set: what it returns is what its parts give, and no number is left out."""

import numpy as np
import pytest

from numerics.images import streams
from numerics.latent_waves.analysis import analyse
from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.lattice import radius, ring_partition
from numerics.latent_waves.moments import second_moments
from numerics.latent_waves.verdict import WAVE, verdict
from theory.errors import ArgumentError


@pytest.fixture(scope="module")
def found():
    return analyse(streams.gaussian(3000, image_side=16, alpha=3.0, p=2.0))


def test_gaussian_images_are_a_wave_of_their_own_p(found):
    """alpha = 3 and p = 2 come back, f = 1, and the word is that of the whole set."""
    assert found.attrs == {"word": WAVE, "images": 3000}
    assert float(found["p"]) == pytest.approx(2, abs=0.2)
    assert float(found["p_hann"]) == pytest.approx(2, abs=0.3)
    assert 0 <= float(found["p_bar"]) < 0.3
    assert 0 <= float(found["p_hann_bar"]) < 0.3
    assert float(found["slope"]) == pytest.approx(3, abs=0.3)
    assert float(found["area_fraction"]) == pytest.approx(1, abs=0.01)
    judged = verdict(eigenimages(second_moments(streams.gaussian(3000, image_side=16))))
    # the halves are added up in another order than the whole
    assert float(found["ratio"]) == pytest.approx(judged.skill.ratio, rel=1e-6)


def test_rings_share_each_frame_out(found):
    """The energies of all rings are 1 in each frame; a ring's u is at most sqrt(P/c)."""
    np.testing.assert_allclose(found["ring_energy"].sum("ring"), 1, atol=1e-12)
    rings = ring_partition(radius((16, 16), float(found["p"])))
    counts = np.asarray(rings.sum(axis=1))[:, None]
    assert (found["ring_magnitude"].values <= np.sqrt(found["ring_energy"] / counts) + 1e-12).all()


def test_front_follows_the_area_law(found):
    """R(j) = sqrt((j + 1/2)/C_p) within a tenth, where the front is inside the plane."""
    inside = found.isel(frame=slice(20, 120))
    ratio = inside["radius"] / inside["area_law"]
    assert float(abs(ratio.mean() - 1)) < 0.05


def test_bytes_are_the_same_to_the_last_bit_on_a_cluster():
    """Two workers multiply the images: every number is that of this process."""
    distributed = pytest.importorskip("distributed", reason="needs the extra scale")
    here = analyse(streams.digits())
    with distributed.Client(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
    ) as client:
        there = analyse(streams.digits(), client=client)
    assert there.identical(here)


def test_constant_images_are_refused():
    """Rank 1 has no film."""
    with pytest.raises(ArgumentError, match="rank 1"):
        analyse(np.full((20, 8, 8), 0.5))
