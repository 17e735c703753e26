"""Options of `wave_rnn`: their bounds, what they need of one another, and the setting that they make."""

import dataclasses
import typing

import pytest
from command_line import says

from numerics.wave_rnn.training.protocol import PAPER, STEADY
from theory.errors import ArgumentError
from validation.wave_rnn import Config
from validation.wave_rnn.check_table import MNIST, MULTI, OWN, POLYGONS, SMALL, TETROMINOES
from validation.wave_rnn.options import (
    BELONG,
    NAMED,
    OF_SET,
    OF_TRAINING,
    RANGES,
    case_name,
    option,
    require_options,
)
from validation.wave_rnn.setting import setting_of

ALL_MODELS = ("nwm", "conv_lstm", "cnn", "unet")
FOUR = ("linear", "fft", "mean", "last")
FIVE = (*FOUR, "max")
SEVERAL = ("depth", "channels", "head")  # fields that hold several numbers
CHANGED = {
    "readout": ("linear",),
    "frequencies": 5,
    "head": (8,),
    "lstm_input": "image",
    "binarise": True,
    "threshold": 0.5,
    "steps": 8,
    "watch": 4,
    "radius": 2,
    "time_step": 0.3,
    "stiffness": "identity",
    "damping": "softplus",
    "wave_rate": 0.5,
    "depth": (4,),
    "bottleneck": ("wide",),
    "channels": (3,),
    "seeds": 2,
    "seed": 1,
    "updates": 30,
    "batch": 8,
    "learning_rate": 1e-4,
    "schedule": "constant",
    "clip": 1.0,
    "mixed_precision": True,
}


def refused(config, argument, *values, by=require_options):
    """The configuration is refused in one line that names option, value and remedy."""
    with pytest.raises(ArgumentError) as no:
        by(config)
    says(str(no.value), argument, *values)
    return str(no.value)


def given(name, value):
    """A configuration with one number, on a set and in networks that have a part for it."""
    held = (value,) if name in SEVERAL else value
    return Config(dataset=OF_SET.get(name, SMALL), model=ALL_MODELS, **{name: held})


# --- bounds ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RANGES)
def test_the_ends_of_the_ranges(name):
    """Both ends are allowed; what is beyond, infinite or not a number is refused with both bounds."""
    low, high = RANGES[name]
    for value in (low, high):
        require_options(given(name, type(low)(value)))
    for value in (low - 1, high + 1, float("nan"), float("inf")):
        refused(given(name, value), option(name), f"from {low:.10g} to {high:.10g}", str(value))


def held(hint):
    """The types that a hint is made of, those of tuples included."""
    parts = typing.get_args(hint)
    return [hint] if not parts else [kind for part in parts for kind in held(part)]


def test_every_number_has_a_range():
    """A field that holds numbers is bounded, and no range is of a field that is not there."""
    hints = typing.get_type_hints(Config)
    numbers = {name for name, hint in hints.items() if {int, float} & set(held(hint))}
    assert numbers == set(RANGES)


def test_every_option_of_training_is_an_option():
    """The lists of the refusals name fields of the configuration."""
    fields = {field.name for field in dataclasses.fields(Config)}
    assert set(OF_TRAINING) | set(BELONG) | set(RANGES) <= fields


@pytest.mark.parametrize("name", ["model", "readout", "depth", "bottleneck", "channels"])
def test_each_is_named_once(name):
    """Twice the same network, or none."""
    one = {"model": "nwm"} | {
        field: CHANGED[field][0]
        for field in CHANGED
        if field in BELONG and isinstance(CHANGED[field], tuple)
    }
    models = {} if name == "model" else {"model": ALL_MODELS}
    refused(Config(**models, **{name: (one[name],) * 2}), option(name), "once, and one at least")
    refused(Config(**models, **{name: ()}), option(name), "once, and one at least")


