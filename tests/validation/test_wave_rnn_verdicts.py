"""Verdicts of wave_rnn on small trees of known numbers: every word, on what it depends, what it says."""

import dataclasses
import re
import shlex
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import xarray as xr
from scipy.stats import ttest_1samp

from numerics.wave_rnn.networks.build import build
from numerics.wave_rnn.training.metrics import scores as scores_of
from validation import cli
from validation.ladder import Ladder, Rung
from validation.verdicts import CONSISTENT, OPEN, REFUTED, REPRODUCED, SHARPENED
from validation.wave_rnn import EXPERIMENT, Config, modes, paper_networks
from validation.wave_rnn.check_table import MULTI, OWN
from validation.wave_rnn.setting import AFTER, START, setting_of
from validation.wave_rnn.verdicts import ROWS, counting, lengths, table, training
from validation.wave_rnn.verdicts.chance import (
    SURELY,
    mean_interval,
    ordered,
    rarer,
    share_interval,
)
from validation.wave_rnn.verdicts.material import command

READOUTS = ("linear", "fft", "mean", "last", "max")
LINEAR, FFT, MEAN, LAST, MAX, CNN = *(f"nwm {name}" for name in READOUTS), "cnn 2"
LOSSES = {CNN: 1.09, LAST: 0.3, MAX: 0.2, MEAN: 0.15, FFT: 0.1, LINEAR: 0.01}
PLATEAU, LARGEST = float(np.log(3)), 16.0
UPDATES = np.arange(0, 1201, 80)
ALL = Config(readout=READOUTS, seeds=9)
ABLATED = Config(
    model=("cnn",), depth=(2, 8), bottleneck=("release", "no_relu", "wide"), seeds=20, updates=300
)
LSTM = Config(model=("conv_lstm",), readout=("linear",), seeds=9)
DIGITS = Config(
    dataset=MULTI, preset="paper", model=("nwm", "unet"), readout=("linear",), channels=(2, 3)
)
SCORES, WAVES, SEEN = "observed/scores", "forecast/waves", "observed/waves"
LENGTHS, WATCHED = "observed/wavelengths", "observed/watched"


