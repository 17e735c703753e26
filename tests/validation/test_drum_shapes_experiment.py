"""The case `shape` of `drum` from command to files: named drums, the pair, and drums in the user's files."""

import contextlib
import io
import json
import math

import numpy as np
import pytest
from command_line import KEYS, FinishedRun, Page
from PIL import Image, ImageDraw
from poisoned_networks import elsewhere, faster, noisy
from rich.console import Console

from numerics.drum.estimators.peaks import fft_bin
from numerics.drum.network import StruckNetwork, WaveNetwork
from numerics.drum.sound import RATE, read_wav
from numerics.drum.spectra import (
    curved_elements,
    finite_elements,
    masks,
    mesh_spectra,
    particular_solutions,
)
from numerics.drum.stepping import Stepper
from numerics.files import checksum, read_tree
from validation import cli, results
from validation.drum import Config, DrumExperiment
from validation.drum.shapes import hearing
from validation.drum.shapes.case import AnyDrums
from validation.drum.shapes.measuring import steps_of_frames
from validation.drum.shapes.setting import setting_of
from validation.drum.verification import FUNCTIONS
from validation.experiment import Outcome, Report, run
from validation.ladder import UNEXPLAINED
from validation.report.document import document
from validation.report.terminal import print_result

pytestmark = pytest.mark.usefixtures("one_thread")

RUNS = ("D41", "D41s", "D41u", "D41w", "D44s")  # of any drum
SPACE, TIME, BIN = "space step", "time step", "spectral bin"
TITLES = ("drum", "nodal patterns", "fundamental", "heard shape")
MEDIA = (".gif", ".wav", "_listening.wav", "_sound.json")
SMALL = "--preset quick --modes 6 --steps"
BRACKETS = "in brackets, the error of the last digits"


class Short(DrumExperiment):
    """Without the rows that need no drum: they are the same in every run."""

    def verifications(self):
        return {}


class Finished(FinishedRun):
    """A finished run, with its ladder and its files."""

    def __init__(self, folder, options):
        with contextlib.chdir(folder), pytest.MonkeyPatch.context() as patch:
            patch.setattr("validation.drum.EXPERIMENT", Short)
            super().__init__("drum", folder, options)
        self.options = options
        self.ladder = results.ladder(self.tree, "fundamental")
        self.written = {p.name: p.read_bytes() for p in self.out.iterdir() if p.is_file()}
        self.config = Config(**{k: _tuples(v) for k, v in self.said["config"].items()})
        with contextlib.chdir(folder):  # where the file of the drum is
            self.setting = setting_of(self.config)

    def of_shape(self):
        """Return the verdicts of the rows about the run's own drum."""
        rows = [r for r in self.said["checks"] if r["case"] == "shape" and r["id"] not in FUNCTIONS]
        return {row["id"]: row["verdict"] for row in rows}


def _tuples(value):
    return tuple(value) if isinstance(value, list) else value


MASK = np.ones((8, 6), bool)
MASK[5:, :2] = False
RING = {"vertices": [[0, 0], [3, 0], [3, 3], [0, 3]], "holes": [[[1, 1], [2, 1], [2, 2], [1, 2]]]}


def mask_file(folder):
    """Write a mask of 42 nodes."""
    np.save(folder / "blob.npy", MASK)
    return "blob.npy"


def polygon_file(folder):
    """Write a square ring, clockwise."""
    (folder / "ring.json").write_text(json.dumps(RING | {"name": "ring", "unit": "cm"}))
    return "ring.json"


def picture_file(folder):
    """Draw a disk, 8 x 8 times as fine as its pixels."""
    drawn = Image.new("L", (480, 480), 255)
    ImageDraw.Draw(drawn).ellipse((40, 40, 440, 440), fill=0)
    drawn.resize((60, 60), Image.Resampling.BOX).save(folder / "disk.png")
    return "disk.png"


@pytest.fixture(scope="module")
def blob(tmp_path_factory):
    """A mask in a file, from the command line."""
    folder = tmp_path_factory.mktemp("blob")
    return Finished(folder, f"--shape {mask_file(folder)} {SMALL} 3000")


# --- a drum of one's own, from command to files ---------------------------------------------------


def test_all_rows_of_a_mask_hold(blob):
    """What is known of a mask alone holds; what needs an outline says so."""
    assert {name for name, said in blob.of_shape().items() if said == "holds"} == set(RUNS)
    assert set(blob.of_shape().values()) == {"holds", "not run"}
    for name in ("D46", "D47"):
        assert blob.rows[name]["reason"] == "its bar is stated for a drum whose outline is known"
    assert blob.said["case"] == "shape"
    assert blob.warned == []


