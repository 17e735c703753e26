"""From options on images to images: what a count may leave out, and modes that can be told apart."""

import json

import numpy as np
import pytest

from numerics import images as image_room
from theory.errors import ArgumentError
from validation.image_options import ImageOptions
from validation.image_sets import NamedSet, learnt_modes, load_images

LABELS = np.array([0, 0, 1, 2, 2, 1])  # class 1 begins at the third, class 2 at the fourth image


@pytest.fixture
def own(tmp_path):
    """A file of six images in three classes; returns options that read it."""
    file = tmp_path / "own.npz"
    np.savez(file, images=np.random.default_rng(0).uniform(size=(6, 4, 4)), labels=LABELS)
    return lambda **options: ImageOptions(dataset=str(file), **options)


@pytest.mark.parametrize("classes", [None, (0, 1), (1, 0), (2, 0), (1, 2)])
@pytest.mark.parametrize("count", range(1, 7))
def test_a_count_keeps_every_class_that_is_asked_for(own, count, classes):
    """Or it is refused, with the classes that it loses and the least count that keeps them."""
    asked = set(range(3)) if classes is None else set(classes)
    lost = asked - set(LABELS[:count].tolist())
    if not lost:
        train = load_images(own(count=count, classes=classes)).train
        assert sorted(set(train["label"].values.tolist())) == list(range(len(asked)))
        assert train.sizes["sample"] == sum(x in asked for x in LABELS[:count])
        return
    with pytest.raises(ArgumentError) as refused:
        load_images(own(count=count, classes=classes))
    least = max(LABELS.tolist().index(label) for label in asked) + 1
    assert (refused.value.argument, refused.value.value) == ("--count", count)
    assert f"no image of {', '.join(str(x) for x in sorted(lost))}" in refused.value.expected
    assert f"choose {least} or more" in refused.value.remedy


def test_classes_that_are_not_there_are_no_matter_of_the_count(own):
    """The option that names them is refused."""
    with pytest.raises(ArgumentError, match=r"^--classes"):
        load_images(own(count=6, classes=(0, 7)))


def test_a_count_of_a_named_set_is_of_its_own_classes():
    """Digits' first images are 0, 1, 2 and so on: of four classes four images are enough."""
    sets = {"few": NamedSet(lambda _: image_room.digits(), has_test=False, classes=(0, 1, 2, 3))}
    train = load_images(ImageOptions(dataset="few", count=4), sets).train
    assert train["label"].values.tolist() == [0, 1, 2, 3]
    with pytest.raises(ArgumentError, match="no image of 3"):
        load_images(ImageOptions(dataset="few", count=3), sets)


def test_learnt_modes_have_as_many_outputs_as_the_test_images(tmp_path, own):
    """Test images of two of three classes have three targets."""
    file = tmp_path / "test.npz"
    np.savez(file, images=np.random.default_rng(1).uniform(size=(4, 4, 4)), labels=[0, 1, 2, 0])
    loaded = load_images(own(test=str(file)))
    assert json.loads(loaded.train.attrs["class_names"]) == ["0", "1", "2"]
    few = loaded.test.isel(sample=slice(2))
    modes, test = learnt_modes(type(loaded)(loaded.train, few), "own")
    assert modes.targets.shape == (6, 3)
    np.testing.assert_array_equal(test.targets, np.eye(3)[:2])


@pytest.mark.parametrize(("second", "refused"), [(1.0, True), (1.0 - 1e-6, False)])
def test_modes_that_cannot_be_told_apart(tmp_path, second, refused):
    """One bright pixel a class: S_m is its brightness over two."""
    images = np.zeros((2, 3, 3))
    images[0, 0, 0], images[1, 1, 2] = 1, second
    np.savez(tmp_path / "mine.npz", images=images, labels=[0, 1])
    loaded = load_images(ImageOptions(dataset=str(tmp_path / "mine.npz")))
    if refused:
        with pytest.raises(ArgumentError, match=r"^--dataset: got mine; .*cannot be told apart"):
            learnt_modes(loaded, "mine")
    else:
        modes, test = learnt_modes(loaded, "mine")
        np.testing.assert_allclose(modes.singular_values, [0.5, second / 2], rtol=1e-12)
        assert test is None
