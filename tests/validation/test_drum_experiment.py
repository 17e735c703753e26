"""The experiment `drum` from command to files: Fig 2 to the last bin, its budget, sound and page."""

import contextlib
import dataclasses
import io
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from command_line import Page
from interruptions import CutOffError, values
from PIL import Image
from poisoned_networks import FASTER, elsewhere, faster, later, noisy

from numerics.drum.drums import Drum
from numerics.drum.estimators.one_line import ESTIMATORS
from numerics.drum.estimators.peaks import fft_bin
from numerics.drum.forms import FORMS
from numerics.drum.network import StruckNetwork, WaveNetwork
from numerics.drum.sound import GAIN, RATE, heard_frequency, read_wav
from numerics.drum.stepping import Stepper
from numerics.files import checksum, read_tree
from theory.errors import ArgumentError
from validation import cli, results
from validation.checks import NotRun, judge
from validation.drum import Config, DrumExperiment
from validation.drum.check_table import CHECKS as ALL_CHECKS
from validation.drum.check_table import SQUARE
from validation.drum.square.case import SquareDrums
from validation.drum.square.setting import setting_of
from validation.drum.verification import FUNCTIONS
from validation.experiment import Outcome, Report, run
from validation.ladder import UNEXPLAINED
from validation.report.document import document

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]  # whole runs

CHECKS = tuple(check for check in ALL_CHECKS if check.belongs_to(SQUARE))
ALL_HOLD = {check.id: "holds" if check in CHECKS else "not run" for check in ALL_CHECKS}
MAGIC = math.sqrt(0.5)
SIDES = np.arange(13, 22)
SAMPLES = 40_000
SPACE, TIME, BIN, MEANING = "space step", "time step", "spectral bin", "meaning of the side"

# velocity Verlet, c = h = 1, struck and heard at M//2, 40,000 samples: bins of L = 13, ..., 21, and the
# deviation of the frequency that is heard from c/(sqrt(2) L), in per cent
BINS = {
    0.1: (217, 202, 188, 176, 166, 157, 149, 141, 135),
    0.5: (1087, 1009, 942, 883, 831, 785, 744, 707, 673),
    MAGIC: (1538, 1429, 1333, 1250, 1176, 1111, 1053, 1000, 952),
}
DEVIATIONS = {
    0.1: (-0.263, -0.015, -0.298, -0.439, -0.227, -0.086, 0.091, -0.298, 0.232),
    0.5: (-0.079, -0.114, -0.086, -0.100, -0.107, -0.086, -0.043, -0.015, -0.065),
    MAGIC: (-0.030, 0.030, -0.025, 0.0, -0.040, -0.010, 0.035, 0.0, -0.040),
}
# N theta/(2 pi) at dt = 0.1: where the fundamental lies among the bins
PLACES = (217.0528, 201.6153, 188.2242, 176.4985, 166.1461, 156.9394, 148.6984, 141.2789, 134.5640)
# largest part of each source over the nine sides, in per cent
LARGEST = {
    0.1: {SPACE: 0.243, TIME: 0.005, BIN: 0.324},
    0.5: {SPACE: 0.243, TIME: 0.121, BIN: 0.043},
    MAGIC: {SPACE: 0.243, TIME: 0.243, BIN: 0.040},
}
TITLES = ("fundamental", "spectrum", "dispersion", "energy", "speed field", "film")
MEDIA = (".gif", ".wav", "_listening.wav", "_sound.json")


class Run:
    """A finished run: code, what it printed, its document, tree and folder."""

    def __init__(self, folder, options):
        self.out = folder / "results"
        printed = io.StringIO()
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always", RuntimeWarning)
            with (
                contextlib.chdir(folder),
                contextlib.redirect_stdout(printed),
                pytest.raises(SystemExit) as stop,
            ):
                cli.main("drum", [*options.split(), "--out", "results"])
        self.warned = [w for w in warned if issubclass(w.category, RuntimeWarning)]
        self.code, self.printed = stop.value.code, printed.getvalue()
        self.said = json.loads((self.out / "drum.json").read_text())
        self.tree = read_tree(self.out / "drum.nc")
        self.ladder = results.ladder(self.tree, "fundamental")
        self.written = {p.name: p.read_bytes() for p in self.out.iterdir() if p.is_file()}

    def row(self, name):
        (row,) = (r for r in self.said["checks"] if r["id"] == name)
        return row


@pytest.fixture(scope="module")
def fig2(tmp_path_factory):
    """Nine sides at three time steps, 40,000 samples, from the command line."""
    return Run(tmp_path_factory.mktemp("fig2"), "--preset quick")


def verdicts(checks):
    return {row["id"]: row["verdict"] for row in checks}


# --- Fig 2 ----------------------------------------------------------------------------------------


def test_all_rows_hold(fig2):
    """Exit code 0: all rows of validation and verification, in the order of the table."""
    assert [row["id"] for row in fig2.said["checks"]] == [check.id for check in ALL_CHECKS]
    assert verdicts(fig2.said["checks"]) == ALL_HOLD
    assert fig2.code == 0
    kinds = [check.kind for check in CHECKS]
    assert (kinds.count("validation"), kinds.count("verification")) == (12, 24)


def test_every_row_has_something_that_finds_it(fig2):
    """Verifications by a function or off the run, validations off the run: each once, none forgotten."""
    found = SquareDrums(Config(preset="quick")).findings(fig2.tree)
    assert found.keys() & FUNCTIONS.keys() == set()
    assert found.keys() | FUNCTIONS.keys() >= {check.id for check in CHECKS}
    assert found.keys() >= {check.id for check in CHECKS if check.kind == "validation"}


def test_the_seal_and_the_bars_are_those_of_the_rows(fig2):
    """Nothing but what was asked beforehand is judged."""
    (file,) = fig2.out.glob(".drum/*/forecast.nc")
    asked = json.loads(read_tree(file).attrs["asked"])
    assert [(a["id"], a["asked"]) for a in asked] == [
        (row["id"], row["asked"]) for row in fig2.said["checks"]
    ]


@pytest.mark.parametrize("step", BINS, ids=["0.1", "0.5", "magic"])
def test_bins_and_deviations_of_fig_2(fig2, step):
    """The stored bins, and their deviation from c/(sqrt(2) L) to three places after the point."""
    heard = fig2.ladder.rungs[-1].value.sel(time_step=step)
    np.testing.assert_array_equal((heard * SAMPLES * step).round(), BINS[step])
    np.testing.assert_array_equal(heard, np.array(BINS[step]) / (SAMPLES * step))
    formula = 1 / (math.sqrt(2) * SIDES)
    np.testing.assert_allclose(100 * (heard / formula - 1), DEVIATIONS[step], atol=5.1e-4, rtol=0)


