"""Scores of networks: on the images that chose them and on others, where the networks were trained."""

import numpy as np
import pytest
import torch

from numerics.torch_networks import weights
from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import build
from numerics.wave_rnn.segments.segment_set import class_shares
from numerics.wave_rnn.segments.small_tetrominoes import small_tetrominoes_splits
from numerics.wave_rnn.training.evaluation import evaluated
from validation.experiment import Work
from validation.wave_rnn import Config, scoring
from validation.wave_rnn.setting import setting_of
from validation.wave_rnn.subjects import Subject

SPLITS = small_tetrominoes_splits((8, 20, 70))
LINEAR, CNN = "nwm linear", "cnn 2"


def scored(device="cpu"):
    """Scores of a wave network and a CNN as they start."""
    setting = setting_of(Config(readout=("linear",), seeds=1, device=device))
    subjects = {
        (name, 0): Subject(a, 0, weights(build(a, 0))) for name, a in setting.architectures.items()
    }
    return scoring.scored(setting, subjects, SPLITS, class_shares(SPLITS.train), Work(None))


def test_scores_are_those_of_the_network():
    """Bit for bit, of each network on both sets; arrays of NumPy."""
    found = scored()
    for name, architecture in setting_of(
        Config(readout=("linear",), seeds=1)
    ).architectures.items():
        for split, images in (("validation", SPLITS.validation), ("test", SPLITS.test)):
            network = build(architecture, 0).eval()
            for score, value in evaluated(network, images).summary().items():
                here = found[score].sel(network=name, seed=0, split=split)
                assert isinstance(here.values, np.ndarray)
                assert float(here) == value, (name, split, score)


def test_networks_are_scored_where_they_were_trained(monkeypatch):
    """On the device of the configuration; nothing runs on the meta device, so what it would find is given."""
    cpu, seen = evaluated(build(Architecture("cnn", 1, 4), 0), SPLITS.test), []

    def elsewhere(network, images):
        seen.append({str(p.device) for p in network.parameters()})
        return cpu

    asked = []
    monkeypatch.setattr(
        scoring, "find_device", lambda name: asked.append(name) or torch.device("meta")
    )
    monkeypatch.setattr(scoring, "evaluated", elsewhere)
    scored("auto")
    assert asked == ["auto"]
    assert seen == [{"meta"}] * 4


@pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no CUDA device: scoring on it is not tested"
)
def test_scores_on_a_gpu():
    """Those of the CPU, to float32."""
    one, other = scored("cpu"), scored("cuda")
    for name in ("loss", "foreground_loss"):
        np.testing.assert_allclose(one[name], other[name], rtol=1e-4)
