"""The experiment `latent_waves` from command to files: forecast of half B, equations, verdicts."""

import dataclasses
import functools
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import scipy.linalg
import xarray as xr
from command_line import FinishedRun, Page
from PIL import Image

from numerics.files import checksum, read_tree
from numerics.images import streams
from validation import cli, results
from validation.ladder import UNEXPLAINED
from validation.latent_waves import (
    Config,
    LatentWavesExperiment,
    findings,
    image_film,
    known_equations,
    known_report,
    measuring,
    verdicts,
)
from validation.latent_waves import check_table as table
from validation.latent_waves.check_table import CASES, CHECKS
from validation.latent_waves.discovery import PAPER
from validation.latent_waves.findings import conditions
from validation.latent_waves.forecasting import FRONT, HALF_B, HANN
from validation.latent_waves.setting import setting_of
from validation.latent_waves.verification import FUNCTIONS
from validation.report.document import document

pytestmark = pytest.mark.slow  # whole runs

SIDE, COUNT = 16, 2000
GAUSSIAN = f"--preset quick --dataset gaussian --side {SIDE} --count {COUNT}"
EVERYWHERE = {"LW04", "LW05", "LN1", "LN5"}
VERIFIED = {check.id for check in CHECKS if check.kind == "verification"}
QUICK = {name for name in VERIFIED if name != "LW06"}
MEDIA = ("latent_waves.gif",)


Run = functools.partial(FinishedRun, "latent_waves")


# rows that need no data are the same in every run: found once
ONCE = {name: functools.cache(function) for name, function in FUNCTIONS.items()}


@pytest.fixture
def _plain(monkeypatch):
    """Figures and the film take most of a short run: none where only its values are looked at."""
    monkeypatch.setattr(image_film.figures, "of_images", lambda result: {})
    monkeypatch.setattr(known_report, "figures", lambda result: {})
    monkeypatch.setattr(image_film, "gif", lambda result: b"GIF89a")
    monkeypatch.setattr(LatentWavesExperiment, "verifications", lambda self: ONCE)


@pytest.fixture(scope="module")
def waves(tmp_path_factory):
    """2000 Gaussian images of 16 x 16 pixels, all that is written."""
    return Run(tmp_path_factory.mktemp("waves"), GAUSSIAN)


@functools.cache
def pixels():
    """The images of this run, (m, n)."""
    stream = streams.gaussian(COUNT, image_side=SIDE, alpha=3.0, p=2.0, seed=0)
    return np.concatenate([block.reshape(len(block), -1) for block in stream.blocks()])


