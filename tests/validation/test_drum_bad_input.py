"""What a user of `drum` can get wrong: one line that names argument, value and remedy; nothing written."""

import dataclasses
import functools
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import refusal, says

from numerics.drum.square_modes import square_largest_step, square_strike
from theory.errors import ArgumentError
from validation.drum import Config
from validation.drum.square.setting import LARGEST_SIDE, MOST_SAMPLES, setting_of

QUICK = Config(preset="quick")
SHORT = ["--preset", "quick", "--sides", "3", "--time-step", "0.5", "--steps", "60"]


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run `drum` with options that cannot be used; returns what was said."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(refusal, "drum", tmp_path, capsys)


def understood(**changes):
    """Return the setting of a configuration, quick unless said."""
    return setting_of(dataclasses.replace(QUICK, **changes))


# --- which drums ----------------------------------------------------------------------------------

SIDES = {
    "a word": "round",
    "nothing": "",
    "backwards": "21..13",
    "three ends": "13..15..17",
    "one end": "13..",
    "three dots": "13...15",
    "a hyphen": "13-21",
    "half a spacing": "13.5",
    "negative": "-13",
    "infinite": "inf",
    "an exponent": "1e2",
    "a gap": "13,,15",
    "comma at the end": "13,",
    "mixed": "13..15,20",
    "0": "0",
    "1: no node is free": "1",
    "1 among others": "1,13",
    "from 1": "1..13",
    "257": "257",
    "300": "300",
    "up to 300": "13..300",
    "up to a billion": "13..1000000000",
    "more digits than a number has": "9" * 5000,
}


@pytest.mark.parametrize("what", SIDES)
def test_sides(refused, what):
    """Whole numbers from 2 to 128, as FIRST..LAST or a list; the line says so."""
    line = refused("--preset", "quick", f"--sides={SIDES[what]}")
    says(line, "--sides", SIDES[what][:100], "from 2 to 128", "13..21")


@pytest.mark.parametrize("preset", ["standard", "paper"])
def test_a_side_of_two_where_all_meanings_are_surveyed(refused, preset):
    """L = 2 that counts all nodes is M = 1, which has no free node: larger presets begin at 3."""
    says(refused("--preset", preset, "--sides", "2"), "--sides", "2", "from 3 to 128")


@pytest.mark.parametrize("side_means", ["free_nodes", "all_nodes"])
def test_a_side_of_two_of_another_meaning(refused, side_means):
    """The bound is the same for both others, and said."""
    options = ["--preset", "quick", "--sides", "2", "--side-means", side_means]
    says(refused(*options), "--sides", "2", "from 3 to 128")


def test_the_ends_of_the_allowed_sides():
    """2 and 128 are allowed at quick, 3 at the others."""
    assert understood(sides=f"2,{LARGEST_SIDE}").sides == (2, LARGEST_SIDE)
    assert understood(sides="3", preset="standard").sides == (3,)


@pytest.mark.parametrize("option", ["--speed", "--spacing"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "-inf", "1e60", "1e-60", "1e400"])
def test_speed_and_spacing(refused, option, value):
    """Positive, and c^2/h^2 has to stay a number: between 1e-50 and 1e50."""
    says(refused(f"{option}={value}"), option, str(float(value)), "between 1e-50 and 1e+50")


# --- time steps -----------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["0", "-0.1", "nan", "inf", "-inf", "1e-400"])
def test_time_steps_that_are_none(refused, value):
    """dt_max = 1/(sqrt(2) cos(pi/42)) = 0.70908954 of L = 21 stands in the line, with nu and c."""
    line = refused("--preset", "quick", f"--time-step={value}")
    nu = f"{float(value):.6g}"
    says(
        line,
        "--time-step",
        str(float(value)),
        "dt_max = 0.70908954",
        f"nu = c dt/h = {nu}",
        "c = 1",
    )


def test_a_time_step_above_the_limit(refused):
    """At c = 2, h = 0.5, M = 10: dt_max = (h/c)/(sqrt(2) cos(pi/20)) = 0.17898024; .2 has nu = .8."""
    options = ["--speed", "2", "--spacing", "0.5", "--sides", "4,10", "--time-step", "0.1", "0.2"]
    line = refused("--preset", "quick", *options)
    says(line, "--time-step", "got 0.2", "dt_max = 0.17898024", "nu = c dt/h = 0.8", "c = 2")


@pytest.mark.parametrize("sides", ["4", "13", "13..21"])
@pytest.mark.parametrize("side_means", ["spacings", "free_nodes", "all_nodes"])
def test_the_limit_of_the_time_step_is_where_it_is_said_to_be(sides, side_means):
    """h/(sqrt(2) c cos(pi/(2M))) of the largest M: refused from there on, not below."""
    options = {"sides": sides, "side_means": side_means, "speed": 3.0, "spacing": 0.7}
    largest = max(understood(**options).all_spacings)
    limit = square_largest_step(largest, 0.7, 3.0)
    assert understood(**options, time_step=(limit * (1 - 1e-12),))
    for step in (limit, limit * 1.0001):
        with pytest.raises(ArgumentError, match=f"dt_max = {limit:.8g}"):
            understood(**options, time_step=(step,))