@pytest.mark.parametrize("name", BELONG)
def test_options_of_networks_that_do_not_run(name):
    """Each is taken with each network that it belongs to, and refused with all others."""
    value = CHANGED[name]
    for model in BELONG[name]:
        require_options(Config(model=(model,), **{name: value}))
    others = tuple(model for model in ALL_MODELS if model not in BELONG[name])
    line = refused(Config(model=others, **{name: value}), option(name), str(value))
    assert f"belongs to {' and '.join(BELONG[name])}, and {', '.join(others)} runs" in line
    assert f"add --model {BELONG[name][0]}" in line


@pytest.mark.parametrize(
    ("config", "argument", "words"),
    [
        (Config(dataset="mine.npz", images=64), "--images", "belongs to sets that are drawn"),
        (Config(device="tpu"), "--device", "tpu"),
    ],
    ids=["images", "device"],
)
def test_options_of_other_sets(config, argument, words):
    """What a set or a machine has no use for is not left aside."""
    refused(config, argument, words)


@pytest.mark.parametrize("name", OF_SET)
def test_options_of_one_set(name):
    """Taken with the set that has it, refused with every other."""
    for dataset in (*NAMED, "mine.npz"):
        config = Config(dataset=dataset, **{name: CHANGED[name]})
        if dataset == OF_SET[name]:
            require_options(config)
        else:
            refused(config, option(name), f"belongs to --dataset {OF_SET[name]}", "leave it out")


def test_frequencies_of_readouts_that_have_none():
    """Taken beside a readout with rows, refused where none is named."""
    require_options(Config(frequencies=4, readout=("last", "real")))
    config = Config(frequencies=4, readout=("last", "max"))
    refused(config, "--frequencies", "belongs to the readouts fft, real, linear", "last, max runs")


@pytest.mark.parametrize("name", OF_TRAINING)
def test_own_weights_are_not_trained(name):
    """Every option of the training is refused beside them."""
    one = Config(model=("nwm",), weights="w.pt")
    require_options(one)
    refused(dataclasses.replace(one, **{name: CHANGED[name]}), option(name), "--weights are")


@pytest.mark.parametrize(
    ("name", "values", "model"),
    [
        ("model", ("nwm", "cnn"), None),
        ("readout", ("linear", "fft"), "nwm"),
        ("depth", (2, 4), "cnn"),
        ("bottleneck", ("release", "wide"), "cnn"),
        ("channels", (2, 3), "unet"),
    ],
)
def test_own_weights_are_of_one_network(name, values, model):
    """Options that name two are refused."""
    named = {"weights": "w.pt", name: values} | ({} if model is None else {"model": (model,)})
    refused(Config(**named), option(name), "must name one network")


@pytest.mark.parametrize(
    ("watch", "remedy"),
    [(500, "pass 400 or 600"), (5000, "pass 1200"), (7, "pass 6 or 8"), (1199, "pass 600 or 1200")],
)
def test_looks_come_round_at_the_last_update(watch, remedy):
    """1200 updates: divisors are taken, what lies between two of them is refused, and names both."""
    refused(Config(watch=watch), "--watch", "must divide", "1200", remedy, by=setting_of)


@pytest.mark.parametrize("dataset", [SMALL, MULTI])
def test_kernels_fit_the_images(dataset):
    """A side of 2 r + 1 px: 8 on 18 px, at most 32 on 128 px."""
    largest = {SMALL: 8, MULTI: 32}[dataset]
    config = Config(dataset=dataset, model=("nwm",), radius=largest)
    assert setting_of(config).architectures["nwm linear"].radius == largest
    wider = dataclasses.replace(config, radius=9, dataset=SMALL)
    refused(wider, "--radius", "got 9", "at most 8", "18 x 18 px", by=setting_of)


def test_digits_that_mnist_does_not_have():
    """60,000 to train on and to choose by: 9000 choose where one trains, 200 where one looks."""
    most = {True: 51_000, False: 59_800}
    for trains, count in most.items():
        config = Config(dataset=MNIST, images=count, updates=5 if trains else None)
        assert setting_of(config).material.images == count
        more = dataclasses.replace(config, images=count + 1)
        refused(more, "--images", f"got {count + 1}", f"at most {count}", by=setting_of)