def test_rows_of_squares_name_the_command_that_runs_them(blob):
    """They belong to the other case."""
    assert blob.rows["D7"]["verdict"] == "not run"
    assert blob.rows["D7"]["reason"].startswith("another case: ")


def test_the_ladder_of_a_mask_begins_on_its_grid(blob):
    """A mask is the network's drum: nothing is known behind it, so no space step is dropped."""
    assert blob.ladder.sources == (TIME, BIN, UNEXPLAINED)
    eigenvalues = np.linalg.eigvalsh(dense(MASK))
    lowest = blob.ladder.rung("grid")
    np.testing.assert_allclose(lowest, math.sqrt(eigenvalues[0]) / (2 * math.pi), rtol=1e-13)
    for step in lowest["time_step"].values:
        turned = 2 / step * math.asin(step * math.sqrt(eigenvalues[0]) / 2)
        found = blob.ladder.rung("grid in time steps").sel(time_step=step)
        np.testing.assert_allclose(found, turned / (2 * math.pi), rtol=1e-13)
    masks_found = results.dataset(blob.tree, "forecast/masks")
    np.testing.assert_allclose(masks_found["eigenvalue"][0], eigenvalues[:6], rtol=1e-12)


def dense(mask):
    """Return 4 I minus the adjacency of the free nodes."""
    places = np.argwhere(mask)
    apart = np.abs(places[:, None] - places[None]).sum(axis=2)
    return 4.0 * np.eye(len(places)) - (apart == 1)


def test_the_budget_adds_up(blob):
    """ln(grid/heard) = time + bin, unexplained 0 exactly, at every point and in the table."""
    parts = [blob.ladder.difference(source) for source in blob.ladder.sources]
    assert float(abs(sum(parts) - blob.ladder.whole()).max()) < 1e-15
    assert float(abs(parts[-1]).max()) == 0.0
    rows = blob.said["budget"]
    assert [(row["source"], row["status"]) for row in rows] == [
        (TIME, "predicted"),
        (BIN, "predicted"),
        (UNEXPLAINED, "unexplained"),
    ]
    assert "…" not in printed(blob.said["tables"], columns=100)
    fundamental, deviation = blob.said["tables"][:2]
    assert fundamental["title"] == "the fundamental (1/time)"
    assert deviation["title"].startswith("deviation of the fundamental, 100 ln(network/grid)")
    for known, parts in zip(fundamental["rows"], deviation["rows"], strict=True):
        assert known[:2] == parts[:2]
        assert known[5] == known[6]
        assert math.fsum(parts[3:-1]) == pytest.approx(parts[2], abs=1e-12)
        assert parts[2] == pytest.approx(100 * math.log(known[4] / known[2]), abs=1e-12)
        assert parts[-1] == 0


def test_the_document_has_all_its_keys(blob):
    """A stable contract: other programs read it."""
    assert blob.said.keys() >= KEYS[""]
    for part in ("checks", "budget"):
        for row in blob.said[part]:
            assert row.keys() >= KEYS[part]
    assert blob.said["forecast"].keys() >= KEYS["forecast"]


def test_json_is_a_function_of_the_tree(blob):
    """The tree read back from its file says what the JSON file says."""
    assert document(blob.tree, blob.said["files"]) == blob.said


def assert_files_are_functions_of_the_tree(finished, folder, monkeypatch):
    """With no network, no stepping, no mesh and no solver the tree read back gives every file."""

    def computed(*_, **__):
        raise AssertionError("computed anew")

    for kind, name in ((WaveNetwork, "forward"), (StruckNetwork, "update"), (Stepper, "step")):
        monkeypatch.setattr(kind, name, computed)
    for module, name in (
        (finite_elements, "finite_element_spectrum"),
        (finite_elements, "accurate_spectrum"),
        (finite_elements, "lower_bounds"),
        (mesh_spectra, "mesh_eigenvalues"),
        (curved_elements, "curved_spectrum"),
        (masks, "extrapolated_spectrum"),
        (masks, "mask_spectrum"),
        (particular_solutions, "particular_solution"),
    ):
        monkeypatch.setattr(module, name, computed)
    monkeypatch.chdir(finished.out.parent)  # where the file of the drum is
    report = AnyDrums(finished.config).report(finished.tree)
    monkeypatch.chdir(folder)
    files = cli._write(Outcome(finished.tree, report), finished.out.relative_to("/"), "drum")
    names = {file.name: file.read_bytes() for file in files}
    assert names.keys() == finished.written.keys()
    for name, content in names.items():
        # the page and the document name the folder, and .nc has times of its own in it
        if name.split(".")[-1] not in ("nc", "json", "html") or name == "drum_sound.json":
            assert content == finished.written[name], name
    written = read_tree(folder / finished.out.relative_to("/") / "drum.nc")
    assert checksum(written) == checksum(finished.tree)
    return report


