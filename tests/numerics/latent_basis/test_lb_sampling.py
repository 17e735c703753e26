"""Class means by sampling: held against all latents at once, exact laws, and every refusal."""

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from numerics.latent_basis.class_sums import ClassSums
from numerics.latent_basis.label_means import argmax_mean_square
from numerics.latent_basis.linear_control import LinearControl
from numerics.latent_basis.missing_labels import restricted, without_missing
from numerics.latent_basis.sampling import SHARES_FROM, class_means, encoded_means, random_means
from numerics.latent_basis.subject import BATCH, Encoding, Subject
from theory.errors import ArgumentError

M, L = 12, 4


def seeded(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def control():
    return LinearControl(
        separation=3.0, deviation=0.6, latent_size=M, pixels=20, labels=L, generator=seeded()
    )


def subject_by(label, labels=L, latent_size=M):
    """A subject whose images are its latents, and whose label is a function of them."""
    return Subject(lambda z: z, lambda x: np.eye(labels)[label(x)], None, latent_size, labels)


def first_of_each(latents, labels, most):
    """Means of the first `most` latents of each label, from all of them at once."""
    return np.stack([latents[labels == a][:most].mean(axis=0) for a in range(L)])


def test_random_sets_are_the_first_latents_of_each_label(control):
    """All draws at once, by definition; shares and confidence are of all draws."""
    subject = control.subject()
    found = random_means(subject, sets=2, each=700, generator=seeded(5))
    assert found.draws >= SHARES_FROM
    latents = seeded(5).standard_normal((found.draws, M))
    labels, probabilities = subject.labels_of(latents)
    for number in range(2):
        rows = np.stack(
            [latents[labels == a][700 * number : 700 * (number + 1)].mean(axis=0) for a in range(L)]
        )
        np.testing.assert_allclose(found.means[L * number : L * (number + 1)], rows, atol=1e-12)
    np.testing.assert_array_equal(found.counts, np.full(2 * L, 700))
    np.testing.assert_allclose(found.shares, np.bincount(labels) / found.draws, atol=1e-15)
    assert found.confidence == pytest.approx(probabilities.mean(), rel=1e-12)


def test_encoded_means_are_the_first_encodings_of_each_label(control):
    """All passes at once, by definition; more images than one batch, so that noise crosses it."""
    subject = control.subject()
    images, true = control.images(BATCH + 404, seeded(1))
    encoding = subject.encoded(images)
    generator = seeded(2)
    latents = np.concatenate([encoding.draw(generator) for _ in range(2)])
    for labels, given_labels in ((subject.labels_of(latents)[0], None), (np.tile(true, 2), true)):
        means, counts = encoded_means(
            subject, encoding, passes=2, generator=seeded(2), most=2000, true_labels=given_labels
        )
        np.testing.assert_allclose(means, first_of_each(latents, labels, 2000), atol=1e-12)
        np.testing.assert_array_equal(counts, np.minimum(np.bincount(labels), 2000))


def test_an_encoder_without_noise_has_known_means(control):
    """Deviation 0 and true labels: the mean of the encoder's means, whatever the passes."""
    images, true = control.images(4000, seeded(1))
    encoding = control.subject().encoded(images)
    sharp = Encoding(encoding.mean, np.zeros_like(encoding.mean))
    means, _ = encoded_means(
        control.subject(), sharp, passes=1, generator=seeded(), true_labels=true
    )
    np.testing.assert_allclose(means, first_of_each(sharp.mean, true, 4000), atol=1e-12)


def test_means_of_an_argmax_label():
    """Label = largest of l coordinates: |m|^2 = e_l^2 l/(l - 1), within 4 deviations; sum p m = 0."""
    subject = subject_by(lambda x: x[:, :L].argmax(axis=1))
    found = random_means(subject, sets=1, each=25_000, generator=seeded(3))
    # |eta|^2 = |m|^2 + tr Sigma/V, and sum p tr Sigma = M - |m|^2
    law = argmax_mean_square(L)
    squares = np.square(found.means).sum(axis=1).mean() - (M - law) / 25_000
    assert squares == pytest.approx(law, abs=4 * 2 * math.sqrt(law / 25_000 / L))
    np.testing.assert_allclose(found.shares, 1 / L, atol=4 * math.sqrt(3 / 16 / found.draws))
    assert np.linalg.norm(found.shares @ found.means) < 4 * math.sqrt(M / (L * 25_000))
    assert np.linalg.svd(found.means, compute_uv=False)[-1] < 4 * math.sqrt(M / 25_000)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    labels=st.integers(2, 5),
    pairs=st.integers(20, 200),
    kind=st.sampled_from(["linear", "quadratic", "checkerboard", "constant"]),
)
def test_zero_sum_of_any_label_function(seed, labels, pairs, kind):
    """Latents z and -z: sum_a p_a m_a = 0 to rounding, for any label; rank <= labels present - 1."""
    generator = seeded(seed)
    half = generator.standard_normal((pairs, M))
    latents = np.concatenate([half, -half])
    weights = generator.standard_normal((M, labels))
    label = {
        "linear": lambda z: (z @ weights).argmax(axis=1),
        "quadratic": lambda z: (z**2 @ weights).argmax(axis=1),
        "checkerboard": lambda z: np.floor(3 * z[:, :2]).sum(axis=1).astype(int) % labels,
        "constant": lambda z: np.zeros(len(z), dtype=int),
    }[kind]
    sums = ClassSums(sets=1, each=2 * pairs, labels=labels, latent_size=M)
    found = label(latents)
    sums.add(latents, found)
    present = sums.counts > 0
    weighted = (sums.counts / len(latents))[present] @ sums.means()[present]
    np.testing.assert_allclose(weighted, 0, atol=1e-13)
    values = np.linalg.svd(sums.means()[present], compute_uv=False)
    assert (values > 1e-12 * max(values[0], 1)).sum() <= present.sum() - 1


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    sets=st.integers(1, 3),
    each=st.integers(1, 30),
    cuts=st.lists(st.integers(0, 200), max_size=6),
)
def test_chunked_is_unchunked(seed, sets, each, cuts):
    """Whatever parts the latents come in: means to 1e-12, counts exactly."""
    generator = seeded(seed)
    latents = generator.standard_normal((200, M))
    labels = generator.integers(0, L, 200)
    whole, parts = (ClassSums(sets, each, L, M) for _ in range(2))
    whole.add(latents, labels)
    for rows in np.split(np.arange(200), sorted(cuts)):
        parts.add(latents[rows], labels[rows])
    np.testing.assert_array_equal(parts.counts, whole.counts)
    np.testing.assert_allclose(parts.means(), whole.means(), atol=1e-12)
    assert parts.full == whole.full


