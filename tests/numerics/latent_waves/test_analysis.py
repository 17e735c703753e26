"""One call for an image set: what it returns is what its parts give, and no number is left out."""

import numpy as np
import pytest

from numerics.images import streams
from numerics.latent_waves.analysis import analyse
from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.front import median_radius
from numerics.latent_waves.lattice import radius, ring_partition
from numerics.latent_waves.moments import half_moments, second_moments
from numerics.latent_waves.verdict import NO_ORDER, WAVE, verdict
from theory.errors import ArgumentError


@pytest.fixture(scope="module")
def found():
    return analyse(streams.gaussian(3000, image_side=16, alpha=3.0, p=2.0))


def test_gaussian_images_are_a_wave_of_their_own_p(found):
    """Alpha, 3, and p, 2, come back, f = 1, and the word is that of the whole set."""
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
    """R(j) = sqrt((j + 1/2)/C_p): 5 percent on average, 15 frame by frame, inside the plane."""
    inside = found.isel(frame=slice(20, 120))
    ratio = inside["radius"] / inside["area_law"]
    assert float(abs(ratio.mean() - 1)) < 0.05
    assert float(abs(ratio - 1).max()) < 0.15


def test_bytes_are_the_same_to_the_last_bit_on_a_cluster():
    """Two workers multiply the images: every number is that of this process."""
    distributed = pytest.importorskip("distributed", reason="needs the extra scale")
    here = analyse(streams.digits())
    with distributed.Client(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
    ) as client:
        there = analyse(streams.digits(), client=client)
    assert there.identical(here)


def test_rings_of_your_own(found):
    """Ellipses, 2 k0 wide: rings, front and word by them; what is said of a p-norm is nan."""
    radii = np.hypot(*np.meshgrid(2 * np.arange(-8.0, 8), np.arange(-8.0, 8), indexing="ij"))
    own = analyse(streams.gaussian(3000, image_side=16, alpha=3.0, p=2.0), radii=radii)
    assert own.sizes["ring"] == len(ring_partition(radii).indptr) - 1
    assert float(own["isotonic_r2"]) < float(found["isotonic_r2"])
    for name in ("p", "p_bar", "area_law"):
        assert np.isnan(own[name]).all()
    np.testing.assert_allclose(own["ring_energy"].sum("ring"), 1, atol=1e-12)
    assert float(own["radius"].mean()) > float(found["radius"].mean())
    np.testing.assert_array_equal(own["order"], found["order"])
    circles = analyse(streams.digits(), radii=radius((8, 8), 2.0))
    np.testing.assert_array_equal(circles["radius"], front_of_circles())


def front_of_circles():
    """The front of the digits in circles, from its parts."""
    images = eigenimages(sum_of_halves(streams.digits()))
    film = spectral_energies(images.vectors[:, : images.rank], (8, 8))
    return median_radius(film, radius((8, 8), 2.0))


def sum_of_halves(stream):
    first, second = half_moments(stream)
    return first + second


@pytest.mark.parametrize("stored", [float, np.uint8])
def test_one_bright_pixel_an_image(stored):
    """Each pixel once: eigenimages are pixels, all frames use all frequencies alike; no order, f = 1."""
    images = np.eye(256, dtype=stored).reshape(256, 16, 16)
    found = analyse(images, scale=1.0)
    assert found.attrs == {"word": NO_ORDER, "images": 256}
    assert float(found["isotonic_r2"]) == 0
    assert float(found["area_fraction"]) == pytest.approx(1)
    assert float(found["slope"]) == pytest.approx(0, abs=1e-3)
    assert verdict(eigenimages(second_moments(streams.stream_of(images, scale=1.0)))).word == (
        NO_ORDER
    )


@pytest.mark.parametrize("side", range(4, 9))
def test_small_images(side):
    """From 7 x 7 pixels on there is a slope; below they are refused in one line."""
    images = np.random.default_rng(side).random((300, side, side))
    if side < 7:
        with pytest.raises(ArgumentError, match=f"power: got {side} x {side} frequencies; must ha"):
            analyse(images)
    else:
        assert np.isfinite(analyse(images)["slope"])


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_images(count):
    """The halves need two images each."""
    with pytest.raises(ArgumentError, match=f"source: got {count} images; must be at least 4"):
        analyse(np.random.default_rng(0).random((count, 8, 8)))


def test_values_whose_squares_overflow():
    """1e200 has no square in double precision: one line."""
    images = 1e200 * np.random.default_rng(0).random((20, 8, 8))
    with pytest.raises(ArgumentError, match="images: got values whose squares overflow; must be"):
        analyse(images, scale=1.0)


def test_constant_images_are_refused():
    """Rank 1 has no film."""
    with pytest.raises(ArgumentError, match="rank 1"):
        analyse(np.full((20, 8, 8), 0.5))
