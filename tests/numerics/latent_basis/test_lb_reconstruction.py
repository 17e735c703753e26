"""Encoded and decoded images: correlations by definition, and the linear control where all is known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.images import digits
from numerics.latent_basis.linear_control import LinearControl
from numerics.latent_basis.one_parameter import hit_rate
from numerics.latent_basis.reconstruction import (
    class_mean_images,
    noisy_inputs,
    other_members,
    pixel_correlation,
    reconstruction,
)
from numerics.latent_basis.subject import Subject
from numerics.latent_basis.truncation import truncated
from theory.errors import ArgumentError

M, L, D = 12, 4, 30


def seeded(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def control():
    return LinearControl(
        separation=3.0, deviation=0.6, latent_size=M, pixels=D, labels=L, generator=seeded()
    )


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), factor=st.floats(0.01, 100), offset=st.floats(-5, 5))
def test_pearson(seed, factor, offset):
    """numpy.corrcoef of each pair of images; contrast and brightness do not matter, a sign does."""
    images, others = seeded(seed).normal(size=(2, 5, 2, 3))
    found = pixel_correlation(images, others)
    expected = [
        np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(images, others, strict=True)
    ]
    np.testing.assert_allclose(found, expected, atol=1e-12)
    np.testing.assert_allclose(
        pixel_correlation(images, factor * others + offset), found, atol=1e-10
    )
    np.testing.assert_allclose(pixel_correlation(images, -others), -found, atol=1e-12)
    np.testing.assert_allclose(pixel_correlation(images, images), 1, atol=1e-12)


def test_an_image_of_one_value():
    """It has no correlation: 0, and no warning."""
    images = np.array([[1.0, 2.0], [3.0, 3.0]])
    np.testing.assert_array_equal(pixel_correlation(images, images[::-1]), [0, 0])


def test_other_members():
    """Another image of the label, each once."""
    labels = np.arange(50) % 3
    others = other_members(labels, seeded())
    assert (labels[others] == labels).all()
    assert (others != np.arange(50)).all()
    np.testing.assert_array_equal(np.sort(others), np.arange(50))


def test_class_mean_images():
    """Of (N, 1, 2): each is the mean of its label."""
    images = np.array([[[0.0, 1.0]], [[5.0, 5.0]], [[2.0, 3.0]]])
    found = class_mean_images(images, np.array([1, 0, 1]))
    np.testing.assert_array_equal(found, [[[1, 2]], [[5, 5]], [[1, 2]]])


def test_a_perfect_autoencoder(control):
    """G(mu(x)) = x: an image is its own reconstruction, and a decoded member is a real one."""
    images, labels = control.images(400, seeded(1))
    found = reconstruction(control.subject(), images, labels, seeded(2))
    assert found.own == pytest.approx(1, abs=1e-12)
    assert found.other_decoded == pytest.approx(found.other_real, abs=1e-12)
    assert found.other_real < found.class_mean < 1
    others = other_members(labels, seeded(2))
    assert found.other_real == pytest.approx(pixel_correlation(images, images[others]).mean())


def test_a_label_embedder(control):
    """An encoder that knows the label alone: own and other decoded are one, both the class mean's."""
    images, labels = control.images(400, seeded(1))
    inner = control.subject()
    means = np.stack([inner.encoded(images).mean[labels == a].mean(axis=0) for a in range(L)])
    encoding = inner.encoded(images)
    embedded = type(encoding)(means[labels], encoding.deviation)
    subject = Subject(inner.generate, inner.classify, lambda x: embedded, M, L)
    found = reconstruction(subject, images, labels, seeded(2))
    assert found.own == pytest.approx(found.other_decoded, abs=1e-12)
    assert found.own == pytest.approx(found.class_mean, abs=1e-12)