@pytest.mark.parametrize("value", ["fast", "0,1", "Magic", ""])
def test_time_steps_that_are_no_numbers(refused, value):
    """Numbers, or the word magic."""
    says(refused("--time-step", value), "--time-step", f"'{value}'")


def test_no_time_step(refused):
    """The option without a value."""
    says(refused("--time-step"), "--time-step")


def test_a_fundamental_at_the_end_of_the_spectrum(refused):
    """M = 2, nu = .98: theta = 2 asin(.98), bin 13 theta/(2 pi) = 5.67 of 6 has no right neighbour."""
    options = ["--preset", "quick", "--sides", "2", "--time-step", "0.98", "--steps"]
    says(refused(*options, "13"), "--time-step", "0.98", "L = 2", "bin 5.67 of 6", "--steps")


# --- samples --------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["0", "1", "-5", str(MOST_SAMPLES + 1), "9" * 30])
def test_numbers_of_samples_out_of_range(refused, value):
    """From 2, below which there is no spectrum, to ten million."""
    says(refused("--steps", value), "--steps", value, "between 2 and 10000000")


@pytest.mark.parametrize("value", ["1e3", "40000.5", "many", "nan"])
def test_numbers_of_samples_that_are_not_whole(refused, value):
    """The parser says so."""
    says(refused("--steps", value), "--steps", value)


def test_too_few_cycles(refused):
    """300 samples of dt = 0.1 hold 1.01 cycles of L = 21; 892 hold three, 891 do not."""
    line = refused("--preset", "quick", "--steps", "300")
    says(line, "--steps", "300", "1.01 cycles", "L = 21", "dt = 0.1", "at least 892")
    assert understood(steps=892).config.steps == 892
    with pytest.raises(ArgumentError, match="3\\.00 cycles"):
        understood(steps=891)


@pytest.mark.parametrize("preset", ["standard", "paper"])
def test_too_few_cycles_of_the_largest_meaning(refused, preset):
    """560 samples hold three cycles of M = 13, but not of the M = 14 that larger presets survey."""
    options = ["--sides", "13", "--time-step", "0.1", "--steps", "560"]
    assert understood(sides="13", time_step=(0.1,), steps=560)
    says(refused("--preset", preset, *options), "--steps", "560", "2.82 cycles", "at least 596")


def test_two_samples(refused):
    """The least number that is one is refused for its cycles."""
    says(refused("--steps", "2"), "--steps", "got 2", "three are needed")


# --- where it is struck and heard -----------------------------------------------------------------

NODES = {
    "on the rim": ("0", "6"),
    "on the far rim": ("6", "13"),
    "in a corner": ("13", "13"),
    "outside": ("14", "6"),
    "far outside": ("6", "1000000000"),
    "negative": ("-1", "6"),
}


@pytest.mark.parametrize("option", ["--strike", "--listen"])
@pytest.mark.parametrize("what", NODES)
def test_nodes_that_are_not_free(refused, option, what):
    """A drum of 13 spacings has 14 x 14 nodes, 1..12 free along each axis."""
    x, y = NODES[what]
    line = refused("--sides", "13", "--preset", "quick", option, x, y)
    says(line, option, f"({x}, {y})", "free node of the 14 x 14 grid", "rim counted from 0")


@pytest.mark.parametrize("option", ["--strike", "--listen"])
@pytest.mark.parametrize(
    "pair", [["6.5", "6"], ["6"], ["6", "6", "6"], ["a", "b"], ["nan", "6"], []]
)
def test_nodes_that_are_not_two_whole_numbers(refused, option, pair):
    """The parser names the option or what is too much."""
    line = refused("--preset", "quick", option, *pair)
    says(line, option if len(pair) != 3 else "6")


@pytest.mark.parametrize("option", ["strike", "listen"])
@pytest.mark.parametrize("node", [(6.5, 6), (6,), (6, 6, 6), ("6", "6"), (float("nan"), 6)])
def test_nodes_from_python(option, node):
    """The same from a program, where no parser stands before it."""
    with pytest.raises(ArgumentError, match=f"--{option}: got .*must be two whole numbers"):
        understood(**{option: node})


def test_a_node_has_to_be_free_on_every_drum(refused):
    """(13, 13) is a corner of L = 13; (8, 4) lies on the rim of M = 8, where that is surveyed."""
    says(refused("--preset", "quick", "--strike", "13", "13"), "--strike", "(13, 13)", "14 x 14")
    assert understood(sides="9..13", strike=(8, 4)).sides[0] == 9
    line = refused("--preset", "standard", "--sides", "9..13", "--listen", "8", "4")
    says(line, "--listen", "(8, 4)", "9 x 9")


def test_no_node_of_a_square_is_deaf_to_the_fundamental():
    """sin(pi i/M) > 0 at every free node: there is no strike of a square that has to be refused."""
    for spacings in (2, 3, 13, LARGEST_SIDE + 1):
        corner = square_strike(spacings, (1, 1), (spacings - 1, spacings - 1))[0, 0]
        least = 4 / spacings**2 * math.sin(math.pi / spacings) ** 4
        assert corner == pytest.approx(least)
        assert least > 1e-12
        assert np.isfinite(corner)


