"""A network learns to segment: what is kept, recorded and watched, and that it goes on bit for bit."""

import dataclasses
import re
import time
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from numerics import training
from numerics.batches import EpochBatches
from numerics.files import read_arrays
from numerics.torch_networks import weights
from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import build
from numerics.wave_rnn.segments.segment_set import ArraySet, Splits
from numerics.wave_rnn.segments.small_tetrominoes import small_tetrominoes_splits
from numerics.wave_rnn.training.evaluation import evaluated
from numerics.wave_rnn.training.protocol import Protocol
from numerics.wave_rnn.training.segmentation import SegmentationLearner
from numerics.wave_rnn.training.trained import LONG_NAMES, restored, trained
from numerics.wave_rnn.waves.stability import StabilityWarning
from theory.errors import ArgumentError, DivergenceError

SPLITS = small_tetrominoes_splits((50, 30, 10))
WAVES = Architecture(
    "nwm", channels_in=1, classes=4, encoder=3, steps=4, time_step=0.6, head=(8,), readout="linear"
)
UNET = Architecture("unet", channels_in=1, classes=4, unet_padding=True)
SHORT = Protocol(batch=8, learning_rate=5e-3, updates=20, schedule="one_cycle", clip=0.5)
VARIANTS = {
    "waves": (WAVES, SHORT),
    "waves, averaged": (WAVES, dataclasses.replace(SHORT, average=0.8)),
    "U-Net, constant rate": (UNET, Protocol(batch=8, learning_rate=1e-3, updates=20)),
    "U-Net, averaged": (UNET, Protocol(batch=8, learning_rate=1e-3, updates=20, average=0.5)),
    "waves, all of an epoch": (WAVES, dataclasses.replace(SHORT, drop_last=False, batch=16)),
    "waves, mixed": (WAVES, dataclasses.replace(SHORT, mixed_precision=True)),
}


class Killed(SegmentationLearner):
    """One that is killed before an update."""

    at = 13

    def update(self, index):
        if index == self.at:
            raise KeyboardInterrupt
        super().update(index)


def look(network, made):
    return {"made": made, "kernel": network.kernel.numpy() if hasattr(network, "kernel") else []}


def learner(architecture, protocol, kind=SegmentationLearner, **options):
    return kind(build(architecture, 3), SPLITS, protocol, seed=3, **options)


def same(one, other):
    return one.keys() == other.keys() and all(
        np.asarray(one[k]).tobytes() == np.asarray(other[k]).tobytes() for k in one
    )


# --- goes on bit for bit --------------------------------------------------------------------------


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_killed_training_ends_where_it_would_have(variant, tmp_path, monkeypatch):
    """Killed before update 13, resumed from what was kept last: all but the time is equal."""
    monkeypatch.setattr(training, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    architecture, protocol = VARIANTS[variant]
    options = {"watch": look, "watched_at": (0, 7, 12, 20)}
    whole = learner(architecture, protocol, **options)
    record = training.train(whole, protocol.grid(50))
    path = tmp_path / "state.npz"
    broken = learner(architecture, protocol, Killed, **options)
    with pytest.raises(KeyboardInterrupt):
        training.train(broken, protocol.grid(50), checkpoint=path)
    resumed = learner(architecture, protocol, **options)
    again = training.train(resumed, protocol.grid(50), checkpoint=path)
    assert same(record.observations, again.observations)
    one, other = whole.state(), resumed.state()
    assert one.pop("seconds") > 0
    assert other.pop("seconds") > 0
    assert same(one, other)


def test_the_seed_decides():
    """The same seed twice: the same bits; another one: other weights and another order."""
    one, two = (trained(WAVES, SHORT, SPLITS, 5) for _ in range(2))
    other = trained(WAVES, SHORT, SPLITS, 6)
    assert same(one.final, two.final)
    assert same(one.best, two.best)
    assert one.record.identical(two.record)
    assert not np.array_equal(one.final["kernel"], other.final["kernel"])


def test_a_checkpoint_of_another_length(tmp_path):
    """Ten updates cannot go on from a training of twenty."""
    path = tmp_path / "state.npz"
    trained(WAVES, SHORT, SPLITS, 1, checkpoint=path)
    shorter = dataclasses.replace(SHORT, updates=10)
    with pytest.raises(ArgumentError, match="checkpoint: got of 20 updates; this training has 10"):
        trained(WAVES, shorter, SPLITS, 1, checkpoint=path)


# --- what is kept ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("least_gain", "expected"), [(0.0, 3), (0.05, 2), (1.0, 1)], ids=["plain", "some", "much"]
)
def test_the_lowest_loss_is_kept(least_gain, expected, monkeypatch):
    """Losses .9 (before), 1, .8, .77, .85 at 0..4: the third is lowest; by .05 better is the second.

    With a least gain of 1 nothing replaces the first. What stood before the first update is no candidate.
    """
    losses = iter([0.9, 1.0, 0.8, 0.77, 0.85])

    class Judged:
        def summary(self):
            return {"loss": next(losses)}

    monkeypatch.setattr("numerics.wave_rnn.training.segmentation.evaluated", lambda *_: Judged())
    protocol = dataclasses.replace(SHORT, updates=4, schedule="constant", least_gain=least_gain)
    one = learner(WAVES, protocol)
    kept = []
    training.train(
        one, protocol.grid(50), progress=lambda made, _: kept.append(weights(one.judged))
    )
    assert one.best_update == expected
    assert same(one.best, kept[expected])
    assert not same(one.best, kept[4])


