"""Scores of segmentations: hand-made pictures, the plain definitions in loops, and what never changes."""

import hypothesis.extra.numpy as hnp
import hypothesis.strategies as st
import numpy as np
import pytest
import torch
from hypothesis import given, settings

from numerics.wave_rnn.training.metrics import joined, scores
from theory.errors import ArgumentError


def drawn(seed, images=6, classes=4, side=5):
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(images, classes, side, side + 1))
    return logits, generator.integers(0, classes, size=(images, side, side + 1))


def scored(logits, masks):
    return scores(torch.as_tensor(logits), torch.as_tensor(masks))


def certain(predicted, classes=4):
    """Logits of whose classes nobody can be in doubt, (B, N, H, W)."""
    return 50.0 * np.moveaxis(np.eye(classes)[predicted], -1, 1)


# --- definitions ----------------------------------------------------------------------------------


def test_a_picture_by_hand():
    """Background 0 0, objects 1 1 2 3; predicted 0 1, 1 3 2 0: four things that can be read off.

    Acc 3/6; FG-Acc 2/4; class 1 is found once, missed once, claimed once in vain: IoU 1/3; bits:
    AND 0 1 1 2 0, 1 AND 3 = 1; OR 1, 1, 3, 2, 3: 1 + 1 + 2 over 1 + 1 + 3 + 2 + 3.
    """
    found = scored(certain(np.array([[[0, 1, 1, 3, 2, 0]]])), np.array([[[0, 0, 1, 1, 2, 3]]]))
    assert found.accuracy == [3 / 6]
    assert found.foreground_accuracy == [2 / 4]
    assert found.overlap == [3 / 9]
    assert found.foreground_overlap == [2 / 6]
    assert found.legacy_overlap == [4 / 10]
    np.testing.assert_allclose(found.class_overlaps, [1 / 3, 1 / 3, 1, 0])