def test_all_files_of_a_mask_are_functions_of_the_tree(blob, tmp_path, monkeypatch):
    """Figures, film, sounds and tables, byte for byte."""
    report = assert_files_are_functions_of_the_tree(blob, tmp_path, monkeypatch)
    assert tuple(report.figures) == TITLES[:3]
    assert tuple(report.media) == MEDIA
    tables = json.dumps(report.tables)
    assert json.loads(tables.replace("NaN", "null")) == blob.said["tables"]


def test_the_page_is_whole(blob):
    """Three figures and the film, two sounds; every id; the laws; nothing from outside."""
    parsed = Page(blob.written["drum.html"].decode())
    assert parsed.open == []
    kinds = [(tag, value.partition(";base64,")[0]) for tag, value in parsed.references]
    assert kinds == [
        *[("img", "data:image/svg+xml")] * 3,
        ("img", "data:image/gif"),
        *[("audio", "data:audio/wav")] * 2,
    ]
    shown = " ".join(parsed.text)
    for row in blob.said["checks"]:
        assert row["id"] in shown
    assert parsed.tags.count("math") == len(DrumExperiment.claims["shape"])


def test_what_is_said_of_the_file(blob):
    """Its name, checksum and unit stand in the provenance; what runs, in the notes and in print."""
    drum = blob.said["provenance"]["data"]["blob"]["drum"]
    assert (drum["file"], drum["name"]) == ("blob.npy", "blob")
    assert len(drum["sha256"]) == 64
    assert "mask of 42 free nodes" in " ".join(json.loads(blob.tree.attrs["notes"]))
    assert "mask of 42 free nodes" in blob.printed
    assert blob.said["forecast"]["sha256"] in blob.printed


def test_the_sound_is_the_networks_own_samples(blob):
    """3000 samples at 44100 Hz, 1 where it is struck, and its bin is the forecast one."""
    samples, rate = read_wav(blob.out / "drum.wav")
    heard = results.array(blob.tree, "observed/sound", "signal").values[0]
    assert (rate, samples.shape) == (RATE, (3000,))
    np.testing.assert_allclose(samples, samples[0] * heard, atol=1e-7)
    assert heard[0] == 1
    closed = blob.ladder.rung("closed-form bin").isel(time_step=0, drop=True).item()
    assert fft_bin(samples) == round(closed * 3000 * 0.1)
    said = json.loads(blob.written["drum_sound.json"])
    assert said["drums"] == ["blob"]
    assert (said["samples"], said["time_step"]) == (3000, 0.1)


def test_the_film(blob):
    """A picture a step that is shown: the network on the left, its modes on the right, the same; named."""
    (membrane,) = blob.setting.membranes
    shown = len(np.unique(steps_of_frames(membrane)))
    with Image.open(io.BytesIO(blob.written["drum.gif"])) as film:
        assert film.n_frames == shown > 50  # of 72, equal neighbours are one picture that lasts
        for number in (0, 30, shown - 1):
            film.seek(number)
            heads, shows = np.split(np.asarray(film.convert("RGB")), [20])
            left, _, right = np.split(shows, (195, 200), axis=1)
            assert (heads[:, :195] != heads[:, 200:]).any()
            assert (left == right).all(axis=-1).mean() > 0.9999
            assert number == 0 or len(np.unique(left.reshape(-1, 3), axis=0)) > 10


def test_the_forecast_has_no_measurement_in_it(blob):
    """The sealed file: rungs before the last and the mask's modes, as in the result; its bars the rows'."""
    (file,) = blob.out.glob(".drum/*/forecast.nc")
    sealed = read_tree(file)
    assert set(sealed.children) == {"ladders", "predicted"}
    assert set(sealed["/predicted"].children) == {"masks"}
    stored, final = (t["/ladders/fundamental"].to_dataset() for t in (sealed, blob.tree))
    assert list(stored["rung"].values) == list(final["rung"].values)[:-1]
    asked = json.loads(sealed.attrs["asked"])
    said = [(row["id"], row["asked"]) for row in blob.said["checks"]]
    assert [(a["id"], a["asked"]) for a in asked] == said


# --- the seal -------------------------------------------------------------------------------------


class Bare(AnyDrums):
    """Without pictures."""

    def report(self, result):
        return Report()


class Heard(Short):
    def case(self, config):
        return Bare(config)


