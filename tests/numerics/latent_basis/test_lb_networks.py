"""Networks of a subject: their layers and shapes, heads, protocols, and weights in a file."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from torch import nn

from numerics.latent_basis import networks, protocols, released_networks, starts
from numerics.latent_basis.descent import Descent
from numerics.latent_basis.heads import LEAST, MOST, Encoder, head
from numerics.latent_basis.protocols import DIGITS, MNIST14, REDUCED28, RELEASED, SMALL, Protocol
from numerics.stored_weights import read_weights, store_weights
from numerics.torch_networks import started_by, take_weights, weights
from theory.errors import ArgumentError

ROWS = torch.from_numpy(np.random.default_rng(0).uniform(-1, 1, (40, 64))).float()


def parameters(network):
    return sum(p.numel() for p in network.parameters())


def kinds(network):
    return [type(layer).__name__ for layer in network.modules() if not list(layer.children())]


# --- fully connected ------------------------------------------------------------------------------


def test_networks_of_the_digits():
    """Section 6.1: G 30-256-256-64 has 91 k parameters, E 99 k, Cl 64-256-128-10 51 k."""
    generator = starts.generator_of(DIGITS, seed=0)
    discriminator = starts.discriminator_of(DIGITS, seed=0)
    classifier = starts.classifier_of(DIGITS, 10, seed=0)
    encoder = starts.encoder_of(DIGITS, "linear", seed=0)
    assert kinds(generator) == ["Linear", "BatchNorm1d", "ReLU"] * 2 + ["Linear", "Tanh"]
    assert kinds(discriminator) == ["Linear", "LeakyReLU", "Dropout"] * 2 + ["Linear"]
    assert kinds(classifier) == ["Linear", "ReLU", "Dropout", "Linear", "ReLU", "Linear"]
    assert kinds(encoder.trunk) == ["Linear", "BatchNorm1d", "LeakyReLU"] * 2
    assert parameters(generator) == 30 * 256 + 256 * 256 + 256 * 64 + 576 + 2 * 512
    assert parameters(classifier) == 64 * 256 + 256 * 128 + 128 * 10 + 256 + 128 + 10
    assert parameters(encoder) == 64 * 256 + 256 * 256 + 2 * 256 * 30 + 512 + 60 + 2 * 512
    assert (discriminator[1].negative_slope, discriminator[2].p) == (0.2, 0.3)
    assert (encoder.trunk[2].negative_slope, classifier[2].p) == (0.01, 0.2)


@pytest.mark.parametrize("protocol", [DIGITS, SMALL, MNIST14, REDUCED28])
def test_shapes(protocol):
    """Latents (N, M) become rows in (-1, 1), rows become logits and Gaussians of latents."""
    images = starts.generator_of(protocol, seed=0)(torch.randn(5, protocol.latent_size))
    assert images.shape == (5, protocol.pixels)
    assert images.abs().max() < 1
    assert starts.discriminator_of(protocol, seed=0)(images).shape == (5, 1)
    assert starts.classifier_of(protocol, 7, seed=0)(images).shape == (5, 7)
    for kind in ("linear", "release"):
        found = starts.encoder_of(protocol, kind, seed=0)(images)
        assert [values.shape for values in found] == [(5, protocol.latent_size)] * 2


@pytest.mark.parametrize(
    "make",
    [
        lambda seed: networks.generator(3, 4, (5,), seed=seed),
        lambda seed: networks.discriminator(4, (5,), seed=seed),
        lambda seed: networks.classifier(4, 2, (5,), dropout=0.2, seed=seed),
        lambda seed: networks.encoder(4, 3, (5,), head="release", seed=seed),
        lambda seed: released_networks.classifier(seed=seed),
    ],
)
def test_a_start_follows_from_its_seed(make):
    """The same seed the same bits, another others; torch's own random numbers go on undisturbed."""
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    first, again, other = (weights(make(seed)) for seed in (1, 1, 2))
    assert torch.equal(torch.rand(3), expected)
    assert all(first[name].tobytes() == again[name].tobytes() for name in first)
    assert any(not np.array_equal(first[name], other[name]) for name in first)


