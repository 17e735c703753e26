"""How the networks start where torch's own start is not taken: omega as the image, y_0 Kaiming-normal."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn

from numerics.torch_networks import weights
from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import build

SMALL = Architecture("nwm", 1, 4, encoder=8, steps=16, time_step=0.6, head=(32, 32))


def images(channels):
    return torch.rand(3, channels, 10, 12, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("start", "gain"), [("identity", 1), ("twice", 2)])
@pytest.mark.parametrize(("channels", "hidden"), [(1, 2), (1, 16), (3, 2)])
def test_omega_starts_as_the_image(start, gain, channels, hidden):
    """omega_c = gain x in EVERY channel (x: the mean of the colours), and every weight it has can learn."""
    architecture = dataclasses.replace(
        SMALL, channels_in=channels, hidden=hidden, omega_start=start
    )
    network, seen = build(architecture, seed=0), images(channels)
    omega = network.fields(seen).stiffness
    wanted = gain * seen.mean(1, keepdim=True).expand_as(omega)
    torch.testing.assert_close(omega, wanted, rtol=1e-6, atol=1e-7)
    network(seen).square().sum().backward()
    last = network.stiffness[-2]
    assert (last.weight.grad.abs().amax((1, 2, 3)) > 0).all()
    assert (last.weight.grad.abs().amax((0, 2, 3)) > 0).sum() >= last.in_channels // 2
    assert network.damping[-2].weight.grad.abs().max() > 0


def test_what_twice_leaves_as_it_was():
    """Section 7.1: hidden channel 0 and the last layer are set, all else is the default of the seed."""
    default = weights(build(SMALL, seed=7))
    twice = weights(build(dataclasses.replace(SMALL, omega_start="twice"), seed=7))
    changed = [name for name in default if not np.array_equal(default[name], twice[name])]
    assert changed == [f"stiffness.{i}.{kind}" for i in (0, 2, 4) for kind in ("weight", "bias")]
    first, second, last = (twice[f"stiffness.{i}.weight"] for i in (0, 2, 4))
    assert np.array_equal(first[1:], default["stiffness.0.weight"][1:])
    assert np.array_equal(second[1:, 1:], default["stiffness.2.weight"][1:, 1:])
    assert (first[0, 0, 1, 1], np.abs(first[0]).sum()) == (2, 2)
    assert second[0, 0, 1, 1] == 1
    assert np.abs(second[0]).sum() + np.abs(second[:, 0]).sum() == 2  # the one tap, seen twice
    assert list(last[:, 0, 1, 1]) == [1, 1]
    assert np.abs(last).sum() == 2
    for i in (0, 2):
        assert np.array_equal(twice[f"stiffness.{i}.bias"][1:], default[f"stiffness.{i}.bias"][1:])
        assert twice[f"stiffness.{i}.bias"][0] == 0
    assert np.abs(twice["stiffness.4.bias"]).max() == 0


@pytest.mark.parametrize("model", ["nwm", "conv_lstm"])
def test_a_position_that_starts_kaiming_normal(model):
    """Standard deviation sqrt(2 / fan_in), no biases; torch's own start is uniform with biases."""
    wide = dataclasses.replace(SMALL, model=model, encoder=64, position_start="kaiming")
    network = build(wide, seed=0)
    convolutions = [layer for layer in network.position if isinstance(layer, nn.Conv2d)]
    assert len(convolutions) == 4
    for layer in convolutions:
        assert layer.bias.abs().max() == 0
    for layer in convolutions[1:3]:
        assert layer.weight.std().item() == pytest.approx((2 / (9 * 64)) ** 0.5, rel=0.02)
    other = weights(build(dataclasses.replace(wide, position_start="default"), seed=0))
    changed = {
        name.split(".")[0] for name, w in weights(network).items() if (w != other[name]).any()
    }
    assert changed == {"position"}