# --- which networks -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "names"),
    [
        (Config(), [*(f"nwm {readout}" for readout in FOUR), "cnn 2"]),
        (Config(preset="quick"), [*(f"nwm {readout}" for readout in FIVE), "cnn 2"]),
        (Config(preset="paper"), [*(f"nwm {readout}" for readout in FIVE), "cnn 2"]),
        (Config(model=("conv_lstm",)), [f"conv_lstm {readout}" for readout in FOUR]),
        (
            Config(model=("cnn",), depth=(2, 8), bottleneck=("release", "wide")),
            ["cnn 2", "cnn 2 wide", "cnn 8", "cnn 8 wide"],
        ),
        (
            Config(dataset=TETROMINOES, model=("unet", "nwm"), channels=(2, 5), readout=("max",)),
            ["unet 2", "unet 5", "nwm max"],
        ),
    ],
    ids=["standard", "quick", "paper", "conv_lstm", "cnn", "unet"],
)
def test_networks(config, names):
    """In the order of the models, with the readouts of the preset."""
    assert setting_of(config).names == names


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        (SMALL, {"steps": 16, "time_step": 0.6, "omega_start": "twice", "hidden": 2, "encoder": 8}),
        (POLYGONS, {"steps": 500, "time_step": 0.1, "omega_start": "default", "classes": 5}),
        (TETROMINOES, {"steps": 100, "channels_in": 3, "classes": 6, "head": (256,) * 3}),
        (MNIST, {"steps": 100, "channels_in": 1, "classes": 11, "encoder": 16}),
        (MULTI, {"steps": 100, "hidden": 16, "head": (32,) * 5, "classes": 11}),
    ],
)
def test_wave_networks_of_each_set(dataset, expected):
    """Sizes of sections 2, 4 and 7: the paper's, and the small ones."""
    found = setting_of(Config(dataset=dataset, model=("nwm",))).architectures["nwm linear"]
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("config", "count"),
    [
        (Config(dataset=MNIST, model=("nwm",), readout=("fft",)), 176545),
        (Config(dataset=TETROMINOES, model=("nwm",), readout=("last",)), 150524),
        (Config(dataset=TETROMINOES, model=("conv_lstm",), readout=("linear",)), 151046),
        (Config(dataset=MNIST, model=("cnn",), depth=(32,)), 230099),
        (Config(dataset=MULTI, model=("unet",), channels=(5,)), 190456),
        (Config(dataset=MULTI, model=("nwm",), readout=("linear",)), 54855),
        (Config(model=("nwm",), readout=("linear",)), 4990),
        (Config(model=("nwm",), readout=("max",)), 4478),
        (Config(model=("cnn",)), 1936),
        # the paper's text: 50 frequencies of 100 steps, so 2 inputs and a row of 100 taps fewer
        (
            Config(dataset=MNIST, model=("nwm",), readout=("linear",), frequencies=50),
            176545 - 2 * 256 - 100,
        ),
        # its two hidden layers
        (
            Config(dataset=MNIST, model=("nwm",), readout=("linear",), head=(256, 256)),
            176545 - (256 + 1) * 256,
        ),
        (Config(dataset=MNIST, model=("nwm",), readout=("real",)), 176545),
        # gates of one image channel instead of two; neither P nor the encoder of u_0
        (
            Config(dataset=MNIST, model=("conv_lstm",), readout=("linear",), lstm_input="image"),
            151467 - 9 * 8 - (3 * 4 + 5 * 2) - (160 + 2 * 2320 + 290),
        ),
    ],
)
def test_parameters_of_the_settings(config, count):
    """Tables 1, 2 and 4 of the paper, and the small networks of section 16."""
    (architecture,) = setting_of(config).architectures.values()
    assert architecture.parameters() == count


def test_the_networks_beside_the_waves_of_many_digits():
    """16 fields of the recurrent networks; a CNN keeps its two channels before the pixelwise part."""
    models = ("nwm", "conv_lstm", "cnn")
    found = setting_of(Config(dataset=MULTI, model=models, readout=("linear",))).architectures
    assert [a.hidden for a in found.values()] == [16, 16, 2]
    assert {a.head for a in found.values()} == {(32,) * 5}
    asked = Config(dataset=MULTI, model=models, readout=("linear",), head=(9, 7))
    assert {a.head for a in setting_of(asked).architectures.values()} == {(9, 7)}