def test_no_two_networks_of_a_seed_start_alike():
    """Classifier and encoder have a first layer of one shape; it does not hold the same numbers."""
    classifier = starts.classifier_of(DIGITS, 10, seed=0)
    encoder = starts.encoder_of(DIGITS, "linear", seed=0)
    first, second = classifier[0].weight.detach(), encoder.trunk[0].weight.detach()
    assert first.shape == second.shape
    assert np.corrcoef(first.ravel(), second.ravel())[0, 1] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: networks.generator(0, 4, seed=0), r"sizes: got \(0, 256, 256, 4\)"),
        (lambda: networks.classifier(4, 2, (), dropout=0, seed=0), "at least one hidden layer"),
        (lambda: networks.encoder(4, 3, head="relu", seed=0), "head: got relu; must be one of lin"),
        (lambda: head("Linear", 3, 2), "head: got Linear; must be one of linear, release"),
    ],
)
def test_networks_that_are_none(make, words):
    """Argument, value and bound."""
    with pytest.raises(ArgumentError, match=words):
        make()


# --- heads ----------------------------------------------------------------------------------------


def test_the_released_head_is_one_sided():
    """LeakyReLU(0.01) of standardised values: what is below 0 is at most a hundredth of its depth.

    In evaluation mode after training statistics of the same rows, |values| <= sqrt(N - 1): so mu and
    log sigma are above -0.01 sqrt(39), their means above 0. A linear head of the same start is not.
    """
    for kind, one_sided in (("release", True), ("linear", False)):
        encoder = networks.encoder(64, 30, (32,), head=kind, seed=3)
        for values in encoder(ROWS):
            assert (values.min() > -0.01 * np.sqrt(39)) == one_sided
            assert (values.mean() > 0.3) == one_sided
        assert kinds(encoder.mean) == (
            ["Linear", "BatchNorm1d", "LeakyReLU"] if one_sided else ["Linear"]
        )


def test_log_sigma_is_clamped_and_mu_is_not():
    """A log sigma of 1e4 x would overflow in exp: it ends at 10 and -10."""
    encoder = Encoder(nn.Identity(), 1, 1, "linear")
    with torch.no_grad():
        for layer in (encoder.mean, encoder.log_deviation):
            layer.weight.fill_(1e4)
            layer.bias.zero_()
    mean, log_deviation = encoder(torch.tensor([[1.0], [-1.0], [1e-4]]))
    assert log_deviation.ravel().tolist() == [MOST, LEAST, 1.0]
    assert mean.ravel().tolist() == [1e4, -1e4, 1.0]


# --- released -------------------------------------------------------------------------------------


def test_released_generator():
    """Section 5.1: Dense 100 -> 12544, three transposed convolutions 7, 7, 14, 28, hardtanh."""
    network = released_networks.generator(seed=0)
    expected = 100 * 12544 + 12544 + 2 * 12544
    expected += 256 * 128 * 25 + 128 + 256 + 128 * 64 * 16 + 64 + 128 + 64 * 16 + 1
    assert parameters(network) == expected
    sides = []
    for layer in network:
        layer.register_forward_hook(lambda layer, inputs, made: sides.append(made.shape[1:]))
    images = network(torch.randn(3, 100))
    assert [tuple(sides[i]) for i in (3, 4, 7, 10)] == [
        (256, 7, 7),
        (128, 7, 7),
        (64, 14, 14),
        (1, 28, 28),
    ]
    assert images.shape == (3, 784)
    with torch.no_grad():
        network[10].weight.mul_(20)
        latents = torch.randn(3, 100)
        before = network.eval()[:-1](latents)
        assert (before > 1).any()
        assert (before < -1).any()
        assert torch.equal(network(latents), before.clamp(-1, 1)), "cut off, not bent"


def test_released_discriminator_and_classifier():
    """28 -> 14 -> 7, Dense 6272 -> 1; three poolings 14, 7, 3, flatten 288, Dense 10."""
    images = torch.rand(3, 784) * 2 - 1
    discriminator = released_networks.discriminator(seed=0)
    assert discriminator(images).shape == (3, 1)
    assert discriminator[-1].in_features == 6272
    assert parameters(discriminator) == 64 * 16 + 64 + 64 * 128 * 16 + 128 + 6273
    classifier = released_networks.classifier(seed=0)
    assert classifier(images).shape == (3, 10)
    assert classifier[-1].in_features == 288
    assert kinds(classifier)[1:-2] == ["Conv2d", "ReLU", "MaxPool2d"] * 3