def test_the_fundamental_between_the_bins(fig2):
    """k0 = N theta/(2 pi) of the third rung but last, at dt = 0.1; at the magic step it is 20000/L."""
    stepped = fig2.ladder.rungs[-3].value
    places = SAMPLES * 0.1 * stepped.sel(time_step=0.1)
    np.testing.assert_allclose(places, PLACES, atol=5.1e-5, rtol=0)
    places = SAMPLES * MAGIC * stepped.sel(time_step=MAGIC)
    np.testing.assert_allclose(places, 20_000 / SIDES, rtol=1e-15)


def test_the_rungs(fig2):
    """Formula and grid know no time step; the ladder has spread them; each is 1 to 2 % of 1/(sqrt2 L)."""
    values = [rung.value for rung in fig2.ladder.rungs]
    assert fig2.ladder.rungs[-1].name == "network"
    assert fig2.ladder.sources == (SPACE, TIME, BIN, UNEXPLAINED)
    for value in values:
        assert set(value.dims) == {"time_step", "side"}
        assert value.attrs["units"] == "1/time"
        np.testing.assert_allclose(value * math.sqrt(2) * value["side"], 1, atol=5e-3)
    z = np.pi / (2 * SIDES)
    for step in BINS:
        grid = np.sqrt(2) * np.sin(z) / np.pi
        np.testing.assert_allclose(values[1].sel(time_step=step), grid, rtol=1e-14)
        turned = np.arcsin(step * np.sqrt(2) * np.sin(z)) / (np.pi * step)
        np.testing.assert_allclose(values[2].sel(time_step=step), turned, rtol=1e-14)


def test_the_budget_adds_up(fig2):
    """At every point, and in the table: ln(formula/heard) = space + time + bin, unexplained 0 exactly."""
    parts = [fig2.ladder.difference(source) for source in fig2.ladder.sources]
    whole = fig2.ladder.whole()
    assert float(abs(sum(parts) - whole).max()) < 4e-16
    assert float(abs(parts[-1]).max()) == 0.0

    rows = fig2.said["budget"]
    assert [(row["source"], row["status"]) for row in rows] == [
        (SPACE, "predicted"),
        (TIME, "predicted"),
        (BIN, "predicted"),
        (UNEXPLAINED, "unexplained"),
    ]
    assert {(row["at"], row["unit"], row["covered"]) for row in rows} == {
        ("side 16, time_step 0.1", "ln", 1.0)
    }
    deviation = math.log(1 / (math.sqrt(2) * 16)) - math.log(176 / 4000)
    assert math.fsum(row["found"] for row in rows) == pytest.approx(deviation, rel=1e-13)
    assert deviation == pytest.approx(float(abs(whole).max()), rel=1e-13)
    assert (rows[-1]["found"], rows[-1]["worst"]) == (0.0, 0.0)


def test_the_predictions_leave_what_they_say(fig2):
    """Space -z^2/6, time nu^2 z^2/3, bin ln(round(k0)/k0): within the uncertainty at every point."""
    z = np.pi / (2 * fig2.ladder.rungs[0].value["side"])
    nu = fig2.ladder.rungs[-1].value["time_step"]
    place = SAMPLES * nu * fig2.ladder.rungs[-3].value
    sizes = {
        SPACE: z**2 / 6 + 0 * nu,
        TIME: -(nu**2) * z**2 / 3,
        BIN: xr.apply_ufunc(np.log, place / place.round()),
    }
    for source, size in sizes.items():
        prediction = fig2.ladder.predictions[source]
        xr.testing.assert_allclose(prediction.value.transpose(*size.dims), size, atol=1e-13, rtol=0)
        left = abs(fig2.ladder.remainder(source))
        assert bool((left <= prediction.uncertainty).all()), source
        assert fig2.ladder.beyond(source) == 0
    rows = {row["source"]: row for row in fig2.said["budget"]}
    assert rows[SPACE]["found"] == pytest.approx(0.00161, abs=5e-6)
    assert rows[TIME]["found"] == pytest.approx(-3.2e-5, abs=5e-8)
    assert rows[BIN]["found"] == pytest.approx(0.00283, abs=5e-6)
    for source, leftover in ((SPACE, 1.2e-6), (TIME, 2.7e-6), (BIN, 1e-14)):
        assert 0 <= rows[source]["worst_remainder"] < leftover
    # L = 16 at dt = .1 is the place 176.4985, as good as in the middle of two bins: either is said
    assert rows[BIN]["uncertainty"] == pytest.approx(1 / 175.4985, rel=1e-6)
    between = fig2.ladder.predictions[BIN].uncertainty > 1e-3
    assert between.sum() < 4
    assert {row["beyond"] for row in rows.values()} == {0.0, None}


def test_the_paper_blames_the_wrong_source(fig2):
    """At dt = 0.1 integration gives .005 % of the deviation, the bins .32 %: 1 to 67."""
    row = fig2.row("D7r")
    assert row["found"] == pytest.approx(0.0150, abs=1e-4)
    table = fig2.said["tables"][3]
    assert table["columns"][1:] == [SPACE, TIME, BIN, UNEXPLAINED]
    first = dict(zip(table["columns"], table["rows"][0], strict=True))
    assert abs(first[TIME] / first[BIN]) == pytest.approx(row["found"])


def test_the_size_of_each_source(fig2):
    """Largest over the sides, in per cent, and below L/(sqrt(2) N dt) for the bins."""
    table = fig2.said["tables"][3]
    assert [row[0] for row in table["rows"]] == list(BINS)
    for row in table["rows"]:
        found = dict(zip(table["columns"], row, strict=True))
        for source, size in LARGEST[row[0]].items():
            assert abs(found[source]) == pytest.approx(size, abs=5.1e-4), (row[0], source)
        assert abs(found[BIN]) < 100 * 21 / (math.sqrt(2) * SAMPLES * row[0])
        assert found[SPACE] < 0 <= found[TIME]
        assert found[UNEXPLAINED] == 0


