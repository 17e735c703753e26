"""Numbers in the text of the page on travelling waves that are laws: each computed here."""

import itertools
import math
import re
from pathlib import Path

import numpy as np
import pytest

DOCS = Path(__file__).parents[2] / "docs"


def page(name="systems/wave_rnn"):
    """A page in one line."""
    return " ".join((DOCS / f"{name}.md").read_text().split())


def paper_network():
    from numerics.wave_rnn.networks.architecture import Architecture

    return Architecture("nwm", channels_in=1, classes=11)


def small(preset="standard"):
    from validation.wave_rnn import Config
    from validation.wave_rnn.setting import setting_of

    return setting_of(Config(preset=preset))


def front_of_the_paper():
    """T = 100 steps of 0.1, a thousandth of the largest value."""
    from numerics.wave_rnn.waves.range import front_radius

    return front_radius(100 * 0.1, 1e-3, 0.1)


def way_of_small_networks():
    a = small().architectures["nwm linear"]
    assert (a.steps, a.time_step) == (16, 0.6)
    return a.steps * a.time_step


def bound_of_the_paper():
    """|y_0| = 1, omega = alpha = 0: 1 + dt^2 T (T + 1)/2."""
    from theory.wave_rnn.growth import growth_bound
    from theory.wave_rnn.step import DT, Y0, Z0

    return float(growth_bound(100).subs({Y0: 1, Z0: 0, DT: 0.1}))


def updates_of_the_paper():
    from numerics.wave_rnn.training.protocol import PAPER

    return PAPER.total(51_000)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("waves run {:.0f} pixels and the front", lambda: 100 * 0.1),
        ("the front is at {:.1f},", front_of_the_paper),
        ("sixteen of them: {:.1f} pixels", way_of_small_networks),
        ("A contrast of {:.3f} closes", lambda: 4 * math.sin(math.pi / 16) ** 2),
        ("in the paper's hundred steps, {:.1f}.", bound_of_the_paper),
        ("on objects: for three pieces, {:.3f}", lambda: math.log(3)),
        ("The paper's networks have {:.0f}", lambda: paper_network().parameters()),
        ("and {:.0f} updates on MNIST", updates_of_the_paper),
        ("networks of {:.0f} parameters and less", lambda: most_parameters()),
        ("layers, which sees {:.0f} pixels", lambda: 2 * 2 + 1),
    ],
)
def test_numbers_of_the_laws(said, value):
    """Each number in the text is the law's."""
    words = {5: "five"}
    number = value()
    text = said.format(number) if number not in words else said.replace("{:.0f}", words[number])
    assert text in page()


def most_parameters():
    from validation.wave_rnn.architectures import READOUTS

    setting = small("quick")
    assert {f"nwm {readout}" for readout in READOUTS} < set(setting.names)
    return max(a.parameters() for a in setting.architectures.values())


def test_python_of_the_page_prints_what_stands_there():
    """The comments behind its print calls are what they print."""
    import torch

    from numerics.wave_rnn.networks.build import build

    network = paper_network()
    logits = build(network, seed=0)(torch.rand(2, 1, 56, 56))
    assert f"# {network.parameters()}" in page()
    assert f"# {tuple(logits.shape)}" in page()


@pytest.mark.parametrize(
    ("said", "splits"),
    [
        ("tetrominoes are {:.0f} to {:.0f}", "tetrominoes"),
        ("for pieces of {:.0f} to {:.0f}", "small_tetrominoes"),
    ],
)
def test_sizes_of_the_pieces(said, splits):
    """Smallest and largest piece, by the set's own account."""
    import importlib

    room = importlib.import_module(f"numerics.wave_rnn.segments.{splits}")
    found = getattr(room, f"{splits}_splits")((4, 4, 4)).object_sizes
    assert said.format(*found) in page()


def test_strong_waves_are_slower_by_what_the_page_says():
    """By lambda (lambda A)^2/(8 Omega) if they travel, three quarters of it if they stand."""
    import sympy

    from theory.wave_rnn.amplitude import frequency_shift

    travelling, standing = (frequency_shift(wave) for wave in ("travelling", "standing"))
    assert sympy.simplify(standing / travelling) == sympy.Rational(3, 4)
    by_name = {symbol.name: symbol for symbol in travelling.free_symbols}
    force, stiffness, height = (by_name[name] for name in ("lambda", "omega", "A"))
    omega = sympy.sqrt(force + stiffness)
    assert sympy.simplify(travelling - force * (force * height) ** 2 / (8 * omega)) == 0
    assert "by `lambda (lambda A)^2/(8 Omega)` if they travel, three quarters of that" in page()


def test_ladder_of_the_mode_at_the_start():
    """Its four differences in amplitudes, the largest of each: computed again."""
    import torch

    from validation.wave_rnn import modes

    mode, ladder = modes.start_mode(), modes.start_ladder()
    rungs = [rung.value.values for rung in ladder.rungs]
    rungs.append(modes.run_mode(mode, torch.from_numpy(mode.kernel))[:, 0])
    size = float(ladder.scale)
    space, time, tanh, left = (
        np.abs(low - high).max() / size for high, low in itertools.pairwise(rungs)
    )
    assert (
        f"costs at most {space:.3f} of its amplitude, the time step {time:.4f}, tanh {tanh:.4f}"
        in page()
    )
    assert f"{left:.4f} is left" in page()


def test_every_claim_is_derived_on_the_derivations_page():
    """One cell for each registered claim, and each once."""
    from theory import wave_rnn
    from theory.claims import registered

    text = (DOCS / "derivations/wave_rnn.md").read_text()
    shown = re.findall(r"^show\(wave_rnn\.(\w+)\)$", text, re.M)
    claims = [e.name.split(".")[1] for e in registered() if e.name.startswith("wave_rnn.")]
    assert sorted(shown) == sorted(claims)
    assert all(hasattr(wave_rnn, name) for name in shown)


@pytest.mark.parametrize("claim", ["conserved", "damped_balance", "tanh_balance", "mode_map"])
def test_maps_of_subscripted_states_are_sound_latex(claim):
    """No y_{0}_{n+1}, which LaTeX refuses: {y_{0}}_{n+1} instead, and y_{n+1} where there is one state."""
    from theory import wave_rnn

    factory = getattr(wave_rnn, claim)
    left = [row.split(" &= ")[0] for row in factory().latex().split(r"\\ ")]
    assert not [side for side in left if re.search(r"[^}]\}_", side)]
    assert all("n+1" in side for side in left)