def test_single_precision_is_summed_in_double():
    """1e6 + k in float32, 3000 of them: the mean is exact."""
    values = np.float32(1e6) + np.arange(3000, dtype=np.float32)[:, None] % 7
    sums = ClassSums(sets=1, each=3000, labels=2, latent_size=1)
    sums.add(values, np.zeros(3000, dtype=int))
    assert sums.means()[0, 0] == values.astype(float).mean()


def test_class_means_of_both_origins(control):
    """Set 1 is the encoder's, the others do not depend on it; all sets are counted."""
    subject = control.subject()
    encoding = subject.encoded(control.images(4000, seeded(1))[0])
    both = class_means(subject, encoding, sets=3, each=600, generator=seeded(7))
    none = class_means(subject, None, sets=2, each=600, generator=seeded(7))
    assert both.encoded
    assert not none.encoded
    assert (both.means.shape, none.means.shape) == ((3 * L, M), (2 * L, M))
    np.testing.assert_array_equal(both.means[L:], none.means)
    assert both.counts[:L].min() >= 500
    assert (both.counts[L:] == 600).all()
    assert both.draws == none.draws >= SHARES_FROM
    only = class_means(subject, encoding, sets=1, generator=seeded(7))
    np.testing.assert_array_equal(only.means, both.means[:L])
    assert only.shares.sum() == pytest.approx(1)