class Tree:
    """Arrays of a run by group, all seeds and networks alike, to be changed before they are judged."""

    def __init__(self, config=ALL):
        self.setting = setting_of(config)
        recurrent = [n for n, a in self.setting.architectures.items() if a.is_recurrent]
        self.coords = {
            "network": self.setting.names,
            "wave_network": recurrent,
            "seed": list(self.setting.seeds),
            "split": ["validation", "test"],
            "stage": [START, AFTER],
            "hidden": [1, 2],
            "update": UPDATES,
        }
        self.groups = {}
        self.off = {
            modes.EQUATION: 0.13,
            modes.LATTICE: 0.08,
            modes.STEP: 0.04,
            modes.BALANCE: 1e-3,
        }
        self.checks = {"W14": ("holds", 3e-3), "W21": ("holds", 2e-17)}
        self._fill()

    def _fill(self):
        self.put("forecast", "plateau_loss", PLATEAU)
        self.put("forecast", "largest_object", LARGEST)
        places = ("network", "seed", "split")
        for name, accuracy in (("accuracy", 0.9), ("foreground_accuracy", 0.5)):
            self.put(SCORES, name, accuracy, *places)
        self.put(SCORES, "overlap", 0.9 / 1.1, *places)
        self.put(SCORES, "foreground_overlap", 0.4, *places)
        self.put(SCORES, "class_overlap", 0.3, *places)
        self.put(SCORES, "collapsed", False, *places)
        self.put(SCORES, "foreground_loss", 0.5, *places)
        for name, loss in LOSSES.items():
            if name in self.setting.names:
                self.set(SCORES, "foreground_loss", loss, network=name)
        self._fill_waves()
        self.put("setup", "loss", 0.7, "network", "seed", "update")
        for name in ("above_8", "above_unit", "unresolved"):
            self.put(LENGTHS, name, 0.4, "wave_network", "seed", "stage")
            self.put(WATCHED, name, 0.4, "wave_network", "seed", "update")

    def _fill_waves(self):
        waves = ("wave_network", "seed")
        self.put(WAVES, "front", 20.0, *waves, "stage")
        said = {"speed": 1.0, "travelled": 9.6, "spectral_radius": 1.0, "closed_edges": 1.0}
        for name, value in (said | {"edge_reflection": 1.0, "edge_contrast": 0.5}).items():
            self.put(WAVES, name, value, *waves, "stage")
        for name, value in {
            "mass_squared": 0.3,
            "mean_stiffness": 0.3,
            "mean_damping": 0.05,
        }.items():
            self.put(WAVES, name, value, *waves, "stage", "hidden")
        self.put(WAVES, "dead_damping", 0.0, *waves, "stage", "hidden")
        for name, value in {
            "saturation": 0.3,
            "linear_error": 0.5,
            "linear_error_early": 0.1,
            "border_change": 0.3,
            "padding_change": 0.02,
        }.items():
            self.put(SEEN, name, value, *waves)

    def put(self, group, name, value, *dims):
        known = {d: self.coords[d] for d in dims}
        array = xr.DataArray(np.full([len(x) for x in known.values()], value), known, dims)
        self.groups.setdefault(group, {})[name] = array

    def __getitem__(self, at):
        return self.groups[at[0]][at[1]]

    def set(self, group, name, value, **where):
        """Put a value where the coordinates say; an array goes along the seeds."""
        along = xr.DataArray(value, dims="seed") if isinstance(value, np.ndarray) else value
        self[group, name].loc[where] = along

    def drop(self, group):
        del self.groups[group]

    def _ladders(self):
        """Two ladders whose every rung is off from the network by a number."""
        dims = ("seed", "wave_network", "amplitude", "wave", "time", "hidden")
        sizes = (len(self.setting.seeds), len(self.coords["wave_network"]), 2, 1, 3, 2)
        coords = {name: self.coords[name] for name in ("seed", "wave_network")}
        coords |= {"amplitude": list(modes.AMPLITUDES)}
        many = xr.DataArray(np.zeros(sizes), coords, dims)
        one = xr.DataArray(np.zeros(3), dims="time")
        drops = ("", modes.SPACE, modes.TIME, modes.TANH)
        for name, zero in ((modes.START, one), (modes.TRAINED, many)):
            pairs = zip(self.off.items(), drops, strict=True)
            rungs = tuple(Rung(rung, zero + off, dropped) for (rung, off), dropped in pairs)
            ladder = Ladder(name, rungs, modes.NETWORK, xr.DataArray(1.0)).completed(zero)
            yield f"/ladders/{name}", ladder.to_dataset()

    def result(self):
        nodes = {f"/{group}": xr.Dataset(arrays) for group, arrays in self.groups.items()}
        names, told = list(self.checks), list(self.checks.values())
        found = {"id": names, "verdict": [v for v, _ in told], "found": [x for _, x in told]}
        nodes["/checks"] = xr.Dataset({name: ("check", x) for name, x in found.items()})
        return xr.DataTree.from_dict(nodes | dict(self._ladders()) | {"/observed": xr.Dataset()})

    def row(self, claim):
        """Verdict and evidence of a claim."""
        said, *row = ROW_OF[claim](self.result(), self.setting)
        assert said.startswith(claim)
        return row


COUNTS, ORDER, EQUATION = "parameter counts", "FG-loss falls", "the network reduces"
WALLS, BORDER, DISTANCE = "segmentation rests", "circular padding", "after T steps"
TRAINED, DEEPER, OVERLAPS = "a trained network", "deeper CNNs", "IoU and FG-IoU"
CORRELATION, GROWS, BINS, LEAST = (
    "long wavelengths",
    "the LSTM",
    "readouts of T",
    "multi_mnist: the",
)
CLAIMS = (COUNTS, ORDER, EQUATION, WALLS, BORDER, DISTANCE, TRAINED, DEEPER, OVERLAPS)
CLAIMS += (CORRELATION, GROWS, BINS, LEAST)
ROW_OF = dict(zip(CLAIMS, ROWS, strict=True))


def nothing(tree):
    """As it is."""


def values(group, name, value, **where):
    return lambda tree: tree.set(group, name, value, **where)


def both(*changes):
    def change(tree):
        for each in changes:
            each(tree)

    return change