@pytest.mark.parametrize("size", [0.0, 0.5, 1.5])
def test_noise_on_the_linear_control(control, size):
    """Amplitudes have the variance 1 - 0.6^2 + s^2: right shares by the one-parameter law, 4 sd.

    The classifier looks at A^T (x - b) alone, so that decoding changes no label, while the noise beside
    the span of A goes: the decoded image is nearer to the clean one.
    """
    images, labels = control.images(40_000, seeded(1))
    found = noisy_inputs(
        control.subject(), control.basis(), images, labels, [size], [1, M], seeded(2)
    )
    spread = math.sqrt(1 - 0.6**2 + size**2)
    law = float(hit_rate(3.0 / spread, L - 1, absolute=False))
    assert found.classifier[0] == pytest.approx(law, abs=4 * math.sqrt(law * (1 - law) / 40_000))
    assert found.decoded[0] == found.classifier[0] == found.truncated[0, 1]
    assert found.truncated_correlations[0, 1] == pytest.approx(found.decoded_correlations[0])
    if size:
        assert found.correlations[0] < found.decoded_correlations[0] < 1
        assert found.truncated[0, 0] < found.decoded[0]
    else:
        assert found.correlations[0] == pytest.approx(1, abs=1e-12)


def test_noisy_inputs_by_definition(control):
    """Every number again, step by step; the noise is one draw, scaled."""
    subject, basis = control.subject(), control.basis()
    images, labels = control.images(200, seeded(1))
    sizes, kept = [0.3, 1.0], [1, 2, 5]
    found = noisy_inputs(subject, basis, images, labels, sizes, kept, seeded(2))
    noise = seeded(2).standard_normal(images.shape)
    for s, size in enumerate(sizes):
        noisy = images + size * noise
        mean = subject.encoded(noisy).mean
        assert found.classifier[s] == (subject.probabilities(noisy).argmax(1) == labels).mean()
        assert found.correlations[s] == pytest.approx(pixel_correlation(noisy, images).mean())
        assert found.decoded[s] == (subject.labels_of(mean)[0] == labels).mean()
        for r, terms in enumerate(kept):
            short = truncated(basis, mean, terms)
            assert found.truncated[s, r] == (subject.labels_of(short)[0] == labels).mean()
            shown = pixel_correlation(subject.decoded(short), images).mean()
            assert found.truncated_correlations[s, r] == pytest.approx(shown)
    assert found.kept == (1, 2, 5)


def test_real_digits_resemble_their_class():
    """8 x 8 digits, no network: 0.70 with another member, 0.84 with the mean, 0.60 with noise s = 1."""
    data = digits()
    # as the networks see them, [-1, 1]; a correlation does not feel it, the noise does
    values, labels = data["image"].values, data["label"].values
    low, high = values.min(), values.max()
    images = 2 * (values - low) / (high - low) - 1
    others = other_members(labels, seeded())
    assert pixel_correlation(images, images[others]).mean() == pytest.approx(0.704, abs=0.01)
    means = class_mean_images(images, labels)
    assert pixel_correlation(images, means).mean() == pytest.approx(0.837, abs=0.01)
    noisy = images + seeded(1).standard_normal(images.shape)
    assert pixel_correlation(images, noisy).mean() == pytest.approx(0.60, abs=0.01)


def test_bad_arguments(control):
    """Each with its value and bound."""
    images, labels = control.images(8, seeded(1))
    subject, basis = control.subject(), control.basis()
    with pytest.raises(ArgumentError, match=r"shapes \(8, 30\) and \(7, 30\)"):
        pixel_correlation(images, images[1:])
    with pytest.raises(ArgumentError, match="one image of label 3; must be at least 2"):
        reconstruction(subject, images[:7], labels[:7], seeded())
    with pytest.raises(ArgumentError, match="labels: got 4; must be from 0 to 3; that of image 1"):
        reconstruction(subject, images, labels + np.array([0, 3, 0, 0] * 2), seeded())
    blind = Subject(subject.generate, subject.classify, None, M, L)
    with pytest.raises(ArgumentError, match="encoder: got None"):
        reconstruction(blind, images, labels, seeded())
    for size in (-0.1, np.nan, np.inf):
        with pytest.raises(
            ArgumentError, match=r"deviations: got .* must be finite and not negative"
        ):
            noisy_inputs(subject, basis, images, labels, [size], [1], seeded())
    for kept in (0, M + 1):
        with pytest.raises(ArgumentError, match=f"kept: got {kept}; must be from 1 to K = 12"):
            noisy_inputs(subject, basis, images, labels, [0.1], [kept], seeded())
