"""What autoencoders keep of a film: exact cases, bounds that no network passes, the paper's networks."""

import functools
import os

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.images import digits, mnist
from numerics.images.streams.stream_of import stream_of
from numerics.latent_waves.autoencoder import LONG, SHORT, AdamDescent, autoencoder
from numerics.latent_waves.eigenimages import eigenimages, eigenimages_of
from numerics.latent_waves.in_double import InDouble
from numerics.latent_waves.last_layer import captured, hidden_units
from numerics.latent_waves.layer_sizes import rank_bound, sizes
from numerics.latent_waves.linear_optimum import least_loss, linear_optimum
from numerics.latent_waves.moments import second_moments
from numerics.latent_waves.probe import first, probe
from numerics.latent_waves.unit_states import counted_rank, unit_states
from numerics.training import train
from theory.errors import ArgumentError

WITH_DATA = pytest.mark.skipif(
    "MODEWISE_DATA" not in os.environ, reason="MODEWISE_DATA names no data folder"
)
quickly = settings(deadline=None, max_examples=20)


def random_images(count=60, side=5, seed=0):
    """Images whose singular values lie well apart."""
    generator = np.random.default_rng(seed)
    strengths = 0.9 ** np.arange(side * side)
    images = generator.normal(size=(count, side * side)) * strengths + 0.3
    return images.reshape(count, side, side)


def stream(images):
    return stream_of(images, scale=1.0)


@functools.cache
def named(name, count=None):
    """Stream, its moments and its eigenimages."""
    images = {"digits": digits, "mnist": functools.partial(mnist, count=count)}[name]()
    whole = stream_of(images)
    moments = second_moments(whole)
    return whole, moments, eigenimages(moments)


def images_as_rows(images):
    return np.concatenate(list(images.blocks())).reshape(images.count, -1) * images.scale


def transitions(probed):
    return probed.transition, probed.transition_alignment, probed.transition_capture


# --- exact cases ----------------------------------------------------------------------------------


def test_images_as_their_own_reconstructions():
    """Nothing is lost: full rank, c = 1, loss 0; the first frame not kept is beyond the last one."""
    images = random_images()
    probed = probe(stream(images), images)
    assert probed.rank == 25
    assert transitions(probed)[1:] == (25, 25)
    assert probed.frame_errors.max() < 1e-20
    np.testing.assert_allclose(probed.capture, 1, rtol=1e-12)
    assert probed.loss == probed.least_loss == 0


@pytest.mark.parametrize("lost", [0, 3, 11])
def test_a_frame_that_is_left_out(lost):
    """Without frame j: the rank is one less, c_j = 0, T_align = T_capture = j, the loss is s_j^2/(m n)."""
    images = random_images()
    original = eigenimages_of(stream(images))
    rows, vector = images.reshape(60, 25), original.vectors[:, lost]
    probed = probe(stream(images), rows - np.outer(rows @ vector, vector), original=original)
    assert probed.rank == 24
    assert transitions(probed)[1:] == (lost, lost)
    assert probed.capture[lost] == pytest.approx(0, abs=1e-12)
    assert probed.loss == pytest.approx(original.singular_values[lost] ** 2 / 1500, rel=1e-9)
    assert probed.gap > 0


def test_two_frames_that_change_places():
    """Order lost, subspace kept: alignment ends at the first of both, capture nowhere."""
    images = random_images()
    left, values, right = np.linalg.svd(images.reshape(60, 25), full_matrices=False)
    values[[6, 7]] = values[[7, 6]]
    probed = probe(stream(images), (left * values) @ right)
    assert transitions(probed)[1:] == (6, 25)
    assert probed.transition in (6, 7)
    assert np.flatnonzero(probed.alignments < 0.5).tolist() == [6, 7]


@pytest.mark.parametrize("source", ["array", "images", "list", "tensor", "function", "of tensors"])
def test_sources_of_reconstructions(source):
    """Arrays of rows and of images, lists, tensors with gradients and functions of rows say the same."""
    images = random_images()
    half = {
        "array": images.reshape(60, 25) / 2,
        "images": images / 2,
        "list": list(images / 2),
        "tensor": torch.tensor(images / 2, requires_grad=True),
        "function": lambda rows: rows / 2,
        "of tensors": lambda rows: torch.tensor(rows / 2, requires_grad=True),
    }[source]
    probed = probe(stream(images), half)
    assert probed.loss == pytest.approx(np.square(images / 2).mean(), rel=1e-12)
    values = eigenimages_of(stream(images)).singular_values
    np.testing.assert_allclose(probed.reconstructed.singular_values, values / 2, rtol=1e-9)


def test_first():
    """The place of the first True, or the length."""
    assert first(np.array([False, False, True, True])) == 2
    assert first(np.zeros(4, dtype=bool)) == 4


