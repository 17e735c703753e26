"""Training of generator, classifier and encoder: losses by hand, frozen networks, resumption, digits."""

import contextlib
import math

import numpy as np
import pytest
import torch
from torch import nn

import numerics.training
from numerics.latent_basis import networks, protocols, released_networks, starts
from numerics.latent_basis.adversarial import (
    AdversarialDescent,
    discriminator_loss,
    generator_loss,
)
from numerics.latent_basis.classifier_training import ClassifierDescent
from numerics.latent_basis.descent import Descent
from numerics.latent_basis.encoder_training import EncoderDescent, divergence, misfit
from numerics.latent_basis.own_random import OwnRandom
from numerics.torch_networks import weights
from numerics.training import train
from theory.errors import ArgumentError, DivergenceError

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(-1, 1, (26, 6))
LABELS = RANDOM.integers(0, 3, 26)
EPOCHS = Descent(1e-2, 8, epochs=3, betas=(0.5, 0.99))
STEPS = Descent(1e-2, 8, steps=12, betas=(0.9, 0.99), warm_up=0.25)


def adversarial(descent=EPOCHS, seed=1):
    return AdversarialDescent(
        networks.generator(4, 6, (5,), seed=1),
        networks.discriminator(6, (5,), seed=2),
        IMAGES,
        descent,
        latent_size=4,
        seed=seed,
    )


def classifying(descent=EPOCHS, seed=1):
    network = networks.classifier(6, 3, (7, 5), dropout=0.3, seed=3)
    return ClassifierDescent(network, IMAGES, LABELS, descent, noise=0.1, seed=seed)


def encoding(descent=EPOCHS, seed=1, head="release", **options):
    return EncoderDescent(
        networks.encoder(6, 4, (5,), head=head, seed=4),
        networks.generator(4, 6, (5,), seed=1),
        networks.classifier(6, 3, (5,), dropout=0.5, seed=3),
        IMAGES,
        LABELS,
        descent,
        seed=seed,
        **({"noise": 0.2} | options),
    )


LEARNERS = {"adversarial": adversarial, "classifier": classifying, "encoder": encoding}


def all_bits(learner):
    return {name: values.tobytes() for name, values in learner.state().items()}


# --- losses ---------------------------------------------------------------------------------------


def test_adversarial_losses_by_hand():
    """-log D(real) - log(1 - D(made)) and -log D(made), with D = 1/(1 + exp(-logit)), averaged."""
    real, made = [0.3, -1.2], [2.0, 0.5]
    probability = [1 / (1 + math.exp(-x)) for x in real + made]
    of_real = -(math.log(probability[0]) + math.log(probability[1])) / 2
    not_made = -(math.log(1 - probability[2]) + math.log(1 - probability[3])) / 2
    as_real = -(math.log(probability[2]) + math.log(probability[3])) / 2
    logits = [torch.tensor(x, dtype=torch.float64)[:, None] for x in (real, made)]
    assert float(discriminator_loss(*logits)) == pytest.approx(of_real + not_made, rel=1e-12)
    assert float(generator_loss(logits[1])) == pytest.approx(as_real, rel=1e-12)


def test_divergence_by_hand():
    """(e^{2s} + mu^2 - 1 - 2s)/2, summed over coordinates; 0 for the prior itself."""
    mean = torch.tensor([[0.0, 2.0], [1.0, -1.0]], dtype=torch.float64)
    log_deviation = torch.tensor([[0.0, math.log(0.5)], [math.log(3), 0.0]], dtype=torch.float64)
    first = (0.25 + 4 - 1 + 2 * math.log(2)) / 2
    second = (9 + 1 - 1 - 2 * math.log(3)) / 2 + 0.5
    assert float(divergence(mean, log_deviation)) == pytest.approx((first + second) / 2, rel=1e-12)
    assert float(divergence(torch.zeros(3, 4), torch.zeros(3, 4))) == 0


def test_divergence_is_that_of_torch():
    """torch.distributions has it too, for Gaussians in general."""
    generator = torch.Generator().manual_seed(0)
    mean, log_deviation = torch.randn(2, 7, 5, generator=generator, dtype=torch.float64)
    normal = torch.distributions.Normal
    apart = torch.distributions.kl_divergence(normal(mean, log_deviation.exp()), normal(0.0, 1.0))
    assert float(divergence(mean, log_deviation)) == pytest.approx(float(apart.sum(1).mean()))


