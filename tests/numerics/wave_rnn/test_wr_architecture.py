"""Every number of a network: counts in closed form and of the built network, and what is refused."""

import dataclasses
import json
import subprocess
import sys

import pytest
import torch

from numerics.wave_rnn.networks.architecture import READOUTS, Architecture
from numerics.wave_rnn.networks.build import build
from theory.errors import ArgumentError

MNIST, TETROMINOES = (1, 11), (3, 6)

# model, (channels_in, classes), options, parameters as released, parameters that are used
TABLE = [
    *[
        ("cnn", images, {"depth": depth}, count, count)
        for images, counts in (
            (MNIST, (160499, 165139, 174419, 192979, 230099)),
            (TETROMINOES, (159502, 164142, 173422, 191982, 229102)),
        )
        for depth, count in zip((2, 4, 8, 16, 32), counts, strict=True)
    ],
    *[
        ("conv_lstm", images, {"steps": 20, "readout": readout}, count, count - unused)
        for images, few, many in ((MNIST, 146347, 151467), (TETROMINOES, 145926, 151046))
        for readout, count, unused in (
            ("last", few, 220),
            ("mean", few, 220),
            ("max", few, 220),
            ("fft", many, 220),
            ("linear", many, 0),
        )
    ],
    *[
        ("nwm", images, {"readout": readout}, count, used)
        for images, few, few_used, many, many_used in (
            (MNIST, 150945, 145845, 176545, 171445),
            (TETROMINOES, 150524, 145424, 176124, 171024),
        )
        for readout, count, used in (
            ("last", few, few_used),
            ("mean", few, few_used),
            ("max", few, few_used),
            ("fft", many, many_used),
            ("linear", many, many),
        )
    ],
    *[
        ("unet", MNIST, {"unet_width": width}, count, count)
        for width, count in ((2, 30745), (3, 68834), (4, 122071), (5, 190456))
    ],
    ("nwm", MNIST, {"hidden": 16, "head": (32,) * 5}, 54855, 54855),
]


def counted(network):
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize(("model", "images", "options", "released", "used"), TABLE)
def test_parameters_of_the_paper(model, images, options, released, used):
    """W01: the closed form, the built network and the printed count agree exactly."""
    architecture = Architecture(model, *images, **options)
    assert architecture.parameters() == released
    assert architecture.parameters("used") == used
    assert counted(build(architecture, seed=0)) == released


@pytest.mark.parametrize("readout", [r for r in READOUTS if r != "given"])
@pytest.mark.parametrize(("model", "steps"), [("nwm", 100), ("conv_lstm", 20)])
def test_used_parameters_are_those_that_get_a_gradient(model, steps, readout):
    """One backward pass: without a gradient are K T = 5100 or 220, and none with `linear`."""
    architecture = Architecture(model, 1, 11, steps=steps, readout=readout)
    network = build(architecture, seed=0)
    network(torch.rand(1, 1, 6, 6)).sum().backward()
    reached = sum(p.numel() for p in network.parameters() if p.grad is not None)
    assert reached == architecture.parameters("used")


SMALL = {"channels_in": 2, "classes": 4, "hidden": 3, "encoder": 5, "steps": 7, "head": (6, 9)}
OWN = [
    *[
        ("nwm", {"readout": readout, "radius": radius})
        for readout in READOUTS
        for radius in (1, 2, 3)
    ],
    *[
        ("conv_lstm", {"readout": readout, "lstm_input": fed})
        for readout in READOUTS
        for fed in ("own", "image")
    ],
    *[
        (model, {"readout": readout, "frequencies": 2})
        for readout in READOUTS
        for model in ("nwm", "conv_lstm")
    ],
    *[
        ("cnn", {"depth": depth, "bottleneck": bottleneck, "width": 7, "bins": 5})
        for depth in (1, 2, 3)
        for bottleneck in ("release", "no_relu", "wide")
    ],
    ("unet", {"unet_width": 3}),
    ("nwm", {"head": ()}),
]


@pytest.mark.parametrize(("model", "options"), OWN)
def test_parameters_of_other_architectures(model, options):
    """Odd sizes throughout: the closed form against the sum over the built network."""
    taps = ((1.0,) * 7, (2.0,) * 7) if options.get("readout") == "given" else None
    architecture = Architecture(model, **(SMALL | options), taps=taps)
    assert architecture.parameters() == counted(build(architecture, seed=0))


def test_the_closed_form_as_printed():
    """Section 2.6's own sum for the wave network with all sizes different from the paper's."""
    c_in, m, c, t, classes, h, hidden = 2, 7, 3, 31, 5, 19, 4
    k = t // 2 + 1
    architecture = Architecture(
        "nwm", c_in, classes, hidden=c, encoder=m, steps=t, head=(h,) * hidden, readout="fft"
    )
    two_encoders = 2 * (9 * c_in * m + m + 9 * m**2 + m + 9 * m * c + c)
    position = 9 * c_in * m + m + 2 * (9 * m**2 + m) + 9 * m * c + c
    mlp = k * c * h + h + (hidden - 1) * (h**2 + h) + h * classes + classes
    assert architecture.parameters() == two_encoders + position + 9 * c**2 + k * t + mlp