# --- the linear optimum ---------------------------------------------------------------------------


@quickly
@given(
    st.integers(0, 2**31), st.integers(4, 6), st.integers(10, 80), st.integers(1, 6), st.booleans()
)
def test_rank_and_capture_of_the_linear_optimum(seed, side, count, bottleneck, bias):
    """LW25 and LW27 for any images: rank d, with bias d + 1; the shares c_j add up to it."""
    images = stream(random_images(count, side, seed))
    optimum = linear_optimum(second_moments(images), bottleneck, bias=bias)
    probed = probe(images, optimum)
    assert probed.rank == bottleneck + bias
    assert probed.capture.sum() == pytest.approx(probed.rank, abs=1e-8)
    if not bias:
        assert probed.transition_capture == bottleneck
        assert min(transitions(probed)) == bottleneck
        assert probed.gap == pytest.approx(0, abs=1e-13)


@pytest.mark.parametrize("bottleneck", [1, 2, 4, 9, 16, 25, 36, 49])
def test_without_bias_the_frames_before_d_are_kept(bottleneck):
    """LW25 on digits: T_capture = d; no T is earlier, and beyond d no frame is captured.

    Frame d itself is an arbitrary null vector, and may resemble that of the images by chance.
    """
    images, moments, original = named("digits")
    probed = probe(images, linear_optimum(moments, bottleneck, bias=False), original=original)
    assert probed.rank == bottleneck
    assert min(transitions(probed)) == probed.transition_capture == bottleneck
    assert max(transitions(probed)) <= bottleneck + 1
    np.testing.assert_allclose(probed.capture, np.arange(64) < bottleneck, atol=1e-9)
    assert probed.loss == pytest.approx(
        least_loss(original.singular_values, bottleneck, 1797), rel=1e-9
    )


@pytest.mark.parametrize("bottleneck", [1, 2, 4, 9, 16, 25, 36])
def test_with_bias_a_frame_more_may_be_captured(bottleneck):
    """LW25 on digits: the rank is d + 1, T_capture d or d + 1; no better affine map of rank d."""
    images, moments, original = named("digits")
    probed = probe(images, linear_optimum(moments, bottleneck), original=original)
    assert probed.rank == bottleneck + 1
    assert probed.transition_capture - bottleneck in (0, 1)
    rows = digits()["image"].values.reshape(1797, 64)
    centred = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)
    assert probed.loss == pytest.approx(np.square(centred[bottleneck:]).sum() / rows.size, rel=1e-9)


@WITH_DATA
@pytest.mark.parametrize(("count", "bottlenecks"), [(5000, [4, 16, 49]), (10_000, [64, 100])])
def test_with_bias_on_mnist(count, bottlenecks):
    """LW25 on MNIST: all three T are d or d + 1, and 4 -> 5, 16 -> 17, 49 -> 49, 64 -> 64, 100 -> 100."""
    images, moments, original = named("mnist", count)
    expected = {4: 5, 16: 17, 49: 49, 64: 64, 100: 100}
    for bottleneck in bottlenecks:
        probed = probe(images, linear_optimum(moments, bottleneck), original=original)
        assert probed.rank == bottleneck + 1
        assert transitions(probed) == (expected[bottleneck],) * 3


@pytest.mark.parametrize(
    ("bottleneck", "bias", "most"), [(0, True, 61), (62, True, 61), (62, False, 61)]
)
def test_bottlenecks_without_an_optimum(bottleneck, bias, most):
    """Beyond the rank of the images any direction would do."""
    with pytest.raises(ArgumentError, match=f"from 1 to {most}, the rank of the images"):
        linear_optimum(named("digits")[1], bottleneck, bias=bias)


# --- what holds of any network --------------------------------------------------------------------


@quickly
@given(st.integers(0, 2**31), st.integers(3, 6), st.integers(1, 8), st.booleans(), st.booleans())
def test_rank_bound_of_random_networks(seed, depth, bottleneck, linear, bias):
    """LW26, LW27: rank <= bound; with ReLU the weights and activations say it, and every c_j."""
    widths = sizes(25, bottleneck, depth)
    network = InDouble(autoencoder(widths, linear=linear, bias=bias, seed=seed))
    images = stream(random_images(seed=seed))
    original = eigenimages_of(images)
    probed = probe(images, network, hidden=network.hidden, original=original)
    assert probed.rank <= rank_bound(widths, linear=linear, bias=bias)
    assert probed.capture.sum() == pytest.approx(probed.rank, abs=1e-8)
    assert probed.gap >= -1e-13
    if not linear:
        assert probed.rank <= probed.units.rank <= probed.units.live_units + 1
        counted = counted_rank(unit_states(images, network.every_hidden), original.rank + 1)
        assert probed.units.rank <= counted <= probed.units.live_units + 1
    space = probed.units.reachable_space(*network.last_layer(images_as_rows(images)))
    assert space.shape[1] == probed.rank
    np.testing.assert_allclose(captured(original.vectors, space), probed.capture, atol=1e-8)