def test_misfits_by_hand():
    """For x = (1, -0.5), xhat = (0.5, 0.5): hinge (0.5 + 1.25)/2; Gaussian (0.25 + 1)/(2 * 0.1)."""
    images, made = (torch.tensor([x], dtype=torch.float64) for x in ([1.0, -0.5], [0.5, 0.5]))
    assert float(misfit(images, made, "hinge")) == pytest.approx(0.875, rel=1e-12)
    assert float(misfit(images, made, "gaussian")) == pytest.approx(6.25, rel=1e-12)
    both = [torch.cat([values, values]) for values in (images, made)]
    assert float(misfit(*both, "gaussian")) == pytest.approx(6.25, rel=1e-12)


def test_the_hinge_never_clips():
    """For pixels in [-1, 1], max(0, 1 - xhat x) = 1 - xhat x: gradient -x everywhere, least at sign(x)."""
    generator = torch.Generator().manual_seed(0)
    images, made = torch.rand(2, 50, 9, generator=generator, dtype=torch.float64) * 2 - 1
    images[0], made[0] = 1.0, 1.0
    made.requires_grad_()
    loss = misfit(images, made, "hinge")
    assert float(loss.detach()) == pytest.approx(float((1 - made * images).mean().detach()))
    (gradient,) = torch.autograd.grad(loss, made)
    np.testing.assert_allclose(gradient[1:], -images[1:] / images.numel(), rtol=1e-12)
    least = misfit(images, images.sign(), "hinge")
    assert float(least) == pytest.approx(float(1 - images.abs().mean()))
    with pytest.raises(ArgumentError, match="likelihood: got L2; must be one of hinge, gaussian"):
        misfit(images, made, "L2")


@pytest.mark.parametrize("likelihood", ["hinge", "gaussian"])
@pytest.mark.parametrize("label_weight", [0.0, 100.0])
def test_the_encoders_loss_is_its_parts(likelihood, label_weight):
    """It is misfit + lambda cross entropy + KL of one draw, made again from the same draws."""
    learner = encoding(label_weight=label_weight, likelihood=likelihood, noise=0.0)
    images = torch.from_numpy(IMAGES).float()
    labels = torch.from_numpy(LABELS)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(8)
        found = learner.loss(images, labels)
        torch.manual_seed(8)
        draws = torch.randn(26, 4)
    mean, log_deviation = learner.network(images)
    made = networks.generator(4, 6, (5,), seed=1).eval()(mean + log_deviation.exp() * draws)
    logits = networks.classifier(6, 3, (5,), dropout=0.5, seed=3).eval()(made)
    chosen = logits.log_softmax(1)[torch.arange(26), labels]
    parts = misfit(images, made, likelihood) + divergence(mean, log_deviation)
    expected = float((parts - label_weight * chosen.mean()).detach())
    assert float(found.detach()) == pytest.approx(expected, rel=1e-5)


def test_noise_is_on_what_the_encoder_sees_alone():
    """With an encoder that sends everything to the same latent, noise of 1 changes nothing."""

    class Blind(nn.Module):
        def __init__(self):
            super().__init__()
            self.mean = nn.Parameter(torch.zeros(4))

        def forward(self, images):
            self.seen = images
            return self.mean.expand(len(images), 4), torch.full((len(images), 4), -10.0)

    losses = []
    images = torch.from_numpy(IMAGES).float()
    for noise in (0.0, 1.0):
        blind = Blind()
        made = [
            networks.generator(4, 6, (5,), seed=1),
            networks.classifier(6, 3, dropout=0, seed=3),
        ]
        learner = EncoderDescent(blind, *made, IMAGES, LABELS, EPOCHS, noise=noise, seed=0)
        losses.append(float(learner.loss(images, torch.from_numpy(LABELS)).detach()))
        spread = float((blind.seen - images).std())
        assert spread == pytest.approx(noise, abs=0.15)
    assert losses[0] == pytest.approx(losses[1], abs=1e-2)