@pytest.mark.parametrize("seed", range(4))
def test_foreground_overlap_of_one_hots(seed):
    """W21: one-hots masked to the foreground, intersection over union, are a/(2 - a), to 1e-12.

    The same over all pixels is Acc/(2 - Acc).
    """
    logits, masks = drawn(seed)
    found = scored(logits, masks)
    predicted = np.eye(4, dtype=bool)[logits.argmax(1)]
    true = np.eye(4, dtype=bool)[masks]
    for where, overlap, accuracy in (
        (masks > 0, found.foreground_overlap, found.foreground_accuracy),
        (masks >= 0, found.overlap, found.accuracy),
    ):
        inside = where[..., None]
        shared = (predicted & true & inside).sum((1, 2, 3))
        either = ((predicted | true) & inside).sum((1, 2, 3))
        np.testing.assert_allclose(overlap, shared / either, rtol=1e-12)
        np.testing.assert_allclose(overlap, accuracy / (2 - accuracy), rtol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_losses_pixel_by_pixel(seed):
    """-log softmax of the true class, in loops; over all pixels, over those of objects, by batches."""
    logits, masks = drawn(seed)
    shifted = np.exp(logits)
    surprise = -np.log(
        np.take_along_axis(shifted / shifted.sum(1, keepdims=True), masks[:, None], 1)[:, 0]
    )
    parts = [scored(logits[part], masks[part]) for part in (slice(0, 4), slice(4, 6))]
    found = joined(parts).summary()
    means = [surprise[part][masks[part] > 0].mean() for part in (slice(0, 4), slice(4, 6))]
    assert found["loss"] == pytest.approx(surprise.mean(), rel=1e-12)
    assert found["foreground_loss"] == pytest.approx(surprise[masks > 0].mean(), rel=1e-12)
    released = (4 * means[0] + 2 * means[1]) / 6
    assert found["foreground_loss_by_batch"] == pytest.approx(released, rel=1e-12)
    assert abs(released - found["foreground_loss"]) > 1e-5


def test_joined_batches_are_one_set():
    """Six images at once, or 1 + 3 + 2: all scores but the released FG-loss are the same."""
    logits, masks = drawn(9)
    whole = scored(logits, masks)
    parts = joined([scored(logits[p], masks[p]) for p in (slice(1), slice(1, 4), slice(4, 6))])
    assert parts.batches == (1, 3, 2)
    one, other = whole.summary(), parts.summary()
    del one["foreground_loss_by_batch"], other["foreground_loss_by_batch"]
    assert one == pytest.approx(other, rel=1e-12)
    np.testing.assert_array_equal(parts.confusion, whole.confusion)
    assert parts.confusion.sum() == masks.size


def test_class_overlaps_count_false_positives():
    """An object that is right, and as large a one invented on the background: FG-IoU 1, its class 1/2."""
    masks = np.zeros((1, 1, 8), int)
    masks[..., :2] = 1
    predicted = masks.copy()
    predicted[..., 4:6] = 1
    found = scored(certain(predicted), masks)
    assert found.foreground_overlap == [1]
    np.testing.assert_allclose(found.class_overlaps, [4 / 6, 1 / 2, np.nan, np.nan])
    assert found.summary()["class_overlap"] == pytest.approx((4 / 6 + 1 / 2) / 2)


# --- images without foreground --------------------------------------------------------------------


def test_background_alone_is_left_out_and_counted():
    """Two images of three have objects, half right and wholly right: FG-Acc 3/4, one left out."""
    masks = np.array([[[0, 0, 1, 1]], [[0, 0, 0, 0]], [[2, 2, 2, 2]]])
    predicted = np.array([[[0, 0, 1, 0]], [[0, 0, 0, 3]], [[2, 2, 2, 2]]])
    found = scored(certain(predicted), masks)
    assert found.without_foreground == 1
    np.testing.assert_array_equal(found.foreground_accuracy, [0.5, np.nan, 1])
    assert found.summary()["foreground_accuracy"] == 0.75
    assert found.summary()["foreground_accuracy_pooled"] == 5 / 6
    assert found.summary()["accuracy"] == pytest.approx(10 / 12)


def test_a_batch_of_background_has_no_foreground_loss():
    """It is left out of the released FG-loss, and its images out of the weights."""
    logits, masks = drawn(2, images=2)
    masks[1] = 0
    alone = scored(logits[:1], masks[:1])
    both = joined([alone, scored(logits[1:], masks[1:])])
    assert both.foreground_loss_by_batch() == alone.foreground_loss_by_batch()


def test_a_set_of_background_has_no_scores():
    """0/0 in every image: an error, not nan."""
    found = scored(np.zeros((2, 3, 4, 4)), np.zeros((2, 4, 4), int))
    with pytest.raises(ArgumentError, match="2 images of background alone; foreground scores need"):
        found.summary()


# --- what never changes ---------------------------------------------------------------------------

PICTURES = hnp.arrays(int, (2, 3, 3, 4), elements=st.integers(0, 4))


@settings(max_examples=60, deadline=None)
@given(PICTURES)
def test_overlap_never_exceeds_accuracy(pictures):
    """0 <= FG-IoU <= FG-Acc <= 1, equal only at 0 or 1."""
    predicted, masks = pictures
    found = scored(certain(predicted, 5), masks)
    there = masks.any((1, 2))
    accuracy, overlap = found.foreground_accuracy[there], found.foreground_overlap[there]
    assert (accuracy >= overlap).all()
    assert ((overlap >= 0) & (accuracy <= 1)).all()
    np.testing.assert_array_equal(accuracy == overlap, np.isin(accuracy, (0, 1)))
    assert np.isnan(found.foreground_accuracy[~there]).all()


@settings(max_examples=40, deadline=None)
@given(PICTURES, st.permutations([1, 2, 3, 4]))
def test_foreground_labels_may_be_renamed(pictures, names):
    """Predicted and true classes renamed together: no score changes but the bits'."""
    predicted, masks = pictures
    masks[0, 0, 0] = 1
    order = np.array([0, *names])
    one = scored(certain(predicted, 5), masks).summary()
    other = scored(certain(order[predicted], 5), order[masks]).summary()
    del one["legacy_overlap"], other["legacy_overlap"]
    assert one == pytest.approx(other, rel=1e-12)


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("masks", "words"),
    [
        (torch.zeros(2, 4, 4), "torch.float32; must be int64"),
        (torch.zeros(2, 4, 4, dtype=torch.uint8), "must be int64"),
        (torch.zeros(2, 4, 5, dtype=torch.int64), r"must be of shape \(2, 4, 4\)"),
        (torch.full((2, 4, 4), 3), "got 3; classes must be from 0 to 2"),
        (torch.full((2, 4, 4), -1), "got -1; classes must be from 0 to 2"),
    ],
)
def test_masks_that_are_none(masks, words):
    """Integers of the logits' size, from 0 to N - 1."""
    with pytest.raises(ArgumentError, match=words):
        scores(torch.zeros(2, 3, 4, 4), masks)


def test_scores_show_what_matters():
    """A short text: how many images, and the scores of the set."""
    text = repr(scored(*drawn(1)))
    assert text.startswith("Scores of 6 images: loss ")
    assert "foreground_accuracy " in text