def test_the_tables_are_those_of_the_tree(fig2):
    """Every number of the three tables of Fig 2 is one of the ladder."""
    for table, step in zip(fig2.said["tables"], BINS, strict=False):
        assert table["title"] == f"fundamental at time step {step:.6g}"
        at = {"time_step": step}
        for row in table["rows"]:
            side, formula, forecast, measured, frequency, deviation, *parts, unexplained = row
            here = at | {"side": side}
            values = [rung.value.sel(here).item() for rung in fig2.ladder.rungs]
            assert (formula, frequency) == (values[0], values[-1])
            assert forecast == measured == BINS[step][side - 13]
            assert deviation == pytest.approx(100 * math.log(values[-1] / values[0]), abs=1e-12)
            assert math.fsum(parts) == pytest.approx(deviation, abs=1e-12)
            assert unexplained == 0
        assert [row[0] for row in table["rows"]] == SIDES.tolist()


# relative error of each estimator against the frequency of grid and step, worst of the nine sides
ESTIMATES = {
    (0.1, "all samples"): (3.2e-3, 1.1e-9, 1.6e-6, 1.1e-4, 3.0e-7),
    (0.5, "all samples"): (4.3e-4, 1.5e-12, 3.2e-7, 2.2e-5, 1.7e-9),
    (0.5, "2000 samples"): (1.0e-2, 3.0e-7, 3.0e-6, 4.5e-4, 2.3e-5),
    (0.5, "1000 samples"): (2.2e-2, 4.6e-6, 1.4e-5, 8.8e-4, 1.9e-4),
}


@pytest.mark.parametrize("what", ESTIMATES, ids=lambda what: f"{what[0]}, {what[1]}")
def test_the_estimators(fig2, what):
    """FFT bin, Hann, Gauss, Hann parabola, Jacobsen; the pencil is below 2e-8 however few the samples."""
    table = fig2.said["tables"][4]
    assert [c.replace(" ", "_") for c in table["columns"][2:4]] == ["fft_bin", "hann_two_point"]
    (row,) = (r for r in table["rows"] if (r[0], r[1]) == what)
    np.testing.assert_allclose(row[2:7], ESTIMATES[what], rtol=0.06)
    assert 0 < row[7] < 2e-8


def test_a_signal_too_short_for_an_estimate_has_none(fig2):
    """1000 samples of dt = .1 hold 3.4 cycles of L = 21: null, not a number that nobody can trust."""
    (row,) = (r for r in fig2.said["tables"][4]["rows"] if (r[0], r[1]) == (0.1, "1000 samples"))
    assert set(row[2:]) == {None}


# --- a function of the tree -----------------------------------------------------------------------


def test_json_is_a_function_of_the_tree(fig2):
    """The tree read back from its file says what the JSON file says."""
    files = [Path(f) for f in fig2.said["files"]]
    assert document(fig2.tree, files) == fig2.said


def test_all_files_are_functions_of_the_tree(fig2, tmp_path, monkeypatch):
    """With no network and no stepping to be had, the tree read back gives every file byte for byte."""

    def computed(*_, **__):
        raise AssertionError("computed anew")

    for kind, name in ((WaveNetwork, "forward"), (StruckNetwork, "update"), (Stepper, "step")):
        monkeypatch.setattr(kind, name, computed)
    for name in ("film.shot", "square.exhibits.energies", "square.exhibits.trained_speed"):
        monkeypatch.setattr(f"validation.drum.{name}", computed)
    report = SquareDrums(Config(preset="quick")).report(fig2.tree)
    assert tuple(report.figures) == TITLES
    assert tuple(report.media) == MEDIA
    with contextlib.chdir(tmp_path):
        files = cli._write(Outcome(fig2.tree, report), Path("results"), "drum")
    assert [str(f) for f in files] == fig2.said["files"]
    for file in files:
        content = (tmp_path / file).read_bytes()
        if file.suffix != ".nc":  # which has times of its own in it
            assert content == fig2.written[file.name], file
    assert checksum(read_tree(tmp_path / "results" / "drum.nc")) == checksum(fig2.tree)


def test_the_tables_are_functions_of_the_tree(fig2):
    """Told anew, they are the same; what is not finite is null."""
    tables = json.dumps(SquareDrums(Config(preset="quick")).report(fig2.tree).tables)
    assert json.loads(tables.replace("NaN", "null")) == fig2.said["tables"]


def test_files_are_there(fig2):
    """All that the document names, and nothing else but the store."""
    names = {Path(f).name for f in fig2.said["files"]}
    assert set(fig2.written) == names
    assert {p.name for p in fig2.out.iterdir()} == names | {".drum"}
    drawn = {f"drum_{t.replace(' ', '_')}.{kind}" for t in TITLES for kind in ("png", "svg")}
    assert names == {"drum.nc", "drum.json", "drum.html", *drawn, *(f"drum{end}" for end in MEDIA)}


def test_what_is_printed(fig2):
    """Set-up, tables, budget, verdicts, the seal, the files."""
    text = fig2.printed
    assert "side 13, 14, 15, 16, 17, 18, 19, 20, 21" in text
    assert f"checks: {len(CHECKS)} holds" in text
    assert "fundamental at time step 0.707107" in text
    assert fig2.said["forecast"]["sha256"] in text
    for check in CHECKS:
        assert f" {check.id} " in text
    for file in fig2.said["files"]:
        assert f"wrote {file}" in text
    said = " ".join(text.split())  # long lists are folded
    elsewhere = said.count("(another case: python -m validation.drum --shape")
    assert elsewhere == said.count("not run:") > 0


def test_nobody_is_warned_of_arithmetic(fig2):
    """A division by zero or a root of less than nothing would stand before the result."""
    assert fig2.warned == []


def test_the_forecast_has_no_measurement_in_it(fig2):
    """The sealed file: rungs before the last, closed-form survey and spectrum, as in the result."""
    (file,) = fig2.out.glob(".drum/*/forecast.nc")
    sealed = read_tree(file)
    assert set(sealed.children) == {"ladders", "predicted"}
    assert set(sealed["/predicted"].children) == {"survey", "spectrum"}
    stored, final = (t["/ladders/fundamental"].to_dataset() for t in (sealed, fig2.tree))
    assert list(stored["rung"].values) == list(final["rung"].values)[:-1]
    without = final.isel(rung=slice(0, -1))
    xr.testing.assert_identical(stored["value"].drop_attrs(), without["value"].drop_attrs())
    for name in ("survey", "spectrum"):
        xr.testing.assert_identical(
            sealed[f"/predicted/{name}"].to_dataset(), fig2.tree[f"/forecast/{name}"].to_dataset()
        )


# --- page, figures, sounds ------------------------------------------------------------------------