# --- an update ------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["linear", "release"])
@pytest.mark.parametrize("released", [False, True])
def test_frozen_networks_are_bitwise_unchanged(head, released):
    """Weights and running statistics of generator and classifier, also of those that it works with;
    the encoder moves."""
    if released:
        generator = released_networks.generator(4, seed=0)
        judge = released_networks.classifier(3, seed=0)
        encoder = released_networks.encoder(4, head=head, seed=0)
        images = RANDOM.uniform(-1, 1, (8, 784))
    else:
        generator = networks.generator(4, 6, (5,), seed=1)
        judge = networks.classifier(6, 3, (5,), dropout=0.5, seed=3)
        encoder = networks.encoder(6, 4, (5,), head=head, seed=4)
        images = IMAGES[:8]
    generator.train()(torch.randn(8, 4))  # so that the running statistics are no round numbers
    before = [weights(network) for network in (generator, judge, encoder)]
    descent = Descent(1e-2, 4, steps=3)
    learner = EncoderDescent(encoder, generator, judge, images, LABELS[:8], descent, seed=0)
    for update in range(3):
        learner.update(update)
    frozen = (learner._generator, learner._classifier)
    for network, old in zip((generator, judge, *frozen), before[:2] * 2, strict=True):
        assert all(x.tobytes() == old[name].tobytes() for name, x in weights(network).items())
        assert all(p.grad is None for p in network.parameters())
    assert generator.training
    after = weights(encoder)
    moved = {name for name in before[2] if before[2][name].tobytes() != after[name].tobytes()}
    # a shift before BatchNorm has no gradient but rounding; all else moves, running statistics too
    assert moved >= {name for name in before[2] if "bias" not in name}


def test_the_generator_sees_new_latents():
    """An update draws two batches of latents, of as many as there are images, and they differ."""
    learner, seen = adversarial(), []
    learner.generator.register_forward_hook(lambda layer, inputs, made: seen.append(inputs[0]))
    for update in range(4):
        learner.update(update)
    assert [len(latents) for latents in seen] == [8, 8, 8, 8, 8, 8, 2, 2]
    assert len({tuple(latents[0].tolist()) for latents in seen}) == 8


def test_discriminator_and_generator_move_by_their_own_losses():
    """At a rate of 0 for one of them, the other still learns: neither step moves the other network."""
    learner = adversarial()
    before = weights(learner.generator), weights(learner.discriminator)
    learner._adams[0].descend = lambda loss, rate: None
    learner.update(0)
    assert weights(learner.generator)["0.weight"].tobytes() == before[0]["0.weight"].tobytes()
    middle = weights(learner.discriminator)
    assert middle["0.weight"].tobytes() != before[1]["0.weight"].tobytes()
    other = adversarial()
    other._adams[1].descend = lambda loss, rate: None
    other.update(0)
    assert weights(other.discriminator)["0.weight"].tobytes() == before[1]["0.weight"].tobytes()
    assert weights(other.generator)["0.weight"].tobytes() != before[0]["0.weight"].tobytes()


def test_a_classifier_sees_noisy_images():
    """Each update adds new Gaussian noise of the told deviation to each pixel: 0.1 within 5 sd of it."""
    learner, seen = classifying(Descent(1e-30, 26, epochs=20)), []
    learner.network.register_forward_hook(lambda layer, inputs, made: seen.append(inputs[0]))
    order = torch.Generator().manual_seed(1)
    for update in range(20):
        learner.update(update)
    images = torch.from_numpy(IMAGES).float()
    noise = torch.stack([x - images[torch.randperm(26, generator=order)] for x in seen])
    assert float(noise.std()) == pytest.approx(0.1, rel=5 / math.sqrt(2 * noise.numel()))
    assert float(noise.mean()) == pytest.approx(0, abs=0.5 / math.sqrt(noise.numel()))


def test_noise_and_dropout_differ_from_update_to_update():
    """The same batch twice, at a rate too small to move a weight: two losses."""
    learner = classifying(Descent(1e-30, 26, epochs=3))
    losses = []
    descend = learner._adam.descend
    learner._adam.descend = lambda loss, rate: (
        losses.append(float(loss.detach())),
        descend(loss, rate),
    )
    for update in range(2):
        learner.update(update)
    assert abs(losses[0] - losses[1]) > 1e-4


