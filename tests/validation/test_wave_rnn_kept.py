"""What `wave_rnn` says of how its networks are trained, and in which files their trainings are kept."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

from numerics.wave_rnn.segments.segment_set import ArraySet, Splits
from validation.experiment import Work
from validation.wave_rnn import Config, subjects
from validation.wave_rnn.case import WaveRnnCase
from validation.wave_rnn.setting import setting_of


def notes(**options):
    return WaveRnnCase(setting_of(Config(preset="quick", **options))).notes()


def test_how_networks_are_trained(tmp_path):
    """At quick: not at all, or here, for want of stored ones; own images by the default preset."""
    masks = np.zeros((20, 18, 18), np.uint8)
    masks[:, 6:12, 6:12] = 1
    np.savez(tmp_path / "mine.npz", images=100 * masks, masks=masks)
    for options, words in (
        ({}, "come with the package"),
        (
            {"seed": 5},
            "The package has no such networks, so they are trained here, beyond a minute.",
        ),
        ({"dataset": str(tmp_path / "mine.npz")}, "a run without --preset quick trains them"),
        ({"dataset": "tetrominoes"}, "--preset paper trains them"),
    ):
        told = notes(**options)
        assert any(words in line for line in told), (options, told)
    assert not any("beyond a minute" in line for line in notes(updates=30)), "who asks for it knows"


def altered(segments):
    """The same set with one pixel of an image changed."""
    images = segments.images.copy()
    images[0, 0, 0, 0] = 1
    return dataclasses.replace(segments, images=images)


class Asked(Exception):
    """Raised in place of a training."""


def kept_at(monkeypatch, held):
    """Names of the files that a training on these splits is kept in."""

    def told(jobs, *_, **__):
        raise Asked(*(job.checkpoint.name for job in jobs))

    monkeypatch.setattr(subjects, "train_many", told)
    setting = setting_of(Config(readout=("linear",), seeds=2))
    with pytest.raises(Asked) as asked:
        subjects.subjects_of(setting, held, Work(Path("store"), lambda *_: None))
    return asked.value.args


def test_altered_images_meet_no_weights_learnt_before(monkeypatch):
    """Training and validation images are in the file's name, in eight digits; the others are not."""
    masks = np.zeros((2, 18, 18), np.uint8)
    masks[:, 6:12, 6:12] = 1
    one = ArraySet(100 * masks[:, None], masks, ("background", "I", "O", "T"))
    held = Splits("squares", one, one, one, object_sizes=(6.0, 6.0), told={})
    first = kept_at(monkeypatch, held)
    name = re.compile(r"training_(nwm_linear|cnn_2)_[01]_[0-9a-f]{8}\.npz")
    assert len(set(first)) == 4
    assert all(name.fullmatch(kept) for kept in first)
    for split, same in (("train", False), ("validation", False), ("test", True)):
        changed = dataclasses.replace(held, **{split: altered(getattr(held, split))})
        assert (kept_at(monkeypatch, changed) == first) is same, split