def test_best_weights_have_the_best_loss():
    """A network restored from them has the recorded loss; the final ones the last recorded."""
    run = trained(WAVES, dataclasses.replace(SHORT, updates=60, evaluations=6), SPLITS, 2)
    losses = run.record.loss.sel(update=slice(1, None))
    assert run.best_update == int(losses.idxmin())
    for final, update in ((False, run.best_update), (True, 60)):
        found = evaluated(restored(run, final=final), SPLITS.validation).summary()
        for name, value in found.items():
            assert value == float(run.record[name].sel(update=update)), name


def test_the_average_is_exponential():
    """The judged weights after n updates: w_1 first, then .8 of the old average and .2 of the new weights."""
    protocol = dataclasses.replace(SHORT, average=0.8)
    one = learner(WAVES, protocol)
    expected = None
    for index in range(12):
        one.update(index)
        now = weights(one.network)["kernel"].astype(float)
        expected = now if expected is None else 0.8 * expected + 0.2 * now
    np.testing.assert_allclose(weights(one.judged)["kernel"], expected, rtol=1e-5, atol=1e-6)
    assert not np.allclose(expected, now, rtol=1e-4)


@pytest.mark.parametrize("share", [1.0, 0.1])
def test_waves_have_a_rate_of_their_own(share):
    """Adam's first update moves a weight by its rate, 1e-3 here; kernel and stiffness by this share of it."""
    protocol = dataclasses.replace(SHORT, schedule="constant", learning_rate=1e-3, clip=None)
    one = learner(WAVES, dataclasses.replace(protocol, wave_rate=share))
    before = weights(one.network)
    one.update(0)
    moved = {name: abs(values - before[name]) for name, values in weights(one.network).items()}
    for name, rate in (("kernel", share), ("stiffness.4.weight", share), ("damping.0.bias", share)):
        assert moved[name].max() == pytest.approx(1e-3 * rate, rel=1e-2), name
    for name in ("head.layers.0.weight", "position.0.weight", "readout.taps"):
        assert moved[name].max() == pytest.approx(1e-3, rel=1e-2), name


def test_a_network_without_waves():
    """Their rate is of no effect there."""
    runs = [
        trained(UNET, Protocol(8, 1e-3, updates=3, wave_rate=share), SPLITS, 1)
        for share in (1.0, 0.1)
    ]
    assert same(runs[0].final, runs[1].final)


# --- the loss of an update ------------------------------------------------------------------------