def test_latents_are_not_kept():
    """1e5 draws of length 40 are 33 MB: sums, counts and some batches (1.3 MB each) are enough."""
    subject = subject_by(lambda x: x[:, :L].argmax(axis=1), latent_size=40)
    tracemalloc.start()
    try:
        found = random_means(subject, sets=4, each=5000, generator=seeded())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.draws * 40 * 8 > 30e6
    assert peak < 8 * BATCH * 40 * 8


def test_the_same_seed_gives_the_same_bits(control):
    """Twice, and a third time from another seed."""
    subject = control.subject()
    first, again, other = (
        class_means(subject, None, sets=1, each=50, generator=seeded(s)).means for s in (7, 7, 8)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def rare(share):
    """Label 0 is as rare as that, the others share the rest."""
    return subject_by(lambda x: np.where(x[:, 0] < ndtri(share), 0, 1 + x[:, 1:L].argmax(axis=1)))


def never():
    """Label 2 is never made."""
    return subject_by(lambda x: np.array([0, 1, 3, 3])[x[:, :L].argmax(axis=1)])


def test_a_label_that_is_never_made():
    """Label and budget are named."""
    with pytest.raises(ArgumentError, match=r"label 2: not one of 5000 random latents; .*5000"):
        random_means(never(), sets=1, each=50, budget=5000, generator=seeded())


def test_a_rare_label():
    """Label, share, budget and the draws V/p that it would need."""
    with pytest.raises(
        ArgumentError, match=r"budget: got 20000; label 0 has a share of 0\.0"
    ) as no:
        random_means(rare(0.01), sets=2, each=500, budget=20_000, generator=seeded())
    needed = int(str(no.value).split("about ")[1].split()[0])
    assert needed == pytest.approx(1000 / 0.01, rel=4 / math.sqrt(200))
    enough = random_means(rare(0.01), sets=2, each=500, budget=150_000, generator=seeded())
    assert enough.draws == pytest.approx(SHARES_FROM, rel=0.15)


def test_a_budget_is_kept_to():
    """Fewer draws than the shares want: the budget holds, and says so in `draws`."""
    label = subject_by(lambda x: x[:, :L].argmax(axis=1))
    assert random_means(label, sets=1, each=10, budget=5000, generator=seeded()).draws == 5000


def test_too_few_encodings(control):
    """Label, count and bound."""
    encoding = control.subject().encoded(control.images(400, seeded(1))[0])
    with pytest.raises(
        ArgumentError, match=r"latents of label \d, from 2 passes over 400 .*500 of"
    ):
        encoded_means(control.subject(), encoding, passes=2, generator=seeded())


BAD = [
    (random_means, {"sets": -1}, "sets: got -1; must be an integer, at least 0"),
    (random_means, {"sets": 1, "each": 1}, "each: got 1; must be an integer, at least 2"),
    (random_means, {"sets": 1, "budget": 0}, "budget: got 0; must be an integer, at least 1"),
    (class_means, {"sets": 0}, "sets: got 0; must be an integer, at least 1"),
    (class_means, {"sets": 4}, r"sets: got 4; K = 16 .* M = 12 .*at most 3"),
]


@pytest.mark.parametrize(("function", "given", "words"), BAD)
def test_bad_numbers_of_random_means(control, function, given, words):
    """Each with its bound."""
    encoding = () if function is random_means else (None,)
    with pytest.raises(ArgumentError, match=words):
        function(control.subject(), *encoding, generator=seeded(), **given)


BAD_ENCODINGS = [
    ({"passes": 0}, "passes: got 0; must be an integer, at least 1"),
    ({"passes": 1, "least": 1}, "least: got 1; must be an integer, at least 2"),
    ({"passes": 1, "most": 400}, "most: got 400; must be an integer, at least 500"),
    ({"passes": 1, "true_labels": np.zeros(8)}, r"labels: got array of float64 .*\(8,\)"),
    ({"passes": 1, "true_labels": np.zeros(7, int)}, r"shape \(7,\); must be whole numbers \(8,\)"),
    ({"passes": 1, "true_labels": np.arange(8)}, "labels: got 4; must be from 0 to 3; .*image 4"),
]


@pytest.mark.parametrize(("given", "words"), BAD_ENCODINGS)
def test_bad_numbers_of_encoded_means(control, given, words):
    """Each with its bound."""
    encoding = Encoding(np.zeros((8, M)), np.ones((8, M)))
    with pytest.raises(ArgumentError, match=words):
        encoded_means(control.subject(), encoding, generator=seeded(), **given)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_encoding_that_is_not_finite(control, value):
    """Image and coordinate are named."""
    mean = np.zeros((8, M))
    mean[5, 3] = value
    with pytest.raises(ArgumentError, match="row 5, coordinate 3"):
        encoded_means(
            control.subject(), Encoding(mean, np.ones_like(mean)), passes=1, generator=seeded()
        )


def test_missing_labels_are_left_out_by_name():
    """Labels 0, 1, 3 of 4 come up; the means of what is left are those of the first coordinates."""
    subject, kept = without_missing(never(), needed=100, draws=5000, generator=seeded())
    assert (kept, subject.labels) == ((0, 1, 3), 3)
    found = class_means(subject, None, sets=2, each=500, generator=seeded(1))
    assert found.means.shape == (6, M)
    np.testing.assert_allclose(found.shares, [0.25, 0.25, 0.5], atol=4 * math.sqrt(0.25 / 1e5))
    # label 3 is the larger of two coordinates: those grow, the others fall
    assert (found.means[2, 2:4] > 0.2).all()
    assert (found.means[2, :2] < -0.2).all()


def test_a_label_that_is_too_rare_is_missing():
    """Label 0 comes up 50 times in 5000: enough for 20, missing where 100 are needed."""
    for needed, expected in ((20, (0, 1, 2, 3)), (100, (1, 2, 3))):
        kept = without_missing(rare(0.01), needed=needed, draws=5000, generator=seeded())[1]
        assert kept == expected


def test_nothing_is_missing():
    """All labels come up: the subject stays what it was."""
    subject = subject_by(lambda x: x[:, :L].argmax(axis=1))
    assert without_missing(subject, needed=100, draws=5000, generator=seeded()) == (
        subject,
        (0, 1, 2, 3),
    )


def test_probabilities_of_some_labels():
    """p_a/(sum of those that are left); where nothing is left, equal shares."""
    rows = np.array([[0.1, 0.2, 0.3, 0.4], [0.5, 0.0, 0.5, 0.0]])
    subject = Subject(lambda z: z, lambda x: rows[: len(x)], None, M, L)
    found = restricted(subject, (1, 3)).probabilities(np.zeros((2, M)))
    np.testing.assert_allclose(found, [[1 / 3, 2 / 3], [0.5, 0.5]], rtol=1e-15)
    for kept in ((1, 1), (0, 4)):
        with pytest.raises(ArgumentError, match="must be different labels from 0 to 3"):
            restricted(subject, kept)


def test_one_label_is_no_basis():
    """All latents of one label."""
    subject = subject_by(lambda x: np.zeros(len(x), dtype=int))
    with pytest.raises(ArgumentError, match=r"got 1 labels with 100 of 5000 .*at least two labels"):
        without_missing(subject, needed=100, draws=5000, generator=seeded())