def without(group):
    return lambda tree: tree.drop(group)


def losses(name, value, seeds=slice(None)):
    return values(SCORES, "foreground_loss", value, network=name, seed=seeds)


def off(**rungs):
    """How far rungs of the ladders are from the network."""
    names = {"equation": modes.EQUATION, "balance": modes.BALANCE}
    return lambda tree: tree.off.update({names[key]: value for key, value in rungs.items()})


def check(id, verdict, found):
    return lambda tree: tree.checks.update({id: (verdict, found)})


def collapsed(**counts):
    """So many seeds of CNNs are the constant predictor."""
    names = {"release": "cnn 8", "plain": "cnn 8 no_relu", "wide": "cnn 8 wide"}

    def change(tree):
        for key, count in counts.items():
            seeds = list(range(count))
            tree.set(SCORES, "collapsed", True, network=names[key], seed=seeds)

    return change


def good(*networks, seeds=slice(None)):
    return values(SCORES, "foreground_accuracy", 0.95, network=list(networks), seed=seeds)


def after(name, value, **where):
    return values(WAVES, name, value, stage=AFTER, **where)


def start(name, value):
    return values(WAVES, name, value, stage=START)


def courses(later, first=0.4):
    """Wavelengths that jump at the first look, and then go with the falling loss by this correlation.

    Each seed's numbers are its own: `later` is a correlation for each.
    """

    def change(tree):
        count = len(UPDATES) - 1
        fall = np.linspace(-1, 1, count)
        across = np.cos(np.pi * np.arange(count)) - np.cos(np.pi * np.arange(count)).mean()
        across -= fall * (across @ fall) / (fall @ fall)
        for seed, r in zip(tree.setting.seeds, later, strict=True):
            mixed = r * fall / np.linalg.norm(fall)
            mixed += np.sqrt(1 - r**2) * across / np.linalg.norm(across)
            tree.set("setup", "loss", [1.0, *(0.2 - 0.01 * fall)], network=LINEAR, seed=seed)
            for name in ("above_8", "above_unit"):
                course = [first, *(0.85 + 0.02 * mixed)]
                tree.set(WATCHED, name, course, wave_network=LINEAR, seed=seed)

    return change


def grown(later, turning=0.6):
    """Shares of long wavelengths after training, by seed, among pixels whose phase turns once."""
    where = {"stage": AFTER, "wave_network": "conv_lstm linear"}
    shares = values(LENGTHS, "above_8", later, **where)
    return both(shares, values(LENGTHS, "unresolved", 1 - turning, **where))


def spreads(**networks):
    """FG-loss of seeds around .2, as far apart as this."""
    names = {"nwm": LINEAR, "small": "unet 2", "large": "unet 3"}
    shape = np.linspace(-1, 1, 12)
    return both(*(losses(names[key], 0.2 + size * shape) for key, size in networks.items()))