def small(folder, out, **options):
    """Run the mask, without pictures; return its tree."""
    options = {"steps": 1500, "modes": 6, "time_step": (0.5,), "preset": "quick"} | options
    return run(Heard(), Config(shape=str(folder / mask_file(folder)), **options), out=out).tree


def sha256(tree):
    return json.loads(tree.attrs["forecast"])["sha256"]


POISONED = {
    "faster waves": (WaveNetwork, "__init__", faster, {"D41", "D41s"}),
    "noise": (StruckNetwork, "observe", noisy(1e-9), {"D41s"}),
    "another node": (StruckNetwork, "__init__", elsewhere, {"D41s"}),
}


def test_a_poisoned_network_leaves_the_forecast_alone(tmp_path, monkeypatch):
    """The same seal and rungs whatever the network does; the rows about the network fail."""
    honest = small(tmp_path, tmp_path / "honest")
    for number, (kind, name, poison, lost) in enumerate(POISONED.values()):
        with monkeypatch.context() as patch:
            patch.setattr(kind, name, poison)
            tree = small(tmp_path, tmp_path / str(number))
        assert sha256(tree) == sha256(honest)
        rows = json.loads(tree["/checks"].attrs["rows"])
        assert {row["id"] for row in rows if row["verdict"] == "fails"} == lost
        held = {row["id"] for row in rows if row["verdict"] == "holds"}
        assert held == set(RUNS) - lost


@pytest.mark.slow
def test_another_drum_another_seal(tmp_path):
    """One node less, or struck elsewhere, and the forecast is another one."""
    seals = {sha256(small(tmp_path, tmp_path / "one"))}
    seals.add(sha256(small(tmp_path, tmp_path / "two", strike=(3, 3))))
    seals.add(sha256(small(tmp_path, tmp_path / "three", speed=2.0, time_step=(0.25,))))
    assert len(seals) == 3


# --- drums with an outline ------------------------------------------------------------------------

OUTLINED = {
    "right_isosceles": lambda folder: "right_isosceles --nodes 60",
    "disk": lambda folder: "disk --nodes 100 --size 2",
    "isospectral_pair": lambda folder: "isospectral_pair --nodes 70",
    "ring": lambda folder: f"{polygon_file(folder)} --nodes 100",
    "picture": lambda folder: f"{picture_file(folder)} --nodes 150",
}
HOLDING = {
    "right_isosceles": {*RUNS, "D46", "D47", "D48a", "D48p"},
    "disk": {*RUNS, "D46", "D47"},  # not of its usual size
    "isospectral_pair": {*RUNS, "D46", "D47", "D26s", "D27s"},
    "ring": {*RUNS, "D46", "D47"},
    "picture": {*RUNS, "D47"},  # one method alone
}
LOWEST = {  # the fundamental eigenvalue, and how well the run has to know it
    "right_isosceles": (5 * math.pi**2, 1e-14),
    "disk": (5.783185962946784 / 4, 1e-14),
    "isospectral_pair": (4 * 2.53794399980, 1e-5),
    "ring": (8.608735, 1e-5),
    "picture": (5.783185962946784 / 25**2, 2e-2),
}


@pytest.fixture(scope="module", params=OUTLINED)
def outlined(request, tmp_path_factory):
    """A drum with an outline, from the command line; heard from 30 eigenvalues where 100 take long."""
    folder = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(hearing.HEARD_FROM, "quick", 30)
        finished = Finished(folder, f"--shape {OUTLINED[request.param](folder)} {SMALL} 16000")
    finished.name = request.param
    return finished


@pytest.mark.slow
def test_all_rows_of_an_outline(outlined):
    """Those that apply hold, the others say why not."""
    said = outlined.of_shape()
    assert {name for name, word in said.items() if word == "holds"} == HOLDING[outlined.name]
    assert set(said.values()) == {"holds", "not run"}
    assert outlined.warned == []


@pytest.mark.slow
def test_the_continuum_comes_first(outlined):
    """All rungs from continuum to network; unexplained 0; each source within its uncertainty."""
    ladder = outlined.ladder
    assert ladder.sources == (SPACE, TIME, BIN, UNEXPLAINED)
    lowest, known_to = LOWEST[outlined.name]
    expected = math.sqrt(lowest) / (2 * math.pi)
    np.testing.assert_allclose(ladder.rung("continuum"), expected, rtol=known_to)
    assert float(abs(ladder.difference(UNEXPLAINED)).max()) == 0.0
    for source in (SPACE, TIME, BIN):
        assert ladder.beyond(source) == 0
    # wherever the wall of the mask is, it is not far from the outline
    assert float(abs(ladder.difference(SPACE)).max()) < 0.15