@pytest.mark.parametrize("kind", ["linear", "release"])
def test_released_encoder(kind):
    """28 -> 29 -> 14 -> 7, flatten 6272, two heads; the third, for labels, is not there."""
    network = released_networks.encoder(head=kind, seed=0)
    sides = []
    for layer in network.trunk:
        layer.register_forward_hook(lambda layer, inputs, made: sides.append(made.shape[1:]))
    found = network(torch.rand(3, 784) * 2 - 1)
    assert [values.shape for values in found] == [(3, 100)] * 2
    assert [tuple(sides[i]) for i in (0, 1, 4, 7, 10)] == [
        (1, 28, 28),
        (64, 29, 29),
        (128, 14, 14),
        (128, 7, 7),
        (6272,),
    ]
    assert [name for name, _ in network.named_children()] == ["trunk", "mean", "log_deviation"]


def test_the_released_protocol_makes_the_released_networks():
    """What a protocol without widths starts is of convolutions."""
    assert "ConvTranspose2d" in kinds(starts.generator_of(RELEASED, seed=0))
    assert "Conv2d" in kinds(starts.discriminator_of(RELEASED, seed=0))
    assert "MaxPool2d" in kinds(starts.classifier_of(RELEASED, 10, seed=0))
    assert "ConvTranspose2d" in kinds(starts.encoder_of(RELEASED, "release", seed=0))


# --- protocols ------------------------------------------------------------------------------------


def test_one_cycle_is_that_of_torch():
    """The OneCycleLR of torch with cosines and no cycle of momentum: equal rates to rounding."""
    descent = Descent(3e-3, 32, steps=200, warm_up=0.1)
    adam = torch.optim.Adam([nn.Parameter(torch.zeros(1))], lr=1)
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        adam, 3e-3, total_steps=200, pct_start=0.1, cycle_momentum=False
    )
    for update in range(200):
        assert descent.rate(update, 200) == pytest.approx(cycle.get_last_lr()[0], rel=1e-12)
        adam.step()
        cycle.step() if update < 199 else None


@pytest.mark.parametrize("updates", [1, 2, 5, 10, 11])
def test_short_cycles_have_rates(updates):
    """Fewer than ten updates have no rise: positive rates, never above the peak."""
    descent = Descent(1e-3, 32, steps=updates, warm_up=0.1)
    rates = [descent.rate(update, updates) for update in range(updates)]
    assert all(0 < rate <= 1e-3 for rate in rates)


@pytest.mark.parametrize(
    ("descent", "images", "updates"),
    [
        (DIGITS.classifier, 1347, 60 * 22),
        (DIGITS.encoder, 1347, 60 * 43),
        (DIGITS.adversarial, 1347, 6000),
        (MNIST14.encoder, 60_000, 4000),
        (RELEASED.adversarial, 60_000, 500 * 2400),
    ],
)
def test_updates(descent, images, updates):
    """Epochs of whole sets with a smaller last batch, or the steps that are told."""
    assert descent.updates(images) == updates


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "epochs, steps: got \\(None, None\\)"),
        ({"epochs": 2, "steps": 2}, "one of them must be given"),
        ({"steps": 0}, "at least 1"),
        ({"steps": 5, "batch": 0}, "batch: got 0"),
        ({"steps": 5, "learning_rate": -1.0}, "learning_rate: got -1.0; must be positive"),
        ({"steps": 5, "learning_rate": np.inf}, "learning_rate: got inf"),
        ({"steps": 5, "warm_up": 1.0}, "warm_up: got 1.0; must be between 0 and 1"),
    ],
)
def test_descents_that_are_none(values, words):
    """Argument, value and bound."""
    with pytest.raises(ArgumentError, match=words):
        Descent(**{"learning_rate": 1e-3, "batch": 8} | values)


@pytest.mark.parametrize("pixels", [16, 64, 100, 101, 196, 300, 400, 401, 784, 1024])
@pytest.mark.parametrize("labels", [2, 3, 10, 26, 120])
def test_protocols_for_own_images(pixels, labels):
    """A full basis has n sets of l vectors: M = n l, at least 30 or 100; counts do not need epochs."""
    protocol = protocols.protocol_for(pixels, labels, 20 * labels)
    assert protocol.pixels == pixels
    assert protocol.latent_size == protocol.sets * labels
    assert protocol.latent_size >= (30 if pixels <= 100 else 100)
    for descent in (protocol.adversarial, protocol.classifier, protocol.encoder):
        assert descent.updates(20 * labels) >= 1500


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((15, 10, 1000), "pixels: got 15; must be from 16 to 1024"),
        ((1025, 10, 1000), "pixels: got 1025; must be from 16 to 1024"),
        ((64, 1, 1000), "labels: got 1; must be at least 2"),
        ((64, 10, 199), "images: got 199; must be at least 200, 20 for each label"),
    ],
)
def test_own_images_that_are_not_enough(arguments, words):
    """Argument, value and bound."""
    with pytest.raises(ArgumentError, match=words):
        protocols.protocol_for(*arguments)