def half(second):
    """Rows of half A or of half B, as `numpy.random.default_rng(0).permutation(m)` has them."""
    order = np.random.default_rng(0).permutation(COUNT)
    return order[COUNT // 2 :] if second else order[: COUNT // 2]


def spectra(rows):
    """E(k, j) of the right singular vectors of some images, (y, x, frame): by SVD, frame by frame."""
    _, _, vectors = np.linalg.svd(rows, full_matrices=True)
    frames = vectors.reshape(-1, SIDE, SIDE)
    energies = np.abs(np.fft.fftshift(np.fft.fft2(frames), axes=(1, 2)) / SIDE) ** 2
    return np.moveaxis(energies, 0, -1)


# --- a run ----------------------------------------------------------------------------------------


def test_the_run(waves):
    """All that is asked of this set holds; bars stated for larger ones are not judged; exit code 0."""
    assert waves.code == 0, waves.printed
    assert [row["id"] for row in waves.said["checks"]] == [check.id for check in CHECKS]
    assert waves.with_verdict("holds") == QUICK | EVERYWHERE
    assert waves.with_verdict("inconclusive") == waves.with_verdict("fails") == set()
    for name in ("LW20d", "LW20g", "LN2", "LW20e"):
        assert waves.rows[name]["reason"].startswith("its bar is stated for"), name
    assert "--dataset mnist --preset standard" in waves.rows["LW08"]["reason"]
    assert waves.rows["LW06"]["reason"].endswith("--dataset gaussian --preset standard")


def test_every_row_has_something_that_finds_it(waves):
    """By a function of the tree, or without data: each row once, none forgotten, none unknown."""
    setting = setting_of(Config(preset="quick", dataset="gaussian", side=SIDE, count=COUNT))
    of_images = {
        **findings._of_every_set(waves.tree, setting),
        **findings._of_fronts(waves.tree, setting),
        **findings._of_equations(waves.tree),
    }
    of_mnist = {"LW29", "LW37"}
    of_equations = {check.id for check in table.KNOWN}
    validated = set(of_images) | of_mnist | of_equations
    assert validated == {check.id for check in CHECKS if check.kind == "validation"}
    assert set(FUNCTIONS) == VERIFIED


def test_every_case_is_asked_something():
    """Each case has rows that belong to it, and each row's cases are cases."""
    for case in CASES:
        assert [check for check in CHECKS if case in check.cases], case
    assert {case for check in CHECKS for case in check.cases} <= set(CASES)


def test_nobody_is_warned_of_arithmetic(waves):
    """A division by zero or an overflow would stand before the result."""
    assert waves.warned == []


# --- the ladder -----------------------------------------------------------------------------------


def test_the_rungs(waves):
    """R(j) from the area law to half B; the first is sqrt((j + 1/2)/C_p), a mean over nine frames."""
    ladder = results.ladder(waves.tree, FRONT)
    assert [rung.name for rung in ladder.rungs] == [
        "area law",
        "lattice count",
        "power spectrum",
        "locally stationary",
        "half A",
        HALF_B,
    ]
    p = float(results.dataset(waves.tree, "forecast")["p"])
    assert abs(p - 2) < 0.15
    area = ladder.rungs[0].value
    frames = area["frame"].values
    from scipy.special import gamma

    disc = 4 * gamma(1 + 1 / p) ** 2 / gamma(1 + 2 / p)
    law = np.sqrt((np.arange(frames[0] - 4, frames[-1] + 5) + 0.5) / disc)
    np.testing.assert_allclose(area, np.convolve(law, np.ones(9) / 9, "valid"), rtol=1e-12)
    for rung in ladder.rungs:
        np.testing.assert_array_equal(rung.value["frame"], frames)
        np.testing.assert_allclose(rung.value / area, 1, atol=0.1)


def test_the_budget_adds_up(waves):
    """Area law minus half B is the sum of the steps, at every frame and in the table."""
    ladder = results.ladder(waves.tree, FRONT)
    parts = [ladder.difference(source) for source in ladder.sources]
    np.testing.assert_allclose(sum(parts), ladder.whole(), atol=1e-13)
    assert float(abs(ladder.difference(UNEXPLAINED)).max()) < 0.05
    rows = waves.said["budget"]
    assert [row["status"] for row in rows] == [
        "attributed",
        "attributed",
        "predicted",
        "attributed",
        "unexplained",
    ]
    assert all(row["covered"] == 1 for row in rows)


def test_the_front_of_half_b(waves):
    """R(j) by SVD of the images of half B: the median |k|_p of each frame, over nine frames."""
    p = float(results.dataset(waves.tree, "forecast")["p"])
    k = np.abs(np.arange(SIDE) - SIDE // 2)
    radii = np.power.outer(k, 1) ** p
    radii = (radii[:, None] + radii[None, :]) ** (1 / p)
    order = np.argsort(radii.ravel(), kind="stable")
    film = spectra(pixels()[half(second=True)]).reshape(SIDE**2, -1)[order]
    within = np.cumsum(film, axis=0)
    median = radii.ravel()[order][(within >= 0.5 - 1e-9).argmax(axis=0)]
    found = results.ladder(waves.tree, FRONT).rung(HALF_B)
    expected = np.convolve(median, np.ones(9) / 9, "same")[found["frame"].values]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_the_film_of_all_images(waves):
    """Singular values by SVD; the shown frames are spectra of singular vectors; all within the rank."""
    whole = results.dataset(waves.tree, "observed/whole")
    values = scipy.linalg.svdvals(pixels())
    np.testing.assert_allclose(whole["singular_value"][:255], values[:255], rtol=1e-9)
    assert int(whole["rank"]) == SIDE**2 - 1, "no power at k = 0"
    shown = results.array(waves.tree, "observed/film", "energy")
    assert shown.sizes["frame"] <= 200
    film = spectra(pixels())[..., shown["frame"].values]
    gaps = np.abs(np.diff(values)) / values[:-1]
    apart = [j for j in shown["frame"].values if 0 < j < 60 and min(gaps[j - 1], gaps[j]) > 0.02]
    assert len(apart) >= 5
    for j in apart:  # singular values that are close mix their vectors
        place = list(shown["frame"].values).index(j)
        np.testing.assert_allclose(shown.sel(frame=j), film[..., place], atol=1e-6)


def test_the_order_of_half_b(waves):
    """t(k) = sum_j j E(k, j), and what is said of it: forecast by the power spectrum of half A."""
    order = results.array(waves.tree, "observed/half_b", "order")
    expected = spectra(pixels()[half(second=True)]) @ np.arange(SIDE**2)
    np.testing.assert_allclose(order, expected, rtol=1e-8)
    assert findings.order_correlation(waves.tree, HANN) > 0.95
    assert abs(float(results.array(waves.tree, "observed/whole", "p")) - 2) < 0.2
    assert results.dataset(waves.tree, "observed/whole").attrs["word"] == "wave-like"


# --- equations ------------------------------------------------------------------------------------


def test_equations_of_the_film(waves):
    """Rings of 16 x 16 pixels by brute force; the frames are those of the forecast."""
    forecast = results.dataset(waves.tree, "forecast")
    start, end = int(forecast["start"]), int(forecast["end"])
    film = results.dataset(waves.tree, f"observed/equations/{PAPER}")
    assert (film.attrs["start"], film.attrs["end"]) == (start, end) == (10, 174)
    magnitude = np.sqrt(spectra(pixels()))
    y, x = np.indices((SIDE, SIDE)) - (SIDE - 1) / 2  # the release's centre
    rings = [
        magnitude[np.abs(np.hypot(y, x) - r) <= 1 + 1e-9].mean(axis=0) for r in film["ring"].values
    ]
    assert len(rings) == SIDE // 2
    expected = np.array(rings)[:, start:end]
    # close singular values mix their vectors, so most points, not all
    near = np.abs(film["film"].values - expected) < 1e-6
    assert near.mean() > 0.9
    dense = film.sel(equation="all terms")
    assert np.isfinite(dense["coefficient"]).all()
    assert float(dense["train"]) == pytest.approx(float(film["train"].max()))


def test_a_stationary_gaussian_set_is_no_better_than_its_nulls(waves):
    """It is a null itself: what twelve terms explain of it held out is not above the largest null."""
    assert findings.above_nulls(waves.tree, PAPER) < 0.05
    nulls = results.dataset(waves.tree, f"observed/equations/{PAPER}/nulls")
    assert dict(nulls["nulls"].sizes) == {
        "null": 3,
        "trial": 4,
        "window": 2,
        "library": 3,
        "part": 2,
    }
    assert np.isfinite(nulls["nulls"]).all()


# --- forecast and measurement ---------------------------------------------------------------------


def test_the_forecast_has_no_measurement_in_it(waves):
    """The sealed file: rungs before the last and what half A says; nothing that was observed."""
    sealed = read_tree(Path(waves.said["forecast"]["file"]))
    assert set(sealed.children) == {"ladders", "predicted"}
    rungs = list(sealed[f"/ladders/{FRONT}"]["rung"].values)
    assert HALF_B not in rungs
    assert len(rungs) == 5
    assert json.loads(sealed.attrs["asked"])[0]["id"] == CHECKS[0].id
    assert json.loads(waves.tree["/setup"].attrs["data"])["samples"] == COUNT
    assert waves.tree["/setup"].attrs["images"] == COUNT // 2


@pytest.mark.usefixtures("_plain")
def test_a_poisoned_half_b_leaves_the_forecast_alone(waves, tmp_path, monkeypatch):
    """White noise in place of all images of half B: the same forecast to the last bit, rows fail."""
    gaussian = streams.gaussian

    def poisoned(count, **options):
        stream = gaussian(count, **options)
        if stream.shape != (SIDE, SIDE):  # of a verification row
            return stream
        images = pixels().reshape(COUNT, SIDE, SIDE).copy()
        noise = np.random.default_rng(7).standard_normal((COUNT // 2, SIDE, SIDE))
        images[half(second=True)] = noise * images.std()
        return dataclasses.replace(
            stream, blocks=lambda: (images[i : i + 256] for i in range(0, COUNT, 256))
        )

    monkeypatch.setattr("validation.latent_waves.setting.streams.gaussian", poisoned)
    other = Run(tmp_path, GAUSSIAN)
    assert other.forecast() == waves.forecast()
    assert other.values() != waves.values()
    assert other.code == 1
    assert "LN1" in other.with_verdict("fails")


@pytest.mark.usefixtures("_plain")
def test_resumed_is_uninterrupted_bit_for_bit(waves, tmp_path, monkeypatch):
    """Killed before the measurement: the same command takes up the sealed forecast, to the same values."""
    out = tmp_path / "results"

    def interrupted(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(measuring, "of_half", interrupted)
        with pytest.raises(SystemExit) as stop:
            cli.main("latent_waves", [*GAUSSIAN.split(), "--out", str(out), "--quiet"])
    assert stop.value.code == 130
    (store,) = (out / ".latent_waves").iterdir()
    assert {f.name for f in store.iterdir()} == {"forecast.nc", "forecast.json"}
    sealed = (store / "forecast.nc").read_bytes()
    resumed = Run(tmp_path, GAUSSIAN)
    assert "going on from an unfinished run" in resumed.printed
    assert (store / "forecast.nc").read_bytes() == sealed
    assert resumed.code == 0
    assert resumed.forecast() == waves.forecast()
    for group in ("ladders", "observed", "forecast", "checks", "setup"):
        assert checksum(resumed.tree[group]) == checksum(waves.tree[group]), group


@pytest.mark.usefixtures("_plain")
def test_another_seed_draws_others(waves, tmp_path):
    """Other images and other halves: another forecast, the same findings."""
    other = Run(tmp_path, f"{GAUSSIAN} --seed 1 --no-equations")
    assert other.forecast() != waves.forecast()
    assert other.code == 0
    assert other.with_verdict("holds") == waves.with_verdict("holds")
    assert "equations" not in other.tree["/observed"].children


def test_killed_after_the_forecast_the_same_command_goes_on(waves, tmp_path):
    """SIGKILL as soon as the seal is there: nothing half written, and the same values to the bit."""
    out = tmp_path / "results"
    command = [sys.executable, "-m", "validation.latent_waves", *GAUSSIAN.split()]
    process = subprocess.Popen([*command, "--out", str(out), "--quiet"], cwd=tmp_path)
    while not (found := list(out.glob(".latent_waves/*/forecast.json"))) and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait(timeout=60) == -signal.SIGKILL
    assert not (out / "latent_waves.nc").exists()
    sealed = found[0].read_bytes()
    resumed = Run(tmp_path, GAUSSIAN)
    assert found[0].read_bytes() == sealed
    assert resumed.values() == waves.values()
    for name in ("latent_waves.gif", "latent_waves_front.svg"):
        assert (resumed.out / name).read_bytes() == (waves.out / name).read_bytes()


# --- what is written ------------------------------------------------------------------------------


def test_json_is_a_function_of_the_tree(waves):
    """The tree read back from its file says what the JSON file says."""
    assert document(waves.tree, [Path(f) for f in waves.said["files"]]) == waves.said


def test_figures_tables_and_film_are_functions_of_the_tree(waves):
    """Told anew from the file, without images: the same tables, the same film, the same titles."""
    case = LatentWavesExperiment().case(
        Config(preset="quick", dataset="gaussian", side=SIDE, count=COUNT)
    )
    report = case.report(waves.tree)
    told = json.loads(json.dumps(report.tables).replace("NaN", "null").replace("Infinity", "null"))
    assert told == waves.said["tables"]
    assert report.media[".gif"] == (waves.out / "latent_waves.gif").read_bytes()
    drawn = {f"latent_waves_{t.replace(' ', '_')}" for t in report.figures}
    for suffix in ("png", "svg"):
        assert {p.stem for p in waves.out.glob(f"*.{suffix}")} == drawn
    assert len(drawn) >= 6


def test_files_are_there(waves):
    """All that the document names, and nothing else but the store."""
    names = {Path(f).name for f in waves.said["files"]}
    assert {p.name for p in waves.out.iterdir()} == names | {".latent_waves"}
    assert names >= {"latent_waves.nc", "latent_waves.json", "latent_waves.html", *MEDIA}


def test_the_film_moves(waves):
    """At most 200 pictures, below 5 MB, not one like the other."""
    file = waves.out / "latent_waves.gif"
    assert file.stat().st_size < 5_000_000
    with Image.open(file) as film:
        assert 20 <= film.n_frames <= 200
        first = np.asarray(film.convert("RGB"))
        film.seek(film.n_frames - 1)
        last = np.asarray(film.convert("RGB"))
    assert (first != last).any()


def test_the_page(waves):
    """Closes what it opens, refers to nothing outside; every row, law and number of the seal is there."""
    page = Page((waves.out / "latent_waves.html").read_text())
    assert page.open == []
    assert not [value for tag, value in page.references if value.startswith("http") and tag != "a"]
    assert page.tags.count("math") == len(LatentWavesExperiment.claims) > 0
    text = " ".join(page.text)
    for check in CHECKS:
        assert check.id in text
    assert waves.said["forecast"]["sha256"] in text
    assert "what the paper says" in text


def test_what_is_printed(waves):
    """Set-up, tables, verdicts, the seal, the files."""
    assert f"{COUNT} images of 16 x 16 pixels (gaussian)" in waves.printed
    assert "the word for this film: wave-like" in waves.printed
    assert waves.said["forecast"]["sha256"] in waves.printed
    for file in waves.said["files"]:
        assert f"wrote {file}" in waves.printed


def test_the_list_of_experiments_has_it():
    """One line with its name and its summary."""
    command = [sys.executable, "-m", "validation", "--list"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (line,) = (line for line in said.splitlines() if line.startswith("latent_waves "))
    assert line.split(maxsplit=1)[1] == LatentWavesExperiment.summary


def test_the_options_are_read_without_heavy_libraries():
    """`--help` of the experiment loads neither NumPy nor torch."""
    code = "import sys, validation.latent_waves; print(*{'numpy', 'torch', 'xarray'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.split() == []


# --- other sets -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("_plain")
def test_digits(tmp_path):
    """8 x 8 pixels: no equations, as their film has four rings; the word is no p-norm order."""
    digits = Run(tmp_path, "--preset quick --dataset digits")
    assert digits.code == 0, digits.printed
    assert digits.with_verdict("holds") == (QUICK | EVERYWHERE | {"LW20e"}) - {"LN1", "LN5"}
    assert digits.rows["LN1"]["reason"].startswith("its bar is stated for 50 frames compared")
    assert "No equations: the film has 4 rings" in digits.printed
    assert results.dataset(digits.tree, "observed/whole").attrs["word"] == "no p-norm order"
    assert next(row[1] for row in digits.said["tables"][-1]["rows"]) == verdicts.REPRODUCED


@pytest.mark.usefixtures("_plain")
def test_photographs(tmp_path):
    """3000 patches of 16 x 16 pixels: rings of the p-norm, and the front forecast within 5 %."""
    patches = Run(tmp_path, "--preset quick --side 16 --count 3000")
    assert patches.code == 0, patches.printed
    assert patches.tree.attrs["case"] == "photographs"
    assert patches.with_verdict("holds") == QUICK | EVERYWHERE
    ladder = results.ladder(patches.tree, FRONT)
    assert findings.rung_rms(ladder, "half A") < 0.05


@pytest.mark.usefixtures("_plain")
@pytest.mark.parametrize(
    ("options", "end"),
    [
        ("--dataset photographs --side 16 --count 200", 81),  # .9 of the 100 images of half A
        ("--dataset photographs --side 16 --count 250 --window 5", 103),
        ("--dataset gaussian --side 16 --count 800 --slope 7", 138),  # .75 of the nulls' 197
    ],
)
def test_fewer_images_than_pixels(tmp_path, options, end):
    """Frames end below the rank of every half and of every null: the run is whole."""
    few = Run(tmp_path, f"--preset quick {options}")
    assert few.code == 0, few.printed
    assert (few.rows["LN1"]["verdict"] == "not run") == ("photographs" in options)
    film = results.dataset(few.tree, f"observed/equations/{PAPER}")
    assert film.attrs["end"] == int(results.dataset(few.tree, "forecast")["end"])
    assert film.attrs["end"] == end
    nulls = results.dataset(few.tree, f"observed/equations/{PAPER}/nulls")
    assert np.isfinite(nulls["nulls"]).all()
    assert np.isfinite(film["spread"].sel(equation="all terms")).all()


@pytest.fixture(scope="module")
def patches():
    """300 colour patches of 16 x 16 pixels of a sample photograph, bytes."""
    from sklearn.datasets import load_sample_image

    picture = load_sample_image("flower.jpg")
    generator = np.random.default_rng(0)
    corners = generator.integers(0, (427 - 16, 640 - 16), size=(300, 2))
    return np.stack([picture[y : y + 16, x : x + 16] for y, x in corners])


def as_grey(images):
    return (images.astype(np.uint32) @ (19595, 38470, 7471) + 2**15 >> 16).astype(np.uint8)


def saved(images, folder, kind):
    """Save images in one of the ways that a user has them; returns the path."""
    path = folder / ("mine" if kind in ("colour pictures", "grey pictures") else f"mine.{kind}")
    grey = as_grey(images)
    if kind == "npy":
        np.save(path, images)
    elif kind == "npz":
        np.savez(path, images=grey)
    elif kind == "nc":
        xr.Dataset({"image": (("sample", "y", "x"), grey)}).to_netcdf(path)
    else:
        path.mkdir()
        for number, image in enumerate(grey if kind == "grey pictures" else images):
            Image.fromarray(image).save(path / f"{number:04}.png")
    return path


@pytest.mark.usefixtures("_plain")
@pytest.mark.parametrize("kind", ["npy", "npz", "nc", "colour pictures", "grey pictures"])
def test_own_images(tmp_path, patches, kind):
    """Without labels, in files or in a folder: the same grey bytes, so the same film to the last bit."""
    path = saved(patches, tmp_path, kind)
    own = Run(tmp_path, f"--preset quick --dataset {path} --no-equations")
    assert own.code == 0, own.printed
    assert own.tree.attrs["case"] == "own"
    values = results.array(own.tree, "observed/whole", "singular_value")
    rows = as_grey(patches).reshape(300, -1) / 255
    np.testing.assert_allclose(values[:100], scipy.linalg.svdvals(rows)[:100], rtol=1e-9)
    first = np.random.default_rng(0).permutation(300)[:150]
    amplitude = results.array(own.tree, "setup", "local_amplitude").values.ravel()
    np.testing.assert_allclose(amplitude, np.sqrt((rows[first] ** 2).mean(axis=0)), rtol=1e-12)
    assert own.said["provenance"]["data"]["samples"] == 300


@pytest.mark.usefixtures("_plain")
def test_own_images_with_a_scale(tmp_path, patches):
    """16 bits with --scale 1/65535: 257 times the bytes are the bytes."""
    np.save(tmp_path / "deep.npy", as_grey(patches).astype(np.uint16) * 257)
    options = f"--preset quick --no-equations --dataset {tmp_path / 'deep.npy'}"
    deep = Run(tmp_path, f"{options} --scale {1 / 65535}")
    assert deep.code == 0, deep.printed
    values = results.array(deep.tree, "observed/whole", "singular_value")
    rows = as_grey(patches).reshape(300, -1) / 255
    np.testing.assert_allclose(values[:100], scipy.linalg.svdvals(rows)[:100], rtol=1e-9)


@pytest.mark.usefixtures("_plain")
def test_pictures_that_are_not_square(tmp_path, patches):
    """16 x 12 pixels, their first 250 images only."""
    path = saved(patches[:, :, 2:14], tmp_path, "npy")
    own = Run(tmp_path, f"--preset quick --dataset {path} --count 250")
    assert own.code == 0, own.printed
    assert "250 images of 16 x 12 pixels" in own.printed
    order = results.array(own.tree, "observed/half_b", "order")
    assert order.shape == (16, 12)


# --- films of known equations ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """Four films under three shares of noise, five seeds."""
    return Run(tmp_path_factory.mktemp("known"), "--preset quick --dataset equations")


def test_known_equations(known):
    """All rows of the case hold, and none of the image sets is judged."""
    assert known.code == 0, known.printed
    assert known.with_verdict("holds") == QUICK | {"LW21", "LW22", "LN3", "LN4"}
    assert known.with_verdict("inconclusive") == set()
    assert {p.name for p in known.out.glob("*.png")} == {"latent_waves_recovery.png"}


def test_the_ladders_of_known_equations(known):
    """Law 1, fit without noise within 1 %, then the fits; the weak form is exact without noise."""
    for form, missed in (("strong", 0.01), ("weak", 1e-7)):
        ladder = results.ladder(known.tree, form)
        law, clean, noisy = (rung.value for rung in ladder.rungs)
        assert (law == 1).all()
        assert 0 < float(abs(clean - 1).max()) < missed
        assert dict(noisy.sizes)["noise"] == 3
        without = noisy.sel(noise=0.0)
        np.testing.assert_allclose(without.isel(trial=0), clean.isel(noise=0, trial=0), rtol=1e-12)
    weak = known_report.errors(known.tree, "weak").sel(noise=0.05)
    strong = known_report.errors(known.tree, "strong").sel(noise=0.05)
    assert float(abs(weak).max()) < 0.05 < float(abs(strong).max())


@pytest.mark.usefixtures("_plain")
def test_the_noise_that_is_drawn_is_no_part_of_the_forecast(known, tmp_path):
    """Another seed: another measurement, the same ladders and deviations under the seal."""
    other = Run(tmp_path, "--preset quick --dataset equations --seed 70 --seeds 1")
    sealed = [read_tree(Path(r.said["forecast"]["file"])) for r in (known, other)]
    for group in ("ladders", "predicted"):
        assert checksum(sealed[0][group]) == checksum(sealed[1][group])
    assert other.rows["LW21"]["reason"] == "its bar is stated for five seeds or more"
    assert other.code == 0


@pytest.mark.usefixtures("_plain")
def test_a_wrong_law_shows(known, monkeypatch, tmp_path):
    """Fits that are 2 % off: the rows of Korteweg-de Vries and of the deviations fail."""
    weak = known_equations.FORMS["weak"]
    monkeypatch.setitem(known_equations.FORMS, "weak", lambda film, field: weak(film, field) + 0.02)
    off = Run(tmp_path, "--preset quick --dataset equations --noise 0.05")
    assert off.code == 1
    assert off.with_verdict("fails") == {"LW21", "LN3"}


# --- what bars are stated for ---------------------------------------------------------------------


def met(**options):
    """The conditions that a configuration meets."""
    setting = setting_of(Config(preset="quick", **options))
    return {name for name, there in conditions(setting).items() if there}


@pytest.mark.parametrize(
    ("options", "stated"),
    [
        ({}, {table.AS_NAMED, table.JUDGED, table.PAPER_FILM}),
        ({"frames": (1, 40)}, {table.AS_NAMED, table.JUDGED}),
        ({"window": 2}, {table.AS_NAMED, table.JUDGED}),
        ({"p": 2.0}, {table.JUDGED}),
        ({"seed": 1}, set()),
        ({"count": 1000}, set()),
        ({"average": 2}, set()),
    ],
)
def test_bars_of_a_named_set(options, stated):
    """Other images, halves, rings or frames are not what the bars were found for."""
    assert met(dataset="digits", **options) == stated


@pytest.mark.parametrize(
    ("options", "stated"),
    [
        ({"count": 20_000}, {table.MANY, table.JUDGED, table.LARGE_IMAGES}),
        (
            {"count": 20_000, "slope": 2.0, "shape": 1.3},
            {table.MANY, table.JUDGED, table.LARGE_IMAGES},
        ),
        ({"count": 20_000, "slope": 2.0}, {table.JUDGED, table.LARGE_IMAGES}),
        ({"count": 20_000, "p": 1.0}, {table.JUDGED, table.LARGE_IMAGES}),
        ({"count": 20_000, "side": 64, "average": 2}, {table.LARGE_IMAGES}),
        ({"count": 5000, "side": 16}, {table.JUDGED}),
        ({"count": 4999, "side": 16}, set()),
        ({"count": 5000, "side": 8}, set()),
        ({"count": 5000, "side": 16, "slope": 1.0}, set()),
    ],
)
def test_bars_of_gaussian_images(options, stated):
    """As the bars say, of the images drawn, not of what is made of them."""
    found = met(dataset="gaussian", **options)
    assert found - {table.AS_NAMED, table.PAPER_FILM} == stated


@pytest.mark.parametrize(
    ("options", "stated"),
    [
        ({}, {table.FLOWER, table.JUDGED, table.LARGE_IMAGES}),
        ({"photograph": "china"}, {table.JUDGED, table.LARGE_IMAGES}),
        ({"side": 64, "average": 2}, {table.LARGE_IMAGES}),
        ({"count": 19_999}, {table.LARGE_IMAGES}),
        ({"side": 16}, {table.JUDGED}),
        ({"side": 20}, set()),
        ({"seed": 3}, {table.JUDGED, table.LARGE_IMAGES}),
    ],
)
def test_bars_of_photographs(options, stated):
    """40,000 patches of 32 x 32 pixels of the flower, without averaging."""
    assert met(dataset="photographs", **options) - {table.AS_NAMED, table.PAPER_FILM} == stated


# --- verdicts -------------------------------------------------------------------------------------


def test_verdicts_can_come_out_otherwise(waves):
    """Each from the tree's own numbers: other numbers, other words."""
    tree = waves.tree.copy(deep=True)
    whole, null = tree["/observed/whole"], tree["/observed/null"]

    def found():
        return [row[1] for row in verdicts.verdicts(tree)["rows"][:3]]

    for name in ("isotonic_r2", "ratio"):
        null[name] = whole[name].copy()
    assert found() == [verdicts.REPRODUCED, verdicts.REFUTED, verdicts.OPEN]
    null["ratio"] = 10 * whole["ratio"]
    values = tree[f"/ladders/{FRONT}"]["value"]
    tree[f"/ladders/{FRONT}"]["value"] = values.copy(data=values.values[..., ::-1])
    whole["isotonic_r2"] = 0.9 + 0 * whole["isotonic_r2"]
    assert found() == [verdicts.REFUTED, verdicts.OPEN, verdicts.REFUTED]


def test_verdicts_on_equations_can_come_out_otherwise(waves):
    """An equation that explains what no null explains, and forecasts better than the shift."""
    tree = waves.tree.copy(deep=True)

    def found():
        return [row[1] for row in verdicts.verdicts(tree)["rows"][3:5]]

    assert found() == [verdicts.REFUTED, verdicts.REFUTED]
    film = tree[f"/observed/equations/{PAPER}"]
    film["held_out"] = 0.8 + 0 * film["held_out"]
    film["rmse"] = 0 * film["rmse"].fillna(0) + 1e-3
    scores = tree[f"/observed/equations/{PAPER}/nulls"]
    scores["film"] = 0.8 + 0 * scores["film"]
    assert found() == [verdicts.CONSISTENT, verdicts.CONSISTENT]
    scores["nulls"] = 0.8 + 0 * scores["nulls"]
    film["rmse"] = film["rmse"] * 1e4
    assert found() == [verdicts.REFUTED, verdicts.REFUTED]


# --- whole runs -----------------------------------------------------------------------------------


def of_case(case, preset):
    """The rows that a run of a case has to find at a preset."""
    presets = ("quick", "standard", "paper")
    return {
        check.id
        for check in CHECKS
        if (not check.cases or case in check.cases)
        and presets.index(check.preset) <= presets.index(preset)
    }


NEEDS_DATA = pytest.mark.skipif(
    "MODEWISE_DATA" not in os.environ, reason="MODEWISE_DATA names no data folder"
)


@NEEDS_DATA
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("_plain")
@pytest.mark.parametrize("case", ["mnist", "fashion_mnist", "cifar10"])
def test_sets_of_the_paper(tmp_path, case):
    """Every row of the case holds at the standard preset, the rows of Table 1 among them."""
    whole = Run(tmp_path, f"--preset standard --dataset {case}")
    assert whole.with_verdict("fails") | whole.with_verdict("inconclusive") == set()
    assert whole.with_verdict("holds") == of_case(case, "standard")
    assert whole.code == 0


@pytest.mark.timeout(600)
@pytest.mark.usefixtures("_plain")
@pytest.mark.parametrize("case", ["photographs", "gaussian"])
def test_sets_that_are_drawn(tmp_path, case):
    """As they come at the standard preset: every row of the case holds."""
    whole = Run(tmp_path, f"--preset standard --dataset {case}")
    assert whole.with_verdict("fails") | whole.with_verdict("inconclusive") == set()
    assert whole.with_verdict("holds") == of_case(case, "standard")
    assert whole.code == 0