@pytest.mark.slow
def test_errors_cover(outlined):
    """Every method's first eigenvalue lies within its error of the truth."""
    spectra = results.dataset(outlined.tree, "forecast/spectra")
    first = spectra.sel(mode=1)
    truth = LOWEST[outlined.name][0]
    slack = 5e-7 if outlined.name == "ring" else 1e-10 * truth  # digits given
    assert bool((abs(first["eigenvalue"] - truth) <= first["error"] + slack).all())
    lower = spectra["lower_bound"].sel(mode=1)
    assert bool((lower <= truth).where(np.isfinite(lower), True).all())
    assert bool(np.isfinite(lower).all()) == (outlined.name not in ("disk", "picture"))


@pytest.mark.slow
def test_tables_of_an_outline(outlined):
    """The fundamental; of each drum its eigenvalues, what is heard, its inequalities; no others."""
    names = outlined.tree["/setup"]["drum"].values
    unit = "cm" if outlined.name == "ring" else "length"
    titles = [table["title"] for table in outlined.said["tables"]]
    assert titles == [
        "the fundamental (1/time)",
        "deviation of the fundamental, 100 ln(network/continuum), and its parts "
        "(in the budget with opposite signs)",
        *(f"{name}: eigenvalues (1/{unit}^2); {BRACKETS}" for name in names),
        *(f"{name}: heard from its lowest eigenvalues" for name in names),
        *(f"{name}: inequalities" for name in names),
    ]
    for table in outlined.said["tables"]:
        assert all(len(row) == len(table["columns"]) for row in table["rows"])
    lines = printed(outlined.said["tables"], columns=100).splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 100
    assert len(outlined.said["tables"][2]["rows"]) == 6
    assert outlined.said["tables"][2 + len(names)]["columns"][1] == f"area ({unit}^2)"
    heard = outlined.said["tables"][2 + len(names)]["rows"]
    assert heard[-1][0] == "the drum's own"
    assert heard[-1][4:] == pytest.approx(
        [heard[-1][2] ** 2 / heard[-1][1] / c for c in (16, 4 * math.pi)]
    )
    # what the lowest alone tells: a disk, below whose area and perimeter no drum is; a square
    assert heard[0][4:] == pytest.approx([math.pi / 4, 1])
    assert heard[1][4:] == pytest.approx([1, 4 / math.pi])
    assert all(heard[0][k] < min(heard[1][k], heard[-1][k] * (1 + 1e-12)) for k in (1, 2))
    area, perimeter = np.array(heard[-2][1:3]) / heard[-1][1:3]
    assert 0.8 < area < 1.2
    assert 0.5 < perimeter < 1.5


def printed(tables, *, columns):
    """What a terminal of so many columns shows of tables."""
    stream = io.StringIO()
    said = {"tables": tables, "budget": [], "checks": [], "files": []}
    said["forecast"] = {"written": "", "sha256": ""}
    print_result(said, Console(file=stream, width=columns))
    return stream.getvalue()


@pytest.mark.slow
def test_all_files_of_an_outline_are_functions_of_the_tree(outlined, tmp_path, monkeypatch):
    """With nothing that solves or steps to be had: four figures, film, sounds, byte for byte."""
    report = assert_files_are_functions_of_the_tree(outlined, tmp_path, monkeypatch)
    assert tuple(report.figures) == TITLES
    turns = {"_alternating.wav"} if outlined.name == "isospectral_pair" else set()
    assert set(report.media) == {*MEDIA, *turns}
    assert document(outlined.tree, outlined.said["files"]) == outlined.said


@pytest.mark.slow
def test_figures_of_an_outline_show_something(outlined):
    """Neither blank nor of one colour."""
    for title in TITLES:
        name = f"drum_{title.replace(' ', '_')}"
        with Image.open(io.BytesIO(outlined.written[f"{name}.png"])) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        assert pixels.std() > 10, title
        assert outlined.written[f"{name}.svg"].count(b"<path") > 20, title


@pytest.mark.slow
@pytest.mark.parametrize("outlined", ["isospectral_pair"], indirect=True)
def test_sounds_of_the_pair_have_one_pitch(outlined):
    """Two drums, one gain, one after the other: the same bin, other samples."""
    samples, _ = read_wav(outlined.out / "drum.wav")
    one, two = samples.reshape(2, -1)
    assert fft_bin(one) == fft_bin(two)
    assert np.abs(one - two).max() > 0.1
    values = results.dataset(outlined.tree, "forecast/masks")["eigenvalue"].values
    np.testing.assert_allclose(values[0], values[1], rtol=1e-12)