WATCHING = Config(model=("nwm",), readout=("linear",), seeds=5, watch=80)
FEW = Config(readout=READOUTS, seeds=3)
CASES = [
    (COUNTS, ALL, nothing, REPRODUCED, "40 of 40 agree"),
    (ORDER, ALL, nothing, REPRODUCED, "in order: cnn 2 > nwm last (9 of 9)"),
    (ORDER, ALL, losses(MEAN, 0.7), SHARPENED, "the other way round: nwm last > nwm mean (0 of 9)"),
    (ORDER, ALL, losses(LAST, 0.001), REFUTED, "nwm last > nwm linear (0 of 9)"),
    (ORDER, ALL, losses(FFT, 0.01, [0, 1, 2]), CONSISTENT, "nwm fft > nwm linear (6 of 9)"),
    (ORDER, ALL, losses(LAST, 0.001, [0, 1, 2]), OPEN, "--seeds 18"),
    (ORDER, FEW, nothing, OPEN, "9 seeds are needed"),
    (ORDER, Config(seeds=9), nothing, CONSISTENT, "in order: cnn 2 > nwm last (9 of 9)"),
    (ORDER, ALL, both(*(losses(f"nwm {n}", 1.1) for n in READOUTS)), OPEN, "none tells classes"),
    (ORDER, Config(model=("nwm",), seeds=9), nothing, OPEN, "trained networks of all kinds"),
    (EQUATION, ALL, nothing, SHARPENED, "damped lattice with a stiffness, a time step and a tanh"),
    (EQUATION, ALL, off(equation=0.005), REPRODUCED, "it is the wave equation"),
    (EQUATION, ALL, off(balance=0.1), REFUTED, "does not lead to the network"),
    (EQUATION, ALL, off(balance=0.03), OPEN, "not all of it is accounted for"),
    (WALLS, ALL, nothing, OPEN, "0 of 45 wave networks have FG-Acc 0.9"),
    (
        WALLS,
        ALL,
        good(LINEAR, FFT),
        CONSISTENT,
        "in 9 of 9 seeds with such networks all have walls",
    ),
    (
        WALLS,
        ALL,
        both(good(LINEAR, FFT), after("edge_reflection", 0, wave_network=FFT, seed=3)),
        REFUTED,
        "without any wall segment nwm fft, seed 3 (FG-Acc 0.950)",
    ),
    (
        WALLS,
        ALL,
        both(good(LINEAR), after("edge_reflection", 0, wave_network=FFT)),
        CONSISTENT,
        "9 of 45",
    ),
    (WALLS, ALL, good(LINEAR, seeds=[0, 1, 2]), OPEN, "not enough seeds"),
    (
        WALLS,
        ALL,
        both(good(LINEAR), after("closed_edges", 0.3, seed=[0, 1, 2])),
        OPEN,
        "in 6 of 9 seeds",
    ),
    (BORDER, ALL, nothing, REFUTED, "45 of 45 networks pass half the shorter side, 9 px"),
    (
        BORDER,
        ALL,
        nothing,
        REFUTED,
        "change by 0.3, relative, by more than 0.01 in 45; the encoders'",
    ),
    (BORDER, ALL, values(SEEN, "border_change", 0.009), REPRODUCED, "nothing comes round"),
    (BORDER, ALL, after("front", 8), REFUTED, "0 of 45 networks pass half the shorter side"),
    (
        BORDER,
        ALL,
        both(values(SEEN, "border_change", 0), values(SEEN, "border_change", np.nan, seed=1)),
        OPEN,
        "not all networks stay finite",
    ),
    (BORDER, ABLATED, nothing, OPEN, "wave networks are needed"),
    (DISTANCE, ALL, nothing, REPRODUCED, "the start hears across an object"),
    (
        DISTANCE,
        ALL,
        values(WAVES, "front", 9),
        REPRODUCED,
        "its ends are 9 apart on a circle of 18",
    ),
    (DISTANCE, ALL, start("front", 8), SHARPENED, "only trained kernels are fast enough"),
    (DISTANCE, ALL, values(WAVES, "front", 8), REFUTED, "nor do trained ones"),
    (
        DISTANCE,
        ALL,
        both(start("front", 8), after("front", 8, seed=[0, 1, 2, 3])),
        OPEN,
        "across an object in 5 of 9 seeds; not enough seeds",
    ),
    (TRAINED, ALL, nothing, SHARPENED, "what stops or bends the waves is the tanh"),
    (TRAINED, ALL, values(SEEN, "linear_error", 0.01), REPRODUCED, "in 0 of 9 seeds"),
    (TRAINED, ALL, after("speed", np.nan), REFUTED, "the kernels carry no long waves"),
    (TRAINED, ALL, values(SEEN, "linear_error", 0.01, seed=[0, 1, 2, 3]), OPEN, "in 5 of 9 seeds"),
    (TRAINED, FEW, nothing, OPEN, "in 3 of 3 seeds; not enough seeds"),
    (DEEPER, ALL, nothing, OPEN, "--bottleneck release no_relu wide --seeds 20 --updates 300"),
    (DEEPER, ABLATED, nothing, OPEN, "not apart by so many seeds"),
    (DEEPER, ABLATED, collapsed(release=12), REFUTED, "two channels behind a ReLU die"),
    (DEEPER, ABLATED, collapsed(release=12, plain=12), REFUTED, "more parameters, fewer fail"),
    (DEEPER, ABLATED, collapsed(release=4, plain=2), OPEN, "cnn 8 4 ("),
    (DEEPER, ABLATED, collapsed(wide=12), CONSISTENT, "more parameters, more fail"),
    (OVERLAPS, ALL, nothing, REFUTED, "they follow from the accuracies"),
    (OVERLAPS, ALL, values(SCORES, "overlap", 0.95), REFUTED, "where theirs is 0.95: they follow"),
    (OVERLAPS, ALL, without(SCORES), REFUTED, "from a/(2 - a) to a: they follow"),
    (OVERLAPS, ALL, check("W21", "fails", 0.2), OPEN, "the law of one image fails"),
    (OVERLAPS, ALL, check("W21", "not run", np.nan), OPEN, "it takes W21"),
    (CORRELATION, ALL, without(WATCHED), OPEN, "--readout linear --watch 80 --seeds 5"),
    (CORRELATION, WATCHING, courses([0.9, 0.8, 0.95, 0.85, 0.9]), REPRODUCED, "go together during"),
    (
        CORRELATION,
        WATCHING,
        courses([0.7, 0.5, 0.6, 0.65, 0.55], first=0.85),
        CONSISTENT,
        "less closely than the paper's",
    ),
    (
        CORRELATION,
        WATCHING,
        courses([0.3, -0.8, -0.2, 0.4, -0.6]),
        REFUTED,
        "it is one step, from untrained to trained",
    ),
    (
        CORRELATION,
        WATCHING,
        courses([0.3, -0.8, -0.2, 0.4, -0.6], first=0.85),
        REFUTED,
        "no correlation that holds over seeds",
    ),
    (
        CORRELATION,
        dataclasses.replace(WATCHING, seeds=2),
        courses([0.9, 0.9]),
        OPEN,
        "5 seeds are needed",
    ),
    (
        CORRELATION,
        WATCHING,
        courses([0.99, -0.9, 0.99, 0.99, 0.99]),
        OPEN,
        "not decided by so many",
    ),
    (GROWS, ALL, nothing, OPEN, "a trained ConvLSTM is needed"),
    (GROWS, LSTM, grown(np.linspace(0.6, 0.8, 9)), CONSISTENT, "it rises in 9 of 9 seeds"),
    (GROWS, LSTM, grown(np.linspace(0.2, 0.3, 9)), REFUTED, "it rises in 0 of 9 seeds"),
    (
        GROWS,
        LSTM,
        both(grown(np.linspace(0.2, 0.3, 9)), losses("conv_lstm linear", 1.1)),
        OPEN,
        "it has not learnt to tell classes apart",
    ),
    (GROWS, LSTM, grown(np.linspace(0.2, 0.6, 9)), OPEN, "it rises in 4 of 9 seeds"),
    (GROWS, LSTM, grown(0.9, turning=1e-3), REFUTED, "0.24 at the start, 0.0009 after"),
    (
        GROWS,
        LSTM,
        both(
            values(LENGTHS, "unresolved", 1.0, stage=START),
            values(LENGTHS, "above_8", np.nan, stage=START),
            grown(0.9, turning=1e-3),
        ),
        REFUTED,
        "0 at the start, 0.0009 after training, white noise 0.049; it rises in 9 of 9 seeds",
    ),
    (GROWS, dataclasses.replace(LSTM, seeds=3), grown(0.9), OPEN, "not decided by so many seeds"),
    (BINS, ALL, nothing, REFUTED, "with T/2 bins not all, with T/2 + 1 all of the 10"),
    (LEAST, ALL, nothing, OPEN, "sd of FG-loss over 9 seeds"),
    (LEAST, DIGITS, spreads(nwm=0.01, small=0.2, large=0.3), REPRODUCED, "over 12 seeds"),
    (LEAST, DIGITS, spreads(nwm=0.2, small=0.3, large=0.01), REFUTED, "unet 3 varies less"),
    (LEAST, DIGITS, spreads(nwm=0.1, small=0.12, large=0.1), OPEN, "--seeds 24"),
    (
        LEAST,
        DIGITS,
        both(spreads(nwm=0.1), losses("unet 2", 1.1), losses("unet 3", 1.1)),
        OPEN,
        "of U-Nets that learn",
    ),
]
# words that state a conclusion: none of them in a row that comes out otherwise
CONCLUSIONS = {
    "it is its damped lattice": {SHARPENED},
    "it is the wave equation": {REPRODUCED},
    "does not lead to the network": {REFUTED},
    "without any wall segment": {REFUTED},
    "objects meet their own images": {REFUTED},
    "only trained kernels": {SHARPENED},
    "nor do trained ones": {REFUTED},
    "is the tanh": {SHARPENED},
    "two channels behind a ReLU die": {REFUTED},
    "fewer fail": {REFUTED},
    ": they follow from the accuracies": {REFUTED},
    "during training": {REPRODUCED, CONSISTENT},
    "it is one step": {REFUTED},
    "varies less": {REFUTED},
    "the other way round": {SHARPENED, REFUTED},
}