def test_the_page_is_whole_and_needs_no_network(fig2):
    """Six figures and the film as images, two sounds; every id; laws as MathML; nothing from outside."""
    text = fig2.written["drum.html"].decode()
    parsed = Page(text)
    assert parsed.open == []
    kinds = [(tag, value.partition(";base64,")[0]) for tag, value in parsed.references]
    assert kinds == [
        *[("img", "data:image/svg+xml")] * 6,
        ("img", "data:image/gif"),
        *[("audio", "data:audio/wav")] * 2,
    ]
    assert "script" not in parsed.tags
    assert set(re.findall(r"https?://[^\s\"'<>)]*", text)) <= {
        "http://www.w3.org/1998/Math/MathML",
        "http://www.w3.org/2000/svg",
    }
    shown = " ".join(parsed.text)
    for check in CHECKS:
        assert check.id in shown
    for row in fig2.said["budget"]:
        assert row["source"] in shown
    assert fig2.said["forecast"]["sha256"] in shown
    assert parsed.tags.count("math") == len(DrumExperiment.claims["square"]) > 0


def colours(pixels):
    """Return the number of different colours."""
    return len(np.unique(pixels.astype(np.uint32) @ np.array([1, 2**8, 2**16], np.uint32)))


def test_figures_show_something(fig2):
    """Each is neither blank nor one colour; the vector files have paths."""
    for title in TITLES:
        name = f"drum_{title.replace(' ', '_')}"
        with Image.open(io.BytesIO(fig2.written[f"{name}.png"])) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        assert pixels.std() > 10, title
        assert colours(pixels) > 50, title
        assert fig2.written[f"{name}.svg"].count(b"<path") > 20, title


def test_the_sound_is_the_networks_own_samples(fig2, tmp_path):
    """Nine drums of 40,000 samples at dt = 0.1 one after another, at 44100 Hz, one gain, -1 dB."""
    samples, rate = read_wav(fig2.out / "drum.wav")
    assert (rate, samples.shape) == (RATE, (9 * SAMPLES,))
    drums = samples.reshape(9, SAMPLES)
    heard = results.array(fig2.tree, "observed/sound", "signal").values
    np.testing.assert_allclose(drums, GAIN * heard, atol=1e-7)
    np.testing.assert_allclose(drums[:, 0], 10 ** (-1 / 20), rtol=1e-7)  # struck by 1
    assert [fft_bin(drum) for drum in drums] == list(BINS[0.1])
    assert float(results.dataset(fig2.tree, "observed/sound")["gain"]) == pytest.approx(GAIN)
    lines = [
        setting_of(Config(preset="quick")).run(side, 0.1).lines("velocity_verlet") for side in SIDES
    ]
    modal = np.stack([of.signal(SAMPLES) for of in lines])
    np.testing.assert_allclose(heard, modal, atol=1e-7)


def test_the_pitches(fig2):
    """239.30 Hz of L = 13 down to 148.36 Hz of L = 21; the loudest line at 1406.1 Hz for every L."""
    step = 2 * np.pi * 0.1
    pitches = heard_frequency(step * fig2.ladder.rungs[-3].value.sel(time_step=0.1).values)
    assert (pitches[0], pitches[-1]) == (
        pytest.approx(239.30, abs=5e-3),
        pytest.approx(148.36, abs=5e-3),
    )
    assert (np.diff(pitches) < 0).all()
    drums = read_wav(fig2.out / "drum.wav")[0].reshape(9, SAMPLES)
    loudest = np.abs(np.fft.rfft(drums)).argmax(axis=1) * RATE / SAMPLES
    np.testing.assert_allclose(loudest, 1406.1, atol=RATE / SAMPLES)


def test_the_listening_copy_fades(fig2):
    """16 bits, as long as the other, as loud as -1 dB at most and at once, and silent at every end."""
    from scipy.io import wavfile

    rate, samples = wavfile.read(fig2.out / "drum_listening.wav")
    assert (rate, samples.dtype, samples.shape) == (RATE, np.int16, (9 * SAMPLES,))
    drums = samples.reshape(9, SAMPLES) / 32767
    assert np.abs(drums).max() == pytest.approx(10 ** (-1 / 20), abs=1e-4)
    assert np.abs(drums[:, -1]).max() < 1e-4
    loudness = np.sqrt((drums.reshape(9, 4, -1) ** 2).mean(axis=2))
    assert (np.diff(loudness) < 0).all()