@quickly
@given(st.integers(0, 2**31), st.integers(1, 24))
def test_capture_identity_of_random_reconstructions(seed, rank):
    """LW27 for any matrices of rank q: the shares of a whole basis add up to q."""
    generator = np.random.default_rng(seed)
    made = generator.normal(size=(60, rank)) @ generator.normal(size=(rank, 25))
    probed = probe(stream(random_images(seed=seed)), made)
    assert probed.rank == rank
    assert probed.capture.sum() == pytest.approx(rank, abs=1e-8)
    assert probed.capture.min() > -1e-15
    assert probed.capture.max() < 1 + 1e-12
    assert probed.transition_capture <= 2 * rank


def test_dead_and_standing_units():
    """One dead unit, one that stands still, two that move together: three live, rank 2 with the bias."""
    images = random_images()
    moving = np.abs(images.reshape(60, 25)[:, 0])
    hidden = np.column_stack([np.zeros(60), np.full(60, 0.7), moving, 2 * moving])
    units = hidden_units(stream(images), hidden)
    assert units.live.tolist() == [False, True, True, True]
    assert units.live_units == 3
    assert units.rank == 2
    matrix, bias = np.random.default_rng(1).normal(size=(2, 25, 4))
    made = hidden @ matrix.T + bias[:, 0]
    probed = probe(stream(images), made, hidden=hidden)
    assert probed.rank == 2
    original = eigenimages_of(stream(images))
    space = units.reachable_space(matrix, bias[:, 0])
    np.testing.assert_allclose(captured(original.vectors, space), probed.capture, atol=1e-10)


def negative_layer(activation):
    """Three units that are below 0 for all images, a dead one, and a linear layer."""
    network = torch.nn.Sequential(torch.nn.Linear(25, 4), activation, torch.nn.Linear(4, 25))
    with torch.no_grad():
        network[0].weight.copy_(-torch.rand(4, 25, generator=torch.Generator().manual_seed(3)))
        network[0].weight[3] = 0
        network[0].bias.zero_()
    return InDouble(network)


@pytest.mark.parametrize(
    ("activation", "live"),
    [
        (torch.nn.Identity(), 3),
        (torch.nn.Tanh(), 3),
        (torch.nn.ELU(), 3),
        (torch.nn.Sigmoid(), 4),  # 1/2 where nothing comes in
        (torch.nn.ReLU(), 0),
    ],
)
def test_live_units_of_any_activation(activation, live):
    """Below 0 for all images, three linear or tanh units live: rank 4 with the bias; with ReLU none."""
    images = stream(np.random.default_rng(2).uniform(0.01, 1.0, size=(60, 5, 5)))
    network = negative_layer(activation)
    probed = probe(images, network, hidden=network.hidden)
    assert probed.units.live_units == live
    assert probed.rank == probed.units.rank == min(live, 3) + 1


@pytest.mark.parametrize("activation", [torch.nn.Identity(), torch.nn.Tanh()])
def test_counting_is_refused_without_relu(activation):
    """`every_hidden` sees no layer: nothing could be counted, and the bound would be that of images."""
    images = stream(random_images())
    network = negative_layer(activation)
    with pytest.raises(ArgumentError, match=r"every_hidden: got no layer; .* after ReLU"):
        unit_states(images, network.every_hidden)
    with pytest.raises(ArgumentError, match=r"activations down to -0\.5"):
        unit_states(images, lambda rows: [np.full((len(rows), 2), -0.5)])


def by_hand(biases):
    """One hidden unit z = x_0 > 0, then units relu(z + b) for each b, then a linear layer."""
    network = autoencoder((25, 1, len(biases), 25), seed=0)
    first, second = network[0], network[2]
    with torch.no_grad():
        first.weight.zero_()
        first.weight[0, 0] = 1.0
        first.bias.fill_(0.0)
        second.weight.fill_(1.0)
        second.bias.copy_(torch.tensor(biases))
    return InDouble(network)