@pytest.mark.parametrize(("claim", "config", "change", "word", "said"), CASES)
def test_a_verdict_and_its_words_follow_from_the_numbers(claim, config, change, word, said):
    """A change of the numbers brings the verdict, and what the row says is what it found."""
    tree = Tree(config)
    change(tree)
    verdict, told = tree.row(claim)
    assert verdict == word
    assert said in told
    for conclusion, verdicts in CONCLUSIONS.items():
        assert conclusion not in told or verdict in verdicts
    assert "nan" not in told


def test_every_row_comes_out_in_two_ways_at_least():
    """The cases above reach every row but what is printed, and two verdicts of each."""
    for claim in CLAIMS:
        words = {word for said, _, _, word, _ in CASES if said == claim}
        assert len(words) > 1 or claim in (COUNTS, BINS)


def test_the_table_has_all_claims_in_their_order():
    """Thirteen rows, each a claim, a word and its evidence."""
    rows = table(Tree().result(), Tree().setting)["rows"]
    assert [len(row) for row in rows] == [3] * 13
    assert all(row[0].startswith(claim) for row, claim in zip(rows, CLAIMS, strict=True))


# --- what is printed --------------------------------------------------------------------------------


def printing(monkeypatch, change):
    """The paper's counts of parameters, changed."""
    counts = [count._replace(printed=change(count)) for count in paper_networks.printed_counts()]
    monkeypatch.setattr(counting, "printed_counts", lambda: counts)