# --- resumption -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LEARNERS)
@pytest.mark.parametrize("descent", [EPOCHS, STEPS], ids=["epochs", "steps"])
@pytest.mark.parametrize("stopped", [1, 4, 6])
def test_resumed_is_uninterrupted_bit_for_bit(tmp_path, monkeypatch, name, descent, stopped):
    """Stopped within an epoch or between two; torch's own numbers are disturbed: the same state."""
    monkeypatch.setattr(numerics.training, "SECONDS_BETWEEN_CHECKPOINTS", -1.0)
    whole = LEARNERS[name](descent)
    grid = np.arange(13)
    expected = train(whole, grid).observations
    broken = LEARNERS[name](descent)
    update = broken.update

    def interrupted(index):
        if index == stopped:
            raise KeyboardInterrupt
        torch.rand(3)
        update(index)

    broken.update = interrupted
    with pytest.raises(KeyboardInterrupt):
        train(broken, grid, checkpoint=tmp_path / "state.npz")
    torch.rand(11)
    resumed = LEARNERS[name](descent)
    found = train(resumed, grid, checkpoint=tmp_path / "state.npz").observations
    for key, values in expected.items():
        assert found[key].tobytes() == values.tobytes()
    assert all_bits(resumed) == all_bits(whole)


@pytest.mark.parametrize("name", LEARNERS)
def test_observing_changes_nothing(name):
    """Looking after every update or only at the end: the same state; and looking twice says the same."""
    often, once = (LEARNERS[name]() for _ in range(2))
    for update in range(5):
        often.update(update)
        once.update(update)
        first, again = often.observe(), often.observe()
        assert first == again
    assert all_bits(often) == all_bits(once)


@pytest.mark.parametrize("name", LEARNERS)
def test_torch_goes_on_undisturbed(name):
    """A learner's draws are its own: what else draws from torch gets the numbers it would have."""
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    learner = LEARNERS[name]()
    learner.update(0)
    learner.observe()
    assert torch.equal(torch.rand(2), expected)


@pytest.mark.parametrize("name", LEARNERS)
def test_a_seed_is_all_that_differs(name):
    """The same seed gives the same state bit for bit, another gives another."""
    first, again, other = (LEARNERS[name](seed=seed) for seed in (0, 0, 1))
    for learner in (first, again, other):
        learner.update(0)
        learner.update(1)
    assert all_bits(first) == all_bits(again)
    assert all_bits(first) != all_bits(other)


def test_own_random_numbers():
    """Two streams of a seed agree whatever goes on between; a failure inside leaves torch as it was."""
    first, second = (OwnRandom(5, torch.device("cpu")) for _ in range(2))
    drawn = []
    for stream in (first, second):
        for _ in range(3):
            with stream.drawn():
                drawn.append(torch.rand(2))
            torch.rand(1 if stream is first else 7)
        with stream.set_back():
            drawn.append(torch.rand(2))
    assert all(torch.equal(a, b) for a, b in zip(drawn[:4], drawn[4:], strict=True))
    assert torch.equal(drawn[0], drawn[3])
    assert not torch.equal(drawn[0], drawn[1])
    before = torch.random.get_rng_state()
    with contextlib.suppress(KeyboardInterrupt), first.drawn():
        torch.rand(1)
        raise KeyboardInterrupt
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_training_begun_on_a_gpu_does_not_go_on_here():
    """Its random numbers are others: refused, not silently changed."""
    stream = OwnRandom(5, torch.device("cpu"))
    state = stream.state() | {"random cuda": np.zeros(16, np.uint8)}
    with pytest.raises(ArgumentError, match="device: got cpu; the training was begun on the other"):
        stream.load(state)