# --- weights in a file ----------------------------------------------------------------------------

TINY = Protocol(
    pixels=6,
    latent_size=4,
    sets=2,
    widths=protocols.Widths((5,), (5,), (5,), (5,)),
    adversarial=Descent(1e-3, 4, steps=3),
    classifier=Descent(1e-3, 4, steps=3),
    encoder=Descent(1e-3, 4, steps=3),
)


@pytest.fixture
def stored(tmp_path):
    with started_by(0):
        nets = {
            "generator": starts.generator_of(TINY, seed=0),
            "encoder": starts.encoder_of(TINY, "release", seed=0),
        }
    path = store_weights(
        tmp_path / "tiny.npz",
        {name: weights(network) for name, network in nets.items()},
        command="python -m tiny",
        seed=3,
        protocol=dataclasses.asdict(TINY),
    )
    return path, nets


def test_stored_weights_come_back_in_half_precision(stored):
    """Relative error at most 2^-11 of each (absolute 2^-25 near 0); counters stay; the JSON tells all."""
    path, nets = stored
    found = read_weights(path)
    assert sorted(found.networks) == ["encoder", "generator"]
    for name, network in nets.items():
        for key, values in weights(network).items():
            kept = found.networks[name][key]
            assert kept.dtype == values.dtype
            np.testing.assert_allclose(kept, values, rtol=2.0**-11, atol=2.0**-25)
        take_weights(network, found.networks[name])
    assert found.made_by["command"] == "python -m tiny"
    assert found.made_by["seed"] == 3
    assert found.made_by["protocol"]["adversarial"]["steps"] == 3


def test_the_networks_of_both_heads_fit_into_a_mebibyte(tmp_path):
    """Generator, classifier and both encoders of the digits in float16: below 1 MiB."""
    nets = {
        "generator": starts.generator_of(DIGITS, seed=0),
        "classifier": starts.classifier_of(DIGITS, 10, seed=0),
        "encoder_linear": starts.encoder_of(DIGITS, "linear", seed=0),
        "encoder_release": starts.encoder_of(DIGITS, "release", seed=0),
    }
    named = {name: weights(network) for name, network in nets.items()}
    path = store_weights(tmp_path / "d.npz", named, command="", seed=0, protocol={})
    count = sum(values.size for part in named.values() for values in part.values())
    assert 2 * count < path.stat().st_size < 2**20


@pytest.mark.parametrize("place", [0, 300, -1])
def test_a_changed_byte_is_refused(stored, place):
    """Anywhere in the file; in one line, with the file's name."""
    path, _ = stored
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(ArgumentError, match=r"tiny\.npz; has the SHA-256 \w+\.\.\., not") as error:
        read_weights(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "told", [None, "", "[]", '"text"', "{}", json.dumps({"sha256": 3}), "\udcff"]
)
def test_a_damaged_description_is_refused(stored, told):
    """Missing, cut off, or without a checksum."""
    path, _ = stored
    beside = path.with_suffix(".json")
    if told is None:
        beside.unlink()
    else:
        beside.write_bytes(told.encode(errors="surrogateescape"))
    with pytest.raises(ArgumentError, match="take both files anew"):
        read_weights(path)


def test_a_missing_file_is_refused(stored):
    """The JSON alone is not enough."""
    path, _ = stored
    path.unlink()
    with pytest.raises(ArgumentError, match="cannot be read: FileNotFoundError"):
        read_weights(path)


@pytest.mark.parametrize("value", [70_000.0, np.inf, np.nan])
def test_weights_that_half_precision_cannot_hold(tmp_path, value):
    """Beyond 65504, or not finite: nothing is written."""
    named = {"encoder": {"bias": np.array([1.0, value], np.float32)}}
    with pytest.raises(ArgumentError, match=r"weights encoder/bias: .*at most 65504"):
        store_weights(tmp_path / "d.npz", named, command="", seed=0, protocol={})
    assert not list(tmp_path.iterdir())