def test_what_is_said_of_the_sounds(fig2):
    """All that is needed to get from a pitch back to a drum."""
    said = json.loads(fig2.written["drum_sound.json"])
    assert (said["rate"], said["time_step"], said["samples"]) == (RATE, 0.1, SAMPLES)
    assert (said["speed"], said["spacing"], said["form"]) == (1.0, 1.0, "velocity_verlet")
    assert said["sides"] == SIDES.tolist()
    assert said["strike"] == said["listen"] == [[side // 2] * 2 for side in SIDES]
    assert said["gain"] == pytest.approx(GAIN)
    assert {"drum.wav", "drum_listening.wav"} <= said.keys()


def test_the_film(fig2):
    """72 pictures of 60 ms, without end: the network on the left, jumps on the right, the same."""
    with Image.open(io.BytesIO(fig2.written["drum.gif"])) as film:
        assert (film.n_frames, film.size) == (72, (395, 215))
        assert (film.info["duration"], film.info["loop"]) == (60, 0)
        pictures = []
        for number in range(film.n_frames):
            film.seek(number)
            pictures.append(np.asarray(film.convert("RGB")))
    pictures = np.stack(pictures)
    left, gap, right = np.split(pictures[:, 20:], (195, 200), axis=2)
    assert (left == right).all(axis=-1).mean() > 0.9999
    assert (gap == 255).all()
    assert (pictures[1:] != pictures[:-1]).any(axis=(1, 2, 3)).all()
    assert colours(left) > 200


# --- every row can fail ---------------------------------------------------------------------------

FIRST = {"time_step": 0.1, "side": 16}
HALF = {"time_step": 0.5, "side": 13}
READ = "/observed/runs"
# the arrays of the tree, the place, what is multiplied or added there: just more than the bar allows
POISONS = {
    "D7": (READ, "bin", FIRST, 1, 1),
    "D7b": ("/ladders/fundamental", "value", {"rung": "grid", "side": 13}, 1 + 2e-6, 0),
    "D7s": ("/ladders/fundamental", "value", {"rung": "grid", "side": 13}, 1 + 3e-5, 0),
    "D7t": ("/ladders/fundamental", "value", {"rung": "grid in time steps"} | FIRST, 1 - 4e-7, 0),
    "D7r": ("/ladders/fundamental", "value", {"rung": "grid in time steps"} | FIRST, 1 + 2e-4, 0),
    "D5": (
        "/observed/survey",
        "bin",
        {"form": "drift_first", "time_step": 0.1, "spacings": 16},
        1,
        -1,
    ),
    "D6": (READ, "bin", FIRST, 1, -1),
    "D14": (
        "/ladders/fundamental",
        "value",
        {"rung": "network", "time_step": MAGIC, "side": 16},
        1 + 2e-12,
        0,
    ),
    "D16": (
        READ,
        "estimate",
        {"estimator": "hann_two_point", "window": "all samples"} | HALF,
        1 + 2e-9,
        0,
    ),
    "D17": (
        READ,
        "estimate",
        {"estimator": "hann_two_point", "window": "2000 samples"} | HALF,
        1 + 2e-6,
        0,
    ),
    "D18": (
        READ,
        "estimate",
        {"estimator": "matrix_pencil", "window": "1000 samples"} | HALF,
        1 + 2e-7,
        0,
    ),
    "D19": (READ, "loudest_bin", FIRST, 1, 2),
    "D4n": (READ, "network_error", HALF, 1, 2e-12),
    "D43": ("/observed/sound", "bin", {"sample_type": "int16"} | FIRST, 1, 1),
    "D43f": ("/observed/sound", "pitch_error", {"sample_type": "float32"} | HALF, 1, 2e-8),
    "D43i": ("/observed/sound", "pitch_error", {"sample_type": "int16"} | HALF, 1, 2e-6),
    "D4": (READ, "signal_error", {"form": "position_verlet"} | HALF, 1, 2e-10),
    "D8": (READ, "spectrum_error", HALF, 1, 2e-10),
}


def judged(tree, config):
    """Return the verdicts over a tree, as the run itself judges it."""
    found = SquareDrums(config).findings(tree)
    checks = tuple(check for check in CHECKS if check.id in found)
    rows = judge(
        checks, found, case="square", preset=config.preset, command=lambda case, preset: ""
    )
    return {row.check.id: row for row in rows}


def changed(tree, group, name, place, factor, added):
    """Return a tree with one entry of one array times a factor plus what is added."""
    nodes = {n.path: n.to_dataset(inherit=False) for n in tree.subtree}
    nodes[group] = nodes[group].copy(deep=True)
    array = nodes[group][name]
    if not np.isfinite(factor):
        nodes[group][name] = array = array.astype(float)
    array.loc[place] = array.loc[place] * factor + added
    return xr.DataTree.from_dict(nodes)


def test_the_poisons_are_for_all_rows_of_a_run():
    """None can hold whatever is found."""
    assert POISONS.keys() == {check.id for check in CHECKS if check.id not in FUNCTIONS}


@pytest.mark.parametrize("name", POISONS)
def test_every_row_can_fail(fig2, name):
    """A bin of one drum, or an error just above the bar at one place, and the row is lost."""
    assert fig2.row(name)["verdict"] == "holds"
    row = judged(changed(fig2.tree, *POISONS[name]), Config(preset="quick"))[name]
    assert row.verdict == "fails"


@pytest.mark.parametrize("name", sorted(POISONS.keys()))
def test_what_is_not_a_number_fails(fig2, name):
    """One nan among 27 runs does not vanish in a largest value: no row passes in silence."""
    group, array, place, *_ = POISONS[name]
    row = judged(changed(fig2.tree, group, array, place, np.nan, 0), Config(preset="quick"))[name]
    assert row.verdict == "fails"


HALF_ONLY = "D16 D17 D18 D43f D43i"
COMMON = f"D5 D6 D7r D43 {HALF_ONLY}"
NOT_RUN = {
    "as it is": ({}, ""),
    "another form": ({"form": "kick_first"}, "D6"),
    "another meaning": ({"side_means": "free_nodes"}, "D6 D14"),
    "struck elsewhere": ({"strike": (6, 7)}, f"D14 D19 {COMMON}"),
    "heard elsewhere": ({"listen": (6, 7)}, f"D14 D19 {COMMON}"),
    "less samples": ({"steps": 39_999}, f"D14 {COMMON}"),
    "more samples": ({"steps": 50_000}, f"D14 D4 D8 D4n {COMMON}"),
    "one side less": ({"sides": "14..21"}, COMMON),
    "small sides": ({"sides": "5..9"}, f"D7b D7s D7t D14 {COMMON}"),
    "without 0.1": ({"time_step": (0.5, "magic")}, "D7r D19"),
    "without 0.5": ({"time_step": (0.1, "magic")}, HALF_ONLY),
    "without the magic step": ({"time_step": (0.1, 0.5)}, "D14"),
    "none of the three": ({"time_step": (0.3,)}, f"D6 D7r D14 D19 {HALF_ONLY}"),
    "near the limit": ({"time_step": (0.5, 0.709)}, "D7r D14 D19 D4n D4 D8"),
    "other units": ({"speed": 3.0}, ""),
    "other units and spacings": ({"speed": 2.0, "spacing": 0.5}, ""),
}


@pytest.mark.parametrize("what", NOT_RUN)
def test_rows_that_do_not_apply_say_so(fig2, what):
    """Never a silent pass: each is `not run` with its reason, and all others are judged."""
    changes, ids = NOT_RUN[what]
    config = Config(preset="quick", **changes)
    setting = setting_of(config)
    arrays = {n.path: n.to_dataset(inherit=False) for n in fig2.tree.subtree}
    tree = xr.DataTree.from_dict(
        {path: _with_steps(dataset, setting.time_steps) for path, dataset in arrays.items()}
    )
    findings = SquareDrums(config).findings(tree)
    reasons = {name: f.reason for name, f in findings.items() if isinstance(f, NotRun)}
    assert set(reasons) == set(ids.split())
    given = {check.id: check.given for check in CHECKS}
    assert reasons == {name: f"its bar is stated for {given[name]}" for name in reasons}
    assert all(given[name] for name in reasons)
    assert {row.verdict for row in judged(tree, config).values()} <= {"holds", "fails", "not run"}


def _with_steps(dataset, steps):
    """Call the first time steps of a run by other numbers."""
    if "time_step" not in dataset.dims:
        return dataset
    return dataset.isel(time_step=slice(0, len(steps))).assign_coords(time_step=list(steps))


# --- other drums, few samples ---------------------------------------------------------------------


class Bare(SquareDrums):
    """Without pictures."""

    def report(self, result):
        return Report()


class Heard(DrumExperiment):
    """Without the rows that need no drum of the user's: they are the same in every run."""

    checks = tuple(check for check in CHECKS if check.id not in FUNCTIONS)

    def case(self, config):
        return Bare(config)

    def verifications(self):
        return {}


class Small:
    """A run of few drums and samples, from Python."""

    def __init__(self, out, *, sides="13,14", steps=2000, time_step=(0.5,), **changes):
        self.config = Config(
            sides=sides, steps=steps, time_step=time_step, preset="quick", **changes
        )
        self.tree = run(Heard(), self.config, out=out).tree
        # of the network at the first time step, (side, sample), in single precision
        self.heard = results.array(self.tree, "observed/sound", "signal").values
        self.ladder = results.ladder(self.tree, "fundamental")
        self.rows = {row["id"]: row for row in json.loads(self.tree["/checks"].attrs["rows"])}
        self.budget = json.loads(self.tree["/budget"].attrs["rows"])
        self.setting = setting_of(self.config)

    def verdicts(self, *words):
        return {name for name, row in self.rows.items() if row["verdict"] in words}

    def sha256(self):
        return json.loads(self.tree.attrs["forecast"])["sha256"]


RUNS_ON_THESE = {"D7", "D7b", "D4n", "D7s", "D7t", "D4", "D8"}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """L = 13, 14 at dt = 0.5, 2000 samples."""
    return Small(tmp_path_factory.mktemp("small"))


def assert_it_holds(small, ids):
    """These rows hold, all others say why they did not run; the budget adds up with nothing left."""
    assert small.verdicts("holds") == ids
    assert small.verdicts("not run") == small.rows.keys() - ids
    whole = small.ladder.whole()
    found = math.fsum(row["found"] for row in small.budget)
    assert abs(found) == pytest.approx(float(abs(whole).max()), rel=1e-12)
    assert small.budget[-1]["source"] == UNEXPLAINED
    assert small.budget[-1]["worst"] == 0.0


def test_a_small_run(small):
    """What needs the common drums says so by name; the rest holds."""
    assert_it_holds(small, RUNS_ON_THESE)
    for name in ("D5", "D6", "D14", "D16", "D43"):
        assert "40,000 samples" in small.rows[name]["reason"], name
    assert "dt = 0.1 h/c" in small.rows["D19"]["reason"]


@pytest.mark.parametrize("form", FORMS[1:])
def test_other_forms(small, tmp_path, form):
    """One frequency for all four; kick and drift first give other samples: A/cos(theta/2), shifted."""
    other = Small(tmp_path, form=form)
    assert_it_holds(other, RUNS_ON_THESE)
    for one, two in zip(small.ladder.rungs[:-2], other.ladder.rungs[:-2], strict=True):
        xr.testing.assert_equal(one.value, two.value)
    difference = np.abs(small.heard - other.heard).max()
    assert difference < 1e-7 if form == "position_verlet" else difference > 0.1
    assert other.tree["/setup"].attrs["form"] == form


@pytest.mark.parametrize(
    ("side_means", "spacings", "deviation"),
    [("free_nodes", (14, 15), -7.2), ("all_nodes", (12, 13), 8.0)],
)
def test_other_meanings_of_the_side(tmp_path, side_means, spacings, deviation):
    """What L counts is a rung of its own: ln(M/L), -7.2 % or +8.0 % of L = 13, and nothing unexplained."""
    other = Small(tmp_path, side_means=side_means, steps=8000)
    assert_it_holds(other, RUNS_ON_THESE)
    assert other.ladder.sources == (MEANING, SPACE, TIME, BIN, UNEXPLAINED)
    counted = np.log(np.array(spacings) / [13, 14])
    found = other.ladder.difference(MEANING).sel(time_step=0.5)
    np.testing.assert_allclose(found, counted, atol=1e-15)
    assert other.budget[0]["status"] == "attributed"
    assert other.budget[0]["predicted"] is None
    heard = other.ladder.rungs[-1].value.sel(side=13, time_step=0.5).item()
    assert 100 * (heard * math.sqrt(2) * 13 - 1) == pytest.approx(deviation, abs=0.3)
    assert other.tree["/setup"]["spacings"].values.tolist() == list(spacings)


def test_no_meaning_to_tell_where_the_side_counts_spacings(small):
    """The rung is there only if it drops something."""
    assert small.ladder.sources == (SPACE, TIME, BIN, UNEXPLAINED)


def test_struck_and_heard_elsewhere(small, tmp_path):
    """Struck at a and heard at b is struck at b and heard at a; the fundamental is the same anywhere."""
    there = Small(tmp_path / "there", strike=(3, 4), listen=(5, 2))
    back = Small(tmp_path / "back", strike=(5, 2), listen=(3, 4))
    for other in (there, back):
        assert_it_holds(other, RUNS_ON_THESE)
        xr.testing.assert_equal(other.ladder.rungs[-3].value, small.ladder.rungs[-3].value)
    np.testing.assert_allclose(there.heard, back.heard, atol=1e-7)
    assert np.abs(there.heard - small.heard).max() > 0.1
    assert there.tree["/setup"]["strike"].values.tolist() == [[3, 4]] * 2
    assert there.tree["/setup"]["listen"].values.tolist() == [[5, 2]] * 2
    assert there.heard[:, 0].tolist() == [0.0, 0.0]
    assert there.sha256() != back.sha256()


def test_heard_where_it_is_struck_unless_said(tmp_path):
    """A strike moves the listener along; transposed, the square is the same."""
    one = Small(tmp_path / "one", strike=(3, 5))
    two = Small(tmp_path / "two", strike=(5, 3))
    assert one.heard[:, 0].tolist() == [1.0, 1.0]
    np.testing.assert_allclose(one.heard, two.heard, atol=1e-7)


def test_speed_and_spacing_scale_the_frequencies(small, tmp_path):
    """At c = 2, h = .5 and dt = .5 h/c: every frequency times c/h = 4, every sample the same, to the bit."""
    scaled = Small(tmp_path, speed=2.0, spacing=0.5, time_step=(0.125,))
    assert_it_holds(scaled, RUNS_ON_THESE)
    np.testing.assert_array_equal(scaled.heard, small.heard)
    for one, other in zip(small.ladder.rungs, scaled.ladder.rungs, strict=True):
        np.testing.assert_array_equal(4 * one.value.values, other.value.values)
    for one, other in zip(small.budget, scaled.budget, strict=True):
        assert one["found"] == pytest.approx(other["found"], abs=1e-15)


def test_default_time_steps_are_in_units_of_h_over_c():
    """0.1, 0.5 and 1/sqrt(2) of them."""
    setting = setting_of(Config(preset="quick", speed=2.0, spacing=0.5))
    assert setting.time_steps == tuple(0.25 * step for step in BINS)
    assert setting.magic_step == 0.25 * MAGIC


SPELLINGS = {
    "13,15,14": (13, 14, 15),
    "13..15": (13, 14, 15),
    " 13 , 14,15 ": (13, 14, 15),
    "13 .. 15": (13, 14, 15),
    "15,13,13": (13, 15),
    "17": (17,),
    "17..17": (17,),
    "007,8": (7, 8),
}


@pytest.mark.parametrize("text", SPELLINGS)
def test_sides_are_a_span_or_a_list(text):
    """Spaces, order and repetitions do not matter."""
    assert setting_of(Config(preset="quick", sides=text)).sides == SPELLINGS[text]


def test_sides_in_any_order_are_the_same_run(small, tmp_path):
    """Another text, another store; the same forecast and the same bins."""
    turned = Small(tmp_path, sides="14, 13,14")
    assert turned.sha256() == small.sha256()
    assert checksum(turned.tree["/ladders"]) == checksum(small.tree["/ladders"])


def test_the_magic_step(tmp_path):
    """L = 16, dt = 1/sqrt(2), N = 1600: k0 = N/(2L) = 50, so what is heard is c/(sqrt(2) L) itself."""
    magic = Small(tmp_path, sides="16,20", time_step=("magic",), steps=1600)
    assert_it_holds(magic, RUNS_ON_THESE)
    assert magic.setting.time_steps == (MAGIC,)
    formula, stepped, heard = (magic.ladder.rungs[k].value.values for k in (0, -3, -1))
    np.testing.assert_allclose(stepped, formula, rtol=1e-15)
    np.testing.assert_allclose(heard, formula, rtol=1e-15)
    parts = [magic.ladder.difference(source) for source in (SPACE, TIME)]
    np.testing.assert_allclose(parts[0], -parts[1], atol=1e-15)
    assert float(parts[0].max()) > 1e-3


def test_magic_is_the_number_that_it_stands_for():
    """Also where h/c is not a binary fraction; the row about it is then judged."""
    for speed in (1.0, 3.0, 10.0, 343.0):
        for spacing in (0.1, 0.7, 1.0):
            config = Config(preset="quick", speed=speed, spacing=spacing, time_step=("magic",))
            setting = setting_of(config)
            assert setting.magic_step in setting.time_steps
            assert setting.time_steps[0] == pytest.approx(MAGIC * spacing / speed, rel=1e-15)


ODD = {
    "one node": {"sides": "2"},
    "one node, struck and heard there": {"sides": "2", "strike": (1, 1), "listen": (1, 1)},
    "one node, few samples": {"sides": "2", "steps": 20},
    "one node near the limit": {"sides": "2", "time_step": (0.98,), "steps": 400},
    "four nodes": {"sides": "3", "steps": 300, "time_step": (0.1, 0.5, "magic")},
    "four nodes of another meaning": {"sides": "3", "side_means": "free_nodes"},
    "one node of another meaning": {"sides": "3", "side_means": "all_nodes"},
    "very different drums": {"sides": "3,13,30", "steps": 3000},
    "three cycles": {"sides": "13", "steps": 112},
    "an odd number of samples": {"sides": "13", "steps": 301},
    "a step given three times": {"sides": "13", "time_step": (0.5, 0.5, 0.5)},
    "one step next to magic": {"sides": "13", "time_step": (0.69,)},
    "kick first near the limit": {"sides": "13", "time_step": (0.712,), "form": "kick_first"},
    "the last form": {"sides": "13", "form": "drift_first", "time_step": ("magic",)},
    "two corners": {"sides": "5", "strike": (1, 1), "listen": (1, 2)},
    "cycles that Hann reads as 2.99": {"sides": "24", "steps": 205},
}


@pytest.mark.parametrize("what", ODD)
def test_odd_options_that_are_allowed(tmp_path, what):
    """They run to their end, no row fails and none is inconclusive."""
    odd = Small(tmp_path, **ODD[what])
    assert odd.verdicts("fails", "inconclusive") == set(), odd.rows
    assert "D7" in odd.verdicts("holds")
    assert odd.budget[-1]["worst"] == 0.0


@pytest.mark.parametrize("preset", ["standard", "paper"])
def test_larger_presets_survey_more(tmp_path, preset):
    """All meanings of the side, and those of nine time steps that leave four cycles."""
    config = Config(sides="3", steps=3000, time_step=(0.5,), preset=preset)
    tree = run(Heard(), config, out=tmp_path).tree
    survey = results.array(tree, "observed/survey", "bin")
    assert dict(survey.sizes) == {"form": 4, "time_step": 9, "spacings": 3}
    assert survey["spacings"].values.tolist() == [2, 3, 4]
    rows = {row["id"]: row for row in json.loads(tree["/checks"].attrs["rows"])}
    assert {row["verdict"] for row in rows.values()} == {"holds", "not run"}
    expected = results.array(tree, "forecast/survey", "bin")
    xr.testing.assert_equal(expected, survey)


def test_an_estimator_that_hears_nothing_has_nothing_to_say(tmp_path, monkeypatch):
    """Where it refuses a signal its frequency is missing; the run goes on to its end."""

    def deaf(signal, time_step, *, share):
        raise ArgumentError("signal", "2000 samples", "no line in it is undamped", "use another")

    monkeypatch.setitem(ESTIMATORS, "matrix_pencil", deaf)
    deafened = Small(tmp_path)
    assert_it_holds(deafened, RUNS_ON_THESE)
    estimates = results.array(deafened.tree, "observed/runs", "estimate")
    assert np.isnan(estimates.sel(estimator="matrix_pencil")).all()
    assert np.isfinite(estimates.sel(estimator="fft_bin", window="all samples")).all()


# --- what is measured does not move what was forecast ---------------------------------------------

POISONED = {
    "faster waves": (WaveNetwork, "__init__", faster, {"D7", "D4n"}),
    "longer steps": (WaveNetwork, "__init__", later, {"D7", "D4n"}),
    "rounding that is no rounding": (StruckNetwork, "observe", noisy(1e-11), {"D4n"}),
    "another node": (StruckNetwork, "__init__", elsewhere, {"D4n"}),
}


@pytest.mark.parametrize("what", POISONED)
def test_a_poisoned_network_leaves_the_forecast_alone(small, tmp_path, monkeypatch, what):
    """The same seal, the same rungs; the rows about the network fail, those about NumPy hold."""
    kind, name, poison, lost = POISONED[what]
    monkeypatch.setattr(kind, name, poison)
    poisoned = Small(tmp_path)
    assert poisoned.sha256() == small.sha256()
    for one, other in zip(small.ladder.rungs[:-1], poisoned.ladder.rungs[:-1], strict=True):
        xr.testing.assert_identical(one.value, other.value)
    assert poisoned.verdicts("fails") == lost
    assert poisoned.verdicts("holds") == RUNS_ON_THESE - lost
    left = poisoned.budget[-1]["worst"]
    if "D7" in lost:  # to a bin, of which the fundamental has about 50
        assert left == pytest.approx(math.log(FASTER), abs=1 / 50)
    else:
        assert left == 0.0


def test_poisoned_stepping_is_seen(small, tmp_path, monkeypatch):
    """The other pair of roads: NumPy's waves 3 % faster; signals, spectra, network and NumPy differ."""
    honest = Stepper.__init__

    def quick(self, drums, displacements, time_steps, *more):
        drums = [Drum(drum.free, drum.spacing, FASTER * drum.speed) for drum in drums]
        honest(self, drums, displacements, time_steps, *more)

    monkeypatch.setattr(Stepper, "__init__", quick)
    poisoned = Small(tmp_path)
    assert poisoned.sha256() == small.sha256()
    assert poisoned.verdicts("fails") == {"D4n", "D4", "D8"}
    assert poisoned.budget[-1]["worst"] == 0.0
    assert (
        results.array(poisoned.tree, "observed/survey", "bin")
        > results.array(poisoned.tree, "forecast/survey", "bin")
    ).all()


# --- runs that are cut off ------------------------------------------------------------------------


def test_a_run_that_is_cut_off_within_the_network_goes_on_there(tmp_path, monkeypatch):
    """Step 300 of 599 is the last one: the next run takes the 299 that are left, to the same end."""
    undisturbed = values(Small(tmp_path / "one", steps=600).tree)
    update, taken = StruckNetwork.update, []

    def count(self, index):
        taken.append(index)
        if len(taken) > 300:
            raise CutOffError
        update(self, index)

    with monkeypatch.context() as patch:
        patch.setattr("numerics.training.SECONDS_BETWEEN_CHECKPOINTS", 0.0)
        patch.setattr(StruckNetwork, "update", count)
        with pytest.raises(CutOffError):
            Small(tmp_path / "two", steps=600)
    (store,) = tmp_path.glob("two/.drum/*")
    assert {p.name for p in store.iterdir()} == {"network.npz", "forecast.nc", "forecast.json"}
    taken.clear()

    def count_on(self, index):
        taken.append(index)
        update(self, index)

    monkeypatch.setattr(StruckNetwork, "update", count_on)
    assert values(Small(tmp_path / "two", steps=600).tree) == undisturbed
    assert len(taken) == 599 - 300


OPTIONS = "--preset quick --sides 13,14 --time-step 0.5 --steps 2000 --quiet"


def begin(out):
    """Start the run in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "validation.drum", *OPTIONS.split(), "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=out.parent,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )


def test_killed_after_the_network_the_same_command_goes_on(tmp_path):
    """SIGKILL as soon as network.npz is there: the same values and files to the bit, the seal the same."""
    undisturbed, out = tmp_path / "one", tmp_path / "two"
    first = begin(undisturbed)
    assert (first.communicate(timeout=300), first.returncode) == (("", ""), 0)
    process = begin(out)
    while not (found := list(out.glob(".drum/*/network.npz"))) and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not (out / "drum.nc").exists()
    (network,) = found
    sealed = (network.parent / "forecast.json").read_bytes()
    again = begin(out)
    assert (again.communicate(timeout=300), again.returncode) == (("", ""), 0)
    assert (network.parent / "forecast.json").read_bytes() == sealed
    one, two = (read_tree(folder / "drum.nc") for folder in (undisturbed, out))
    assert values(one) == values(two)
    seals = [json.loads(tree.attrs["forecast"])["sha256"] for tree in (one, two)]
    assert seals[0] == seals[1]
    for name in ("drum.gif", "drum.wav", "drum_listening.wav", "drum_fundamental.svg"):
        assert (undisturbed / name).read_bytes() == (out / name).read_bytes(), name


def test_the_standard_preset(tmp_path):
    """All rows; D5 reads four forms at nine steps on the eleven grids of three meanings: none is wrong."""
    ended = Run(tmp_path, "--preset standard")
    assert verdicts(ended.said["checks"]) == ALL_HOLD
    assert ended.code == 0
    survey = results.array(ended.tree, "observed/survey", "bin")
    assert dict(survey.sizes) == {"form": 4, "time_step": 9, "spacings": 11}
    # both Verlet forms are heard alike: three signals
    assert (survey.sel(form="velocity_verlet") == survey.sel(form="position_verlet")).all()
    plain = survey.sel(form="velocity_verlet")
    for step, bins in BINS.items():
        np.testing.assert_array_equal(plain.sel(time_step=step, spacings=SIDES), bins)
    # M = 12 at dt = .01 lies at 23.503, and the leakage of other lines makes it bin 23
    assert plain.sel(time_step=0.01, spacings=12).item() == 23


@pytest.mark.parametrize(
    "form",
    [
        "kick_first",
        pytest.param("position_verlet", marks=pytest.mark.study),
        pytest.param("drift_first", marks=pytest.mark.study),
    ],
)
def test_fig_2_in_other_forms(tmp_path, form):
    """The nine drums at three steps: the bins may differ by the leakage, no row fails."""
    config = Config(preset="quick", form=form)
    tree = run(Heard(), config, out=tmp_path).tree
    rows = {row["id"]: row for row in json.loads(tree["/checks"].attrs["rows"])}
    assert {name for name, row in rows.items() if row["verdict"] != "holds"} == {"D6"}
    assert rows["D6"]["verdict"] == "not run"
    assert dataclasses.asdict(config) == json.loads(tree.attrs["config"]) | {"listen": None}