def test_a_count_that_is_not_the_printed_one_refutes(monkeypatch):
    """One of the exact five a parameter off, a network named."""
    change = {"54855": "54856"}
    printing(monkeypatch, lambda count: change.get(count.printed, count.printed))
    verdict, told = Tree().row(COUNTS)
    assert verdict == REFUTED
    assert "39 of 40 agree, not nwm linear (54856)" in told


def test_the_printed_counts_tell_50_bins_from_51(monkeypatch):
    """Print what networks of T/2 bins have, or round to 10 thousand: the other verdicts."""

    def fewer(count):
        a = count.architecture
        if a.readout not in ("fft", "linear"):
            return count.printed
        exact = a.parameters() - a.steps - a.hidden * a.head[0]
        return str(exact) if a.is_recurrent else count.printed

    printing(monkeypatch, fewer)
    assert Tree().row(BINS)[0] == REPRODUCED
    monkeypatch.setattr(paper_networks.Count, "agrees", lambda self, parameters: True)
    assert Tree().row(BINS)[0] == OPEN


@pytest.mark.parametrize(
    ("printed", "parameters", "agrees"),
    [
        ("160k", 159502, True),
        ("55K", 55501, False),
        ("30745", 30745, True),
        ("30745", 30744, False),
    ],
)
def test_counts_in_thousands_are_rounded_and_others_exact(printed, parameters, agrees):
    """159502 is 160k, 55501 is not 55K; 30745 is 30745 alone."""
    architecture = paper_networks.of_paper(MULTI, "unet 2")
    assert paper_networks.Count("unet 2", architecture, printed).agrees(parameters) == agrees


def test_networks_of_the_paper_are_built_with_as_many_parameters():
    """Modules of torch have what the closed form says, and print to the paper's number."""
    for name in ("nwm linear", "unet 2"):
        (count,) = {
            c for c in paper_networks.printed_counts() if c.network == name and len(c.printed) == 5
        }
        module = build(count.architecture, 0)
        assert sum(p.numel() for p in module.parameters()) == int(count.printed)