@pytest.mark.parametrize(("steps", "bins"), [(100, 51), (500, 251), (20, 11), (2, 2), (3, 2)])
def test_bins(steps, bins):
    """K = T // 2 + 1, where the paper prints 50, 250 and 10."""
    assert Architecture("nwm", 1, 2, steps=steps).time_bins == bins


@pytest.mark.parametrize("readout", ["fft", "real", "linear"])
def test_fewer_frequencies(readout):
    """The paper's 50 of 100 steps: 50 C features, and a row of 100 taps fewer; all 51 are the default."""
    every, fewer = (
        Architecture("nwm", 1, 11, readout=readout, frequencies=count) for count in (51, 50)
    )
    assert (fewer.time_bins, fewer.features) == (50, 100)
    assert every.parameters() == Architecture("nwm", 1, 11, readout=readout).parameters() == 176545
    assert every.parameters() - fewer.parameters() == 100 + 2 * 256


def test_an_architecture_comes_back_from_json():
    """Lists become tuples again: equal, and as a key of a dict."""
    made = Architecture(
        "nwm", 1, 4, steps=3, frequencies=2, readout="given", head=(8, 8), taps=((0, 0, 1),)
    )
    told = json.loads(json.dumps(dataclasses.asdict(made)))
    again = Architecture(**told)
    assert again == made
    assert {made: 1}[again] == 1


def test_an_architecture_that_was_stored_before():
    """Without the fields that were added since: they have their defaults, which are the release."""
    told = dataclasses.asdict(Architecture("conv_lstm", 1, 4, steps=20))
    for name in ("frequencies", "lstm_input"):
        del told[name]
    assert Architecture(**told) == Architecture("conv_lstm", 1, 4, steps=20)


REFUSED = [
    ({"time_step": 0.0}, r"time_step: got 0\.0; must be positive and finite; pass 0\.1, say"),
    ({"time_step": -0.1}, "time_step: got -0.1; must be positive"),
    ({"time_step": float("nan")}, "time_step: got nan"),
    ({"time_step": float("inf")}, "time_step: got inf"),
    ({"steps": 0, "readout": "last"}, "steps: got 0; must be at least 1 with the readout last"),
    ({"steps": 1, "readout": "linear"}, "steps: got 1; must be at least 2 .* linear; take more"),
    ({"steps": 1, "readout": "fft"}, "steps: got 1; must be at least 2 with the readout fft"),
    ({"steps": 1, "readout": "real"}, "steps: got 1; must be at least 2 with the readout real"),
    (
        {"frequencies": 52},
        "frequencies: got 52; .* from 1 to 51, the frequencies of 100 steps; take",
    ),
    ({"frequencies": 0}, "frequencies: got 0; must be a whole number from 1 to 51"),
    ({"frequencies": 2.5}, r"frequencies: got 2\.5"),
    ({"lstm_input": "both"}, "lstm_input: got both; must be one of own, image; choose one"),
    ({"steps": 2.5}, r"steps: got 2\.5; must be a whole number"),
    ({"classes": 1}, "classes: got 1; must be at least 2; count the background"),
    ({"channels_in": 0}, "channels_in: got 0; must be a whole number, at least 1"),
    ({"hidden": 0}, "hidden: got 0"),
    ({"encoder": -1}, "encoder: got -1"),
    ({"depth": 0}, "depth: got 0"),
    ({"bins": 0}, "bins: got 0"),
    ({"unet_width": 0}, "unet_width: got 0"),
    ({"radius": 0}, "radius: got 0"),
    ({"head": (32, 0)}, "head: got 0"),
    ({"model": "mlp"}, "model: got mlp; must be one of nwm, conv_lstm, cnn, unet; choose"),
    ({"readout": "median"}, "readout: got median; must be one of last, max"),
    ({"bottleneck": "none"}, "bottleneck: got none"),
    ({"omega_start": "thrice"}, "omega_start: got thrice"),
    ({"position_start": "zero"}, "position_start: got zero"),
    ({"damping": "abs"}, "damping: got abs; must be one of relu, softplus"),
    ({"readout": "given"}, r"taps: got rows of lengths \[\]; must be a matrix K x T, T = 100"),
    ({"readout": "given", "steps": 2, "taps": ((1, 2), (1,))}, r"rows of lengths \[1, 2\]"),
    ({"readout": "given", "steps": 2, "taps": ((1, float("nan")),)}, "must be finite"),
]


@pytest.mark.parametrize(("options", "told"), REFUSED)
def test_what_is_refused(options, told):
    """Section 12, in one line: argument, value, bound, remedy."""
    with pytest.raises(ArgumentError, match=told) as error:
        Architecture(**({"model": "nwm", "channels_in": 1, "classes": 4} | options))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("model", ["cnn", "unet"])
def test_time_is_not_asked_of_networks_without_one(model):
    """A CNN with T = 1 is a CNN."""
    assert Architecture(model, 1, 4, steps=1).parameters() == Architecture(model, 1, 4).parameters()


def test_an_unknown_count():
    """Named with what is allowed."""
    with pytest.raises(ArgumentError, match="count: got all; must be one of release, used"):
        Architecture("nwm", 1, 4).parameters("all")


def test_counts_need_no_torch():
    """Sizes are told before anything heavy is loaded."""
    code = (
        "import sys; from numerics.wave_rnn.networks.architecture import Architecture;"
        "print(Architecture('nwm', 1, 11).parameters(), 'torch' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["176545", "False"]