def test_options_of_the_wave_network_arrive():
    """Steps, time step, radius, starts: in the wave network; the steps in the other recurrent one, too."""
    config = Config(
        model=("nwm", "conv_lstm"),
        readout=("linear",),
        steps=7,
        time_step=0.25,
        stiffness="identity",
        damping="softplus",
        radius=2,
        frequencies=3,
        lstm_input="image",
    )
    wave, lstm = setting_of(config).architectures.values()
    assert (wave.steps, wave.time_step, wave.radius) == (7, 0.25, 2)
    assert (wave.omega_start, wave.damping) == ("identity", "softplus")
    assert lstm.steps == 7
    assert (wave.time_bins, lstm.time_bins) == (3, 3)
    assert (wave.lstm_input, lstm.lstm_input) == ("own", "image")


# --- how they are trained -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "seeds"),
    [
        (Config(), (0, 1, 2)),
        (Config(seed=5), (5, 6, 7)),
        (Config(preset="quick", updates=30), (0,)),
        (Config(preset="paper"), tuple(range(10))),
        (Config(preset="paper", dataset=MULTI), tuple(range(12))),
        (Config(dataset=TETROMINOES), (0,)),
        (Config(dataset=TETROMINOES, seeds=2, seed=3), (3, 4)),
        (Config(preset="quick"), (0, 1, 2)),
    ],
    ids=["standard", "from 5", "quick", "paper", "digits", "untrained", "two", "stored"],
)
def test_seeds(config, seeds):
    """Three networks of each kind, one at quick, the paper's ten or twelve; one that is only looked at."""
    assert setting_of(config).seeds == seeds


def test_defaults_of_training():
    """Small sets: the steady protocol; the paper's: only at its preset, 300 epochs of 64 images."""
    assert setting_of(Config()).protocol == STEADY
    assert setting_of(Config(preset="paper")).protocol == STEADY
    assert setting_of(Config(preset="paper", dataset=MNIST)).protocol == PAPER
    for preset in ("quick", "standard"):
        assert setting_of(Config(preset=preset, dataset=MNIST)).protocol is None


def test_options_of_training_arrive():
    """Each in the protocol; all others stay."""
    changes = {
        "updates": 30,
        "batch": 8,
        "learning_rate": 1e-4,
        "schedule": "constant",
        "wave_rate": 0.5,
        "clip": 1.0,
        "mixed_precision": True,
    }
    expected = dataclasses.replace(STEADY, **changes)
    assert setting_of(Config(**changes)).protocol == expected
    with_gain = dataclasses.replace(STEADY, least_gain=1e-3)
    assert setting_of(Config(release=True)).protocol == with_gain


@pytest.mark.parametrize(
    ("config", "grid"),
    [
        (Config(updates=120), [0, 30, 60, 90, 120]),
        (Config(updates=120, watch=40), [0, 40, 80, 120]),
        (Config(updates=120, watch=120), [0, 120]),
        (Config(dataset=TETROMINOES, updates=3, batch=1), [0, 1, 2, 3]),
        (
            Config(dataset=TETROMINOES, preset="paper", images=128, watch=200),
            [0, 200, 400, 600],
        ),
    ],
    ids=["four times", "every 40", "at the end", "few", "epochs"],
)
def test_when_networks_are_judged(config, grid):
    """Four times; every so many updates where one watches, whether updates or epochs are counted."""
    setting = setting_of(config)
    assert setting.protocol.grid(setting.material.images).tolist() == grid