@pytest.mark.parametrize("seed", range(3))
def test_means_of_real_overlaps_are_where_accuracies_allow(seed):
    """Random logits on random masks: mean IoU and FG-IoU lie from a/(2 - a) up to a."""
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(12, 4, 9, 9, generator=generator)
    masks = torch.randint(0, 4, (12, 9, 9), generator=generator)
    logits.scatter_add_(
        1, masks[:, None], torch.rand(12, 1, 1, 1, generator=generator).expand(12, 1, 9, 9) * 6
    )
    found = scores_of(logits, masks).summary()
    for accuracy, overlap in (
        ("accuracy", "overlap"),
        ("foreground_accuracy", "foreground_overlap"),
    ):
        a, iou = found[accuracy], found[overlap]
        assert a / (2 - a) <= iou <= a


def test_a_printed_overlap_that_does_not_follow(monkeypatch):
    """One mean of Table 1 set to a: inside; above a by .02: one fewer is, and the claim stands."""
    given = counting.paper_table
    above = 0.0

    def other(number):
        table = given(number).copy(deep=True)
        if number == 1:
            where = {"image_set": "mnist", "network": LINEAR, "statistic": "mean"}
            table["FG-IoU"].loc[where] = float(table["FG-Acc"].loc[where]) + above
        return table

    monkeypatch.setattr(counting, "paper_table", other)
    inside, printed = counting.printed_inside()
    assert inside == printed == 70
    above = 0.02
    assert counting.printed_inside() == (69, 70)
    word, told = Tree().row(OVERLAPS)
    assert (word, "not all follow" in told) == (CONSISTENT, True)


# --- what a run lacks -------------------------------------------------------------------------------


def bare(tree):
    """Networks as they start: one stage, no scores."""
    tree.groups[WAVES] = {n: x.sel(stage=[START]) for n, x in tree.groups[WAVES].items()}
    for group in (SCORES, WATCHED):
        tree.drop(group)


@pytest.mark.parametrize("dataset", ["tetrominoes", "polygons", MULTI])
def test_an_untrained_set_decides_what_its_start_decides(dataset):
    """No scores, one stage: six rows have a word, the others name the command of the whole run."""
    tree = Tree(Config(dataset=dataset))
    bare(tree)
    tree.set(WAVES, "front", 14.0)
    words = {claim: tree.row(claim) for claim in CLAIMS}
    decided = {claim for claim, (word, _) in words.items() if word != OPEN}
    assert decided == {COUNTS, EQUATION, BORDER, DISTANCE, BINS, OVERLAPS}
    assert words[DISTANCE][0] == SHARPENED
    assert "the start does not hear across an object" in words[DISTANCE][1]
    for claim in set(CLAIMS) - decided:
        assert "--preset paper" in words[claim][1]


@pytest.mark.parametrize("sides", [(18, 40), (40, 18)])
def test_objects_along_the_longer_side(sides):
    """Of 18 x 40 px an object of 16 has its ends 16 apart; around the border it meets itself after 9."""
    tree = Tree()
    material = dataclasses.replace(tree.setting.material, sides=sides)
    tree.setting = dataclasses.replace(tree.setting, material=material)
    tree.set(WAVES, "front", 15.0)
    word, told = tree.row(DISTANCE)
    assert word == REFUTED
    assert f"its ends are {LARGEST:g} apart on a circle of 40" in told
    assert "pass half the shorter side, 9 px" in tree.row(BORDER)[1]


def test_convolutional_networks_alone_leave_waves_open():
    """No wave network: what concerns them names one."""
    tree = Tree(ABLATED)
    for group in (WAVES, SEEN, LENGTHS, WATCHED):
        tree.drop(group)
    words = {claim: tree.row(claim)[0] for claim in CLAIMS}
    open_rows = {WALLS, BORDER, DISTANCE, TRAINED, CORRELATION, GROWS, ORDER}
    assert all(words[claim] == OPEN for claim in open_rows)
    assert words[EQUATION] == SHARPENED