def test_losses_and_norms_of_each_update():
    """The first update by hand: mean cross-entropy of its batch, the norm of its whole gradient."""
    run = trained(WAVES, SHORT, SPLITS, 4)
    assert run.record.training_loss.shape == run.record.gradient_norm.shape == (20,)
    chosen = EpochBatches(50, 8, seed=4, drop_last=True).take(0).numpy()
    images, masks = map(torch.as_tensor, SPLITS.train.batch(chosen))
    network = build(WAVES, 4)
    loss = nn.functional.cross_entropy(network(images), masks)
    loss.backward()
    norm = np.sqrt(sum(float(p.grad.double().square().sum()) for p in network.parameters()))
    assert float(run.record.training_loss[0]) == pytest.approx(loss.item(), rel=1e-6)
    assert float(run.record.gradient_norm[0]) == pytest.approx(norm, rel=1e-4)


def test_mixed_precision_is_near():
    """bfloat16 has 8 bits: losses within 5 % of those in float32 at first, and not the same."""
    mixed = trained(WAVES, dataclasses.replace(SHORT, mixed_precision=True), SPLITS, 1)
    plain = trained(WAVES, SHORT, SPLITS, 1)
    one, other = (run.record.training_loss.values[:5] for run in (mixed, plain))
    np.testing.assert_allclose(one, other, rtol=0.05)
    assert not np.array_equal(one, other)
    assert all(values.dtype == np.float32 for values in mixed.final.values())


@pytest.mark.parametrize("at", [0, 6])
def test_a_loss_that_is_not_finite_names_its_update(at):
    """A weight is set to nan before an update: the training stops there, and says so."""

    class Spoiled(SegmentationLearner):
        def update(self, index):
            if index == at:
                with torch.no_grad():
                    self.network.kernel.fill_(np.nan)
            super().update(index)

    one = learner(WAVES, SHORT, Spoiled)
    with pytest.raises(DivergenceError, match=f"the loss was nan at update {at}; choose a smaller"):
        training.train(one, SHORT.grid(50))


@pytest.mark.parametrize(
    ("architecture", "at", "named"),
    [
        (WAVES, 0, "time_step: got 0.6; the loss was nan at update 0; choose a smaller time step"),
        (WAVES, 6, "learning_rate: got 0.005; the loss was nan at update 6; choose a smaller lear"),
        (UNET, 0, "learning_rate: got 0.005; the loss was nan at update 0; choose a smaller lear"),
    ],
)
def test_what_was_too_large(architecture, at, named):
    """Before anything is learnt no learning rate is to blame, but the step of the waves may be."""
    one = learner(architecture, SHORT)
    for index in range(at):
        one.update(index)
    with torch.no_grad():
        next(one.network.parameters()).fill_(np.nan)
    with pytest.raises(DivergenceError, match=re.escape(named)):
        one.update(at)


def test_too_large_a_time_step_ends_the_training_before_it_begins():
    """At dt = 8 and 300 steps waves leave float32 on the first images that are judged."""
    steep = dataclasses.replace(WAVES, time_step=8.0, steps=300)
    with pytest.raises(DivergenceError, match=r"time_step: got 8\.0; .* after 0 updates; choose a"):
        trained(steep, SHORT, SPLITS, 1)


def test_a_mask_with_too_many_classes():
    """A network of four outputs and a class 4: told before torch ends the process."""
    masks = np.full((8, 6, 6), 4, np.uint8)
    images = ArraySet(np.zeros((8, 1, 6, 6), np.float32), masks, ("background", *"abcd"))
    splits = Splits("many", images, images, images, (6, 6), {})
    with pytest.raises(ArgumentError, match="got 4; classes must be from 0 to 3"):
        SegmentationLearner(build(WAVES, 0), splits, SHORT, seed=0).update(0)


# --- the record -----------------------------------------------------------------------------------


def test_a_record_says_what_it_holds():
    """Per update and per evaluation, with units; the scores are those that metrics name."""
    run = trained(WAVES, SHORT, SPLITS, 1)
    assert run.record["update"].values.tolist() == [0, 5, 10, 15, 20]
    assert set(LONG_NAMES) == set(evaluated(restored(run), SPLITS.validation).summary())
    assert set(run.record) == {*LONG_NAMES, "training_loss", "gradient_norm"}
    for array in run.record.values():
        assert {"units", "long_name"} <= set(array.attrs)
        assert np.isfinite(array).all()
    assert f"nwm, seed 1: best after {run.best_update} updates" in repr(run)
    assert 0 < run.seconds < time.process_time()