def test_a_strike_that_hides_the_fundamental(refused):
    """Near a corner of L = 13 other lines leak more than the fundamental sounds: bin 1086.5 is not read."""
    options = ["--preset", "quick", "--sides", "13", "--time-step", "0.5", "--strike", "1", "1"]
    line = refused(*options)
    says(line, "--strike: got struck at (1, 1)", "L = 13", "dt = 0.5", "1086.5", "the middle")
    read = float(line.partition("be bin ")[2].partition(",")[0])
    assert abs(read - 1086.5) > 1


def test_a_listener_that_hears_no_fundamental(refused):
    """The option that was given is the one that is named."""
    options = ["--preset", "quick", "--sides", "24", "--time-step", "0.7", "--steps", "7001"]
    line = refused(*options, "--listen", "2", "2")
    says(line, "--listen: got struck at (12, 12), heard at (2, 2)", "L = 24", "144.39")
    assert "--strike" not in line


def test_samples_that_hide_the_fundamental(refused):
    """141 samples of L = 13 hold 3.83 cycles: the lowest peak is bin 1, which other lines leak into."""
    options = ["--preset", "quick", "--sides", "13", "--time-step", "0.5", "--steps", "141"]
    says(refused(*options), "--steps", "141", "L = 13", "bin 1,", "3.83", "take more")
    assert understood(sides="13", time_step=(0.5,), steps=200)


def test_more_samples_than_memory_has(refused):
    """27 drums of ten million samples take 8 * 27 * 10^7 bytes: 2.0 GiB."""
    line = refused("--preset", "quick", "--steps", "10000000")
    says(
        line, "--steps", "10000000", "27 drums take 2.0 GiB", "at most", "fewer sides or time steps"
    )


# --- choices --------------------------------------------------------------------------------------

CHOICES = {
    "form": (["--form", "explicit_euler"], "--form", "explicit_euler"),
    "meaning of the side": (["--side-means", "nodes"], "--side-means", "'nodes'"),
    "preset": (["--preset", "huge"], "--preset", "'huge'"),
    "device": (["--device", "tpu"], "--device", "'tpu'"),
    "unknown option": (["--side", "13"], "--side", "Perhaps you meant"),
    "option of another experiment": (["--dataset", "digits"], "--dataset", "--dataset"),
    "surplus value": (["square"], "square", "square"),
    "speed no number": (["--speed", "fast"], "--speed", "'fast'"),
    "spacing without number": (["--spacing"], "--spacing", "--spacing"),
    "sides without text": (["--sides"], "--sides", "--sides"),
}


@pytest.mark.parametrize("what", CHOICES)
def test_choices(refused, what):
    """The line names the option and what came."""
    arguments, argument, value = CHOICES[what]
    says(refused(*arguments), argument, value)


def test_the_names_of_the_forms_are_in_the_line(refused):
    """Explicit Euler grows whatever the step: it is not among them."""
    line = refused("--form", "euler")
    for form in ("velocity_verlet", "position_verlet", "kick_first", "drift_first"):
        assert form in line


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_cuda_where_there_is_none(refused):
    """Never a silent fallback."""
    says(refused("--device", "cuda"), "device", "cuda", "--device cpu")


# --- where files go -------------------------------------------------------------------------------


@pytest.mark.parametrize("out", ["taken", "taken/below", "x" * 300, "/dev/null/results"])
def test_out_that_is_no_folder(refused, tmp_path, out):
    """A file, a folder below a file, a name that is too long."""
    (tmp_path / "taken").write_text("mine")
    says(refused(*SHORT, out=out), "--out", out[:100])
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_out_that_cannot_be_written(refused, tmp_path):
    """A folder without the right to write."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    says(refused(*SHORT, out=str(folder / "results")), "--out", "locked")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Linux alone has /proc")
def test_out_where_no_file_can_be_made(refused):
    """Not even root can make a folder in /proc; the line comes from the first write."""
    says(refused(*SHORT, out="/proc/results"), "out", "/proc/results")


def test_nothing_is_left_over_from_a_refused_run(refused, tmp_path):
    """A result that was there before stays as it was."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "drum.json").write_text("old")
    refused("--preset", "quick", "--time-step", "0.8")
    assert (tmp_path / "results" / "drum.json").read_text() == "old"


def test_one_line_in_a_process(tmp_path):
    """No traceback and no warning of a library before it."""
    command = [sys.executable, "-m", "validation.drum", "--time-step", "0.8"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 2
    assert len(ended.stderr.splitlines()) == 1, ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--strike", "6"], "--strike takes INT INT, not '6'"),
        (["--listen", "6", "x"], "--listen takes INT INT, not '6', 'x'"),
        (["--time-step", "fast"], "--time-step takes FLOAT|magic"),
    ],
)
def test_what_the_parser_cannot_read_is_said_in_plain_words(refused, options, said):
    """What the option takes and what came, without the parser's notation for types."""
    line = refused(*options)
    assert said in line
    assert "NoneType" not in line
    assert "typing" not in line
