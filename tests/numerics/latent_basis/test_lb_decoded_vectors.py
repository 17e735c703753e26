"""What vectors decode to: the linear control, where label and probability of each vector are known."""

import math

import numpy as np
import pytest

from numerics.latent_basis.basis import basis_of
from numerics.latent_basis.class_means import ClassMeans
from numerics.latent_basis.decoded_vectors import decoded_basis, decoded_means, decoded_vectors
from numerics.latent_basis.linear_control import LinearControl
from theory.errors import ArgumentError

M, L, RHO = 12, 4, 3.0


@pytest.fixture(scope="module")
def control():
    return LinearControl(
        separation=RHO, latent_size=M, pixels=20, labels=L, generator=np.random.default_rng(0)
    )


def means_of(rows):
    count = len(rows)
    return ClassMeans(rows, np.full(count, 500), L, np.full(L, 1 / L), 100_000, 0.9)


def certainty(length):
    """Posterior of the label of a vector t u_a: exp(rho t)/(exp(rho t) + l - 1)."""
    return 1 / (1 + (L - 1) * math.exp(-RHO * length))


def test_directions_of_the_labels(control):
    """T u_a shows label a with a known probability, short or long; -u_a never does."""
    u = control.directions[:L]
    for length in (0.1, 1.0, math.sqrt(M)):
        found = decoded_vectors(control.subject(), length * u)
        assert found.matching.all()
        np.testing.assert_allclose(found.confidence, certainty(length), rtol=1e-12)
    assert not decoded_vectors(control.subject(), -u).matching.any()


def test_sets(control):
    """Three sets, the last one cut: its own labels, shifted ones, one right of two."""
    u = control.directions[:L]
    rows = np.vstack([u, np.roll(u, 1, axis=0), u[[0, 3]]])
    found = decoded_means(control.subject(), means_of(rows))
    assert found.label.tolist() == [0, 1, 2, 3, 3, 0, 1, 2, 0, 3]
    assert (found.matches.tolist(), found.sizes.tolist()) == ([4, 0, 1], [4, 4, 2])


def test_means_brought_to_the_length_of_a_latent(control):
    """Norm^2 = M, whatever they were: the label stays, the probability is that of sqrt(M)."""
    lengths = np.array([0.5, 1.0, 2.0, 3.0])
    means = means_of(lengths[:, None] * control.directions[:L])
    raw = decoded_means(control.subject(), means)
    long = decoded_means(control.subject(), means, M)
    np.testing.assert_allclose(raw.confidence, [certainty(t) for t in lengths], rtol=1e-12)
    np.testing.assert_allclose(long.confidence, certainty(math.sqrt(M)), rtol=1e-12)
    assert raw.matches == long.matches == [L]


@pytest.mark.parametrize("method", ["qr", "symmetric"])
def test_a_basis(control, method):
    """Means t u_a, six rows: the basis shows the four labels; vectors that complete it are left out."""
    rows = np.vstack([2 * control.directions[:L], control.directions[L : L + 2]])
    basis = basis_of(means_of(rows), method, generator=np.random.default_rng(1))
    assert len(basis) == M
    found = decoded_basis(control.subject(), basis)
    assert found.sizes.tolist() == [4, 2]
    assert found.matches[0] == L
    # beyond the labels' directions no label is preferred
    np.testing.assert_allclose(found.confidence[L:], 1 / L, atol=1e-12)
    np.testing.assert_allclose(found.confidence[:L], certainty(math.sqrt(M)), rtol=1e-12)


def test_bad_arguments(control):
    """Length, finiteness, a mean of length zero, another number of labels."""
    subject, u = control.subject(), control.directions[:L]
    with pytest.raises(
        ArgumentError, match=r"vectors: got array of shape \(4, 11\); must be \(N, 12\)"
    ):
        decoded_vectors(subject, u[:, 1:])
    with pytest.raises(ArgumentError, match=r"vectors: got inf; .*row 2, coordinate 5"):
        decoded_vectors(
            subject, np.where((np.arange(M) == 5) & (np.arange(L) == 2)[:, None], np.inf, u)
        )
    with pytest.raises(ArgumentError, match="length 0 of row 1"):
        decoded_means(subject, means_of(u * np.array([1, 0, 1, 1])[:, None]), M)
    other = ClassMeans(u[:3], np.full(3, 500), 3, np.full(3, 1 / 3), 100_000, 0.9)
    with pytest.raises(ArgumentError, match="subject: got 4 labels; the vectors stand for 3"):
        decoded_means(subject, other)