def test_seconds_of_a_finished_training(tmp_path):
    """Read from its checkpoint, they are those that it took, and those of reading."""
    path = tmp_path / "state.npz"
    first = trained(WAVES, SHORT, SPLITS, 1, checkpoint=path)
    stored = float(read_arrays(path)["seconds"])
    assert 0 < stored <= first.seconds
    began = time.process_time()
    again = trained(WAVES, SHORT, SPLITS, 1, checkpoint=path)
    assert stored <= again.seconds <= stored + time.process_time() - began


@pytest.mark.parametrize(("time_step", "safe"), [(0.6, True), (8.0, False)])
def test_an_unstable_step_is_told(time_step, safe):
    """The margin of the best weights on validation images, by hand; who takes the network is warned at 4."""
    waves = dataclasses.replace(WAVES, time_step=time_step)
    run = trained(waves, dataclasses.replace(SHORT, updates=8), SPLITS, 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StabilityWarning)
        network = restored(run)
    with torch.no_grad():
        fields = network.fields(torch.as_tensor(SPLITS.validation.batch(np.arange(30)).images))
    margin = (time_step**2 * fields.stiffness + 2 * time_step * fields.damping).max()
    assert run.stability.margin == pytest.approx(float(margin), rel=1e-6)
    assert run.stability.is_safe is safe
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        restored(run)
        restored(run, final=True)  # was not judged
    assert [warning.category for warning in heard] == [StabilityWarning] * (not safe)


def test_a_network_without_waves_has_no_stability():
    """There is no step."""
    run = trained(UNET, Protocol(8, 1e-3, updates=3), SPLITS, 1)
    assert run.stability is None
    assert restored(run).architecture == UNET


def test_what_is_watched():
    """Before the first update, after the seventh, at the end: the weights of these moments."""
    run = trained(WAVES, SHORT, SPLITS, 1, watch=look, watched_at=(20, 7, 0))
    assert run.watched["updates"].tolist() == run.watched["made"].tolist() == [0, 7, 20]
    assert np.array_equal(run.watched["kernel"][0], weights(build(WAVES, 1))["kernel"])
    assert np.array_equal(run.watched["kernel"][2], run.final["kernel"])
    assert same(run.final, trained(WAVES, SHORT, SPLITS, 1).final)  # it disturbs nothing


@pytest.mark.parametrize("moments", [(0, 21), (-1,)])
def test_moments_that_do_not_come(moments):
    """From 0 to the last update."""
    with pytest.raises(ArgumentError, match=r"watched_at: .* must be from 0 to 20"):
        learner(WAVES, SHORT, watch=look, watched_at=moments)


def test_progress_tells_evaluations():
    """Made and total, at each."""
    told = []
    trained(WAVES, SHORT, SPLITS, 1, progress=lambda *made: told.append(made))
    assert told == [(made, 20) for made in (0, 5, 10, 15, 20)]


def test_judging_leaves_the_mode():
    """BatchNorm is judged by its running statistics; the network stays in the mode that it was in."""
    network = build(UNET, 0).train()
    one = evaluated(network, SPLITS.validation, together=30)
    assert network.training
    other = evaluated(network.eval(), SPLITS.validation, together=7)
    assert not network.training
    np.testing.assert_allclose(one.losses, other.losses, rtol=1e-5)
    assert other.batches == (7, 7, 7, 7, 2)


@pytest.mark.skipif(
    not torch.cuda.is_available(), reason="no CUDA device: training on it is not tested"
)
def test_on_a_gpu():
    """The first losses are those of the CPU, to float32."""
    one, other = (trained(WAVES, SHORT, SPLITS, 1, device=d) for d in ("cpu", "cuda"))
    np.testing.assert_allclose(
        one.record.training_loss[:5], other.record.training_loss[:5], rtol=1e-3
    )