@pytest.mark.parametrize(
    ("biases", "live", "switching", "rank"),
    [
        ([1.0, 2.0, 3.0, 4.0], 4, 0, 2),  # all on: affine in z, so z and 1 are all there is
        ([1.0, 2.0, -0.5, -0.6], 4, 2, 4),
        ([-0.3, -0.4, -0.5, -0.6], 4, 4, 5),
        ([1.0, 2.0, -9.0, -8.0], 2, 0, 2),  # two are dead
        ([1.0, -9.0, -8.0, -0.5], 2, 1, 3),
        ([-7.0, -9.0, -8.0, -6.0], 0, 0, 1),  # the bias alone
    ],
)
def test_rank_by_counting_units(biases, live, switching, rank):
    """Behind one unit z in (0, 1): rank = min(live + 1, 2 + switching), not live units + 1."""
    images = stream(np.random.default_rng(2).uniform(0.01, 1.0, size=(60, 5, 5)))
    network = by_hand(biases)
    states = unit_states(images, network.every_hidden)
    assert [state.live_units for state in states] == [1, live]
    assert [state.switching_units for state in states] == [0, switching]
    assert counted_rank(states, 26) == rank
    assert probe(images, network).rank == rank


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (np.zeros((59, 25)), "reconstructions: got 59 rows; must have 60"),
        (np.zeros((60, 24)), "must have 25 values an image"),
        (lambda rows: rows[:-1], "must have 25 values an image"),
        (np.full((60, 25), np.nan), "1500 values that are not finite"),
    ],
)
def test_reconstructions_that_do_not_fit(made, words):
    """Number of images and of pixels, and what a network that diverged puts out."""
    with pytest.raises(ArgumentError, match=words):
        probe(stream(random_images()), made)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ([[1.0] * 25, [1.0] * 24], "reconstructions: got list; must be an array of real numbers"),
        ("network.npz", "reconstructions: got str of shape \\(\\), <U11"),
        (np.zeros((60, 25), complex), "60, 25\\), complex128; must be an array of real numbers"),
        (lambda rows: None, "reconstructions: got NoneType of shape \\(\\), object"),
    ],
)
def test_what_are_no_reconstructions(made, words):
    """Ragged lists, text, complex numbers, a function that returns nothing."""
    with pytest.raises(ArgumentError, match=words):
        probe(stream(random_images()), made)


def test_a_torch_module_as_it_is():
    """The remedy is named, for the module, for a method of it, and for its last hidden layer."""
    network = autoencoder((25, 3, 25), seed=0)
    images = stream(random_images())
    for source in (network, network.forward):
        with pytest.raises(
            ArgumentError, match=r"torch module Sequential; .*InDouble\(network\)"
        ) as refused:
            probe(images, source)
        assert refused.value.argument == "reconstructions"
    with pytest.raises(ArgumentError, match="hidden: got the torch module Sequential"):
        probe(images, InDouble(network), hidden=network[:2])


def test_activations_that_do_not_fit():
    """One row an image."""
    images = random_images()
    with pytest.raises(ArgumentError, match="hidden: got 7 rows"):
        probe(stream(images), images, hidden=np.zeros((7, 3)))


def test_a_part_of_the_frames():
    """The shares of a part of the frames add up to nothing that is known."""
    images = stream(random_images())
    with pytest.raises(ArgumentError, match="must have all 25"):
        probe(images, lambda rows: rows, original=eigenimages_of(images, 10))


# --- the paper's networks -------------------------------------------------------------------------


def trained(name, count, depth, bottleneck, protocol, seed=0):
    images, _, original = named(name, count)
    rows = images_as_rows(images)
    network = autoencoder(sizes(rows.shape[1], bottleneck, depth), seed=seed)
    train(AdamDescent(network, rows, protocol, seed=seed), np.array([protocol.updates(len(rows))]))
    double = InDouble(network)
    probed = probe(images, double, hidden=double.hidden, original=original)
    space = probed.units.reachable_space(*double.last_layer(rows[:100]))
    return probed, captured(original.vectors, space)


@WITH_DATA
@pytest.mark.parametrize(("bottleneck", "live", "capture"), [(16, 4, 4), (64, 23, 24)])
def test_short_training_at_depth_3(bottleneck, live, capture):
    """6.3, MNIST, 5000 images: most units are dead; the rank is that of the live ones and the bias."""
    probed, foreseen = trained("mnist", 5000, 3, bottleneck, SHORT)
    assert probed.units.live_units == pytest.approx(live, abs=3)
    assert probed.rank == probed.units.rank == probed.units.live_units + 1
    assert probed.transition_capture == first(foreseen < 0.5) == pytest.approx(capture, abs=4)
    np.testing.assert_allclose(foreseen, probed.capture, atol=1e-9)
    assert 0 < probed.gap < 0.01


@pytest.mark.slow
@WITH_DATA
@pytest.mark.parametrize(
    ("depth", "bottleneck"),
    [(3, 16), (3, 64), (4, 64), pytest.param(5, 16, marks=pytest.mark.study)],
)
def test_long_training(depth, bottleneck):
    """LW32, 6.3: with small steps at most one bottleneck unit dies at depth 3; rank = live units + 1."""
    probed, foreseen = trained("mnist", 5000, depth, bottleneck, LONG)
    assert probed.rank == probed.units.live_units + 1
    if depth == 3:
        assert probed.units.live_units >= bottleneck - 1
    assert probed.transition_capture == first(foreseen < 0.5) <= probed.rank