# --- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"images": IMAGES * 1.5}, r"pixels must be from -1 to 1; scale them"),
        ({"images": IMAGES * np.nan}, r"pixels must be from -1 to 1"),
        (
            {"images": IMAGES.reshape(26, 2, 3)},
            r"array of shape \(26, 2, 3\); must be \(N, pixels\)",
        ),
        ({"labels": LABELS[:25]}, r"int64 of shape \(25,\); must be integers of shape \(26,\)"),
        ({"labels": LABELS.astype(float)}, r"float64 of shape \(26,\); must be integers"),
        ({"labels": LABELS - 1}, "labels: got -1; must be 0 or more"),
        ({"labels": LABELS + 1}, "labels: got 3; must be from 0 to 2"),
        ({"descent": Descent(1e-2, 27, epochs=1)}, "batch: got 27; must be from 1 to 26 images"),
    ],
)
def test_images_and_labels_that_are_none(change, words):
    """Argument, value and bound."""
    network = networks.classifier(6, 3, (7, 5), dropout=0.3, seed=3)
    given = {"images": IMAGES, "labels": LABELS, "descent": EPOCHS} | change
    with pytest.raises(ArgumentError, match=words):
        ClassifierDescent(network, **given, noise=0.1, seed=0)


@pytest.mark.parametrize("descent", [Descent(1e-2, 5, epochs=1), Descent(1e-2, 1, steps=5)])
def test_an_encoder_needs_two_images_at_a_time(descent):
    """26 images in batches of 5 leave one, of which BatchNorm has no deviation."""
    with pytest.raises(ArgumentError, match="leaves a batch of one image of 26"):
        encoding(descent)


def test_unknown_names():
    """The likelihoods are named."""
    with pytest.raises(ArgumentError, match="likelihood: got poisson; must be one of hinge, gauss"):
        encoding(likelihood="poisson")


@pytest.mark.parametrize("name", LEARNERS)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_a_step_that_diverges(name):
    """A rate of 1e30 leaves the finite numbers; the rate is named."""
    learner = LEARNERS[name](Descent(1e30, 8, steps=12))
    with pytest.raises(DivergenceError, match="learning_rate: got 1e\\+30"):
        train(learner, np.arange(13))


# --- digits ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def digits():
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    loaded = load_digits()
    return train_test_split(
        loaded.data / 8 - 1, loaded.target, test_size=450, stratify=loaded.target, random_state=0
    )


def trained(learner):
    train(learner, np.array([learner.updates]))


def accuracy(logits, labels):
    return float((logits.argmax(1).numpy() == labels).mean())


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, pytest.param(3, marks=pytest.mark.study)])
def test_small_networks_of_the_digits(digits, seed):
    """Section 15, quick: Cl >= 0.96, confidence >= 0.85, Cl(G(E)) >= 0.93 linear and 0.82 release;
    without the labels in its loss the encoder collapses to the prior, KL <= 0.1 (LB47)."""
    images, test_images, labels, test_labels = digits
    protocol = protocols.SMALL
    judge = starts.classifier_of(protocol, 10, seed=seed)
    trained(
        ClassifierDescent(
            judge, images, labels, protocol.classifier, noise=protocol.classifier_noise, seed=seed
        )
    )
    shown = torch.from_numpy(test_images).float()
    with torch.no_grad():
        assert accuracy(judge.eval()(shown), test_labels) >= 0.96
    generator = starts.generator_of(protocol, seed=seed)
    discriminator = starts.discriminator_of(protocol, seed=seed)
    descent, size = protocol.adversarial, protocol.latent_size
    trained(
        AdversarialDescent(generator, discriminator, images, descent, latent_size=size, seed=seed)
    )
    draws = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        found = judge(generator.eval()(torch.randn(20_000, size, generator=draws))).softmax(1)
    shares = np.bincount(found.argmax(1), minlength=10) / 20_000
    assert 0.04 <= shares.min() <= shares.max() <= 0.20
    assert found.max(1).values.mean() >= 0.85
    for head, weight, bar in (("linear", 100, 0.93), ("release", 100, 0.82), ("linear", 0, None)):
        encoder = starts.encoder_of(protocol, head, seed=seed)
        parts = (encoder, generator, judge, images, labels, protocol.encoder)
        trained(EncoderDescent(*parts, label_weight=weight, seed=seed))
        with torch.no_grad():
            mean, log_deviation = encoder.eval()(shown)
            drawn = mean + log_deviation.exp() * torch.randn(mean.shape, generator=draws)
            if bar is None:
                assert float(divergence(mean, log_deviation)) <= 0.1
            else:
                assert accuracy(judge(generator(drawn)), test_labels) >= bar