def test_a_loss_seen_at_other_updates_is_not_compared():
    """Two moments of sixteen are common: said, not correlated."""
    tree = Tree(WATCHING)
    tree.groups["setup"]["loss"] = tree["setup", "loss"].isel(update=[0, -1])
    verdict, told = tree.row(CORRELATION)
    assert verdict == OPEN
    assert "loss is known at 2 of the 16 moments" in told


COMMAND = re.compile(r"python -m validation\.wave_rnn (.*)$")


@pytest.mark.parametrize(
    "config",
    [FEW, ABLATED, WATCHING, Config(dataset="tetrominoes")],
)
def test_commands_that_rows_name_can_be_run(config):
    """What stands behind the last colon is parsed, and is a setting."""
    tree = Tree(config)
    if not tree.setting.is_trained:
        bare(tree)
    told = [tree.row(claim) for claim in CLAIMS]
    named = [COMMAND.search(text) for word, text in told if word == OPEN]
    assert len(named) >= 3
    for match in named:
        assert match, told
        parsed, _ = cli.parse(EXPERIMENT(), shlex.split(match[1]))
        assert setting_of(parsed).protocol is not None


def test_the_path_of_own_images_is_quoted():
    """A folder with a blank in its name is one word of the command."""
    config = SimpleNamespace(dataset="my images")
    told = command(SimpleNamespace(name=OWN, config=config), "--seeds 9")
    assert shlex.split(told)[-3:] == ["my images", "--seeds", "9"]
    assert "--preset" not in told


# --- what seeds alone can do ------------------------------------------------------------------------


def test_the_tests_over_seeds_are_exact():
    """Known cases: 2/2^9, the sixth root of .025, 15/495 of tables 4:0 of 6, Student's t."""
    nine, eight = (xr.DataArray(np.r_[np.ones(k), -np.ones(9 - k)]) for k in (9, 8))
    looks = 0.05 / (2 / 2**9)
    assert ordered(nine, 0 * nine, int(looks)) == 1
    assert ordered(0 * nine, nine, int(looks)) == -1
    assert ordered(nine, 0 * nine, int(looks) + 1) == 0
    assert ordered(eight, 0 * eight, 1) == 1
    assert ordered(eight, 0 * eight, 2) == 0
    assert ordered(nine, nine, 1) == 0
    assert share_interval(6, 6)[0] == pytest.approx(0.025 ** (1 / 6))
    assert share_interval(0, 6) == pytest.approx((0, 1 - 0.025 ** (1 / 6)))
    assert rarer(0, 4, 6) == pytest.approx(15 / 495)
    seeds = np.array([1.0, 2.0, 4.0, 4.0])
    interval = ttest_1samp(seeds, 0).confidence_interval(0.95)
    assert mean_interval(seeds) == pytest.approx((interval.low, interval.high))
    assert mean_interval([1.0]) == (-np.inf, np.inf)


@pytest.mark.parametrize("seeds", [9])
def test_networks_that_are_alike_are_put_in_no_order(seeds):
    """Losses of all networks from one distribution: an order is found in less than 1 of 20 draws."""
    generator = np.random.default_rng(0)
    tree = Tree(dataclasses.replace(ALL, seeds=seeds))
    pairs = training._pairs(tree.setting)
    found = 0
    for _ in range(60):
        loss = xr.DataArray(
            generator.lognormal(size=(len(tree.setting.names), seeds)),
            {"network": tree.setting.names},
            ("network", "seed"),
        )
        found += any(ordered(*training._two(loss, pair), len(pairs)) for pair in pairs)
    assert found <= 60 * SURELY


def test_correlations_are_pearsons():
    """As NumPy has them; what is unknown is left out, what does not change has none."""
    one, other = np.random.default_rng(0).normal(size=(2, 12))
    expected = np.corrcoef(one, other)[0, 1]
    assert lengths._correlation(one, other) == pytest.approx(expected)
    gaps = np.r_[one, np.nan], np.r_[other, 1.0]
    assert lengths._correlation(*gaps) == pytest.approx(expected)
    assert lengths._correlation(one, np.full(12, 0.1)) == 0
    assert lengths._correlation(np.full(12, np.nan), one) == 0


def test_white_noise_has_one_long_wavelength_in_twenty():
    """4.9 % above 8 px."""
    assert lengths.waving_share_of_noise() == pytest.approx(0.049, abs=2e-3)