@pytest.mark.parametrize(
    ("config", "stored"),
    [
        (Config(), False),
        (Config(preset="quick"), True),
        (Config(preset="quick", readout=("fft",), seeds=2), True),
        (Config(preset="quick", seeds=4), False),
        (Config(preset="quick", seed=1), False),
        (Config(preset="quick", depth=(4,)), False),
        (Config(preset="quick", model=("conv_lstm",)), False),
        (Config(preset="quick", time_step=0.5), False),
        (Config(preset="quick", readout=("linear", "real")), False),
        (Config(preset="quick", head=(32, 32)), False),
        (Config(preset="quick", frequencies=8), False),
        (Config(preset="quick", wave_rate=1.0), False),
        (Config(preset="quick", updates=1200), False),
        (Config(preset="quick", dataset=TETROMINOES), False),
    ],
)
def test_which_networks_are_stored(config, stored):
    """Those of the package's own run, and no others; what is not stored, and small, is trained."""
    setting = setting_of(config)
    assert setting.stored is stored
    assert (setting.protocol is None) == (stored or config.dataset == TETROMINOES)
    assert setting.is_trained == (config.dataset != TETROMINOES)


def test_which_options_leave_the_bars_stated():
    """Which seeds and networks, and how it runs; not how it is trained, nor what a network is."""
    free = {"readout": ("linear",), "seeds": 9, "seed": 60, "processes": 1, "depth": (4,)}
    for name, value in free.items():
        assert setting_of(Config(**{name: value})).is_stated, name
    for name in (
        "updates",
        "batch",
        "clip",
        "steps",
        "time_step",
        "stiffness",
        "damping",
        "radius",
        "head",
        "frequencies",
    ):
        assert not setting_of(Config(**{name: CHANGED[name]})).is_stated, name


# --- what a set or a training refuses -------------------------------------------------------------


def of_setting(config):
    return setting_of(config)


@pytest.mark.parametrize(
    ("config", "argument", "words"),
    [
        (Config(steps=1), "--steps", "got 1; must be at least 2 with the readout linear"),
        (Config(steps=1, readout=("fft",)), "--steps", "at least 2 with the readout fft"),
        (Config(frequencies=10), "--frequencies", "from 1 to 9, the frequencies of 16 steps"),
        (Config(steps=1, readout=("real",)), "--steps", "at least 2 with the readout real"),
        (Config(images=64, batch=65), "--batch", "at most 64, the number of images to train on"),
        (Config(updates=5), "--updates", "got 5; must be above 5"),
        (Config(model=("unet",)), "--model", "16 divides; those of small_tetrominoes are 18 x 18"),
        (Config(model=("unet",), dataset=POLYGONS), "--model", "those of polygons are 75 x 75"),
        (Config(model=("nwm",), weights="missing.pt"), "--weights", "cannot be read"),
        (Config(model=("nwm",), weights="missing.npz"), "--weights", "must end in .pt or .pth"),
        (Config(dataset="missing.npz"), "--dataset", "file or folder that exists"),
        (Config(dataset=TETROMINOES, release=True), "--release", "tetrominoes is not trained"),
        (Config(dataset=MULTI, clip=1.0), "--clip", "multi_mnist is not trained with --preset"),
    ],
)
def test_settings_that_cannot_run(config, argument, words):
    """Refused before anything is drawn: section 12, and what no network could do."""
    refused(config, argument, words, by=of_setting)


@pytest.mark.parametrize("readout", ["last", "mean", "max"])
def test_one_step_is_enough_for_some_readouts(readout):
    """T = 1 has a last, a mean and a largest state."""
    setting = setting_of(Config(steps=1, readout=(readout,), model=("nwm",)))
    assert setting.architectures[f"nwm {readout}"].steps == 1


def test_a_constant_rate_needs_no_cycle():
    """One update, for there is no peak that it must reach."""
    assert setting_of(Config(updates=1, schedule="constant")).protocol.total(4000) == 1


@pytest.mark.parametrize("name", sorted(set(OF_TRAINING) - {"seed", "seeds", "updates"}))
def test_training_options_where_nothing_is_trained(name):
    """Not left aside silently: --updates or --preset paper is named."""
    config = Config(dataset=TETROMINOES, **{name: CHANGED[name]})
    refused(config, option(name), "--updates, or --preset paper", by=of_setting)


def test_cases():
    """A set's name, and all else is a path."""
    assert [case_name(Config(dataset=name)) for name in NAMED] == list(NAMED)
    assert case_name(Config(dataset="some/where.npz")) == OWN
