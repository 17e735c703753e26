"""The figures of wave_rnn, drawn from a small real run: what they show is what the tree says."""

import dataclasses
import io
import json

import numpy as np
import pytest
import torch
import xarray as xr
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import build
from numerics.wave_rnn.segments.segment_set import ArraySet, Splits
from numerics.wave_rnn.training.metrics import scores
from numerics.wave_rnn.training.protocol import Protocol
from numerics.wave_rnn.waves.range import front_radius
from numerics.wave_rnn.waves.wavelength import local_wavelengths
from validation import animation, results
from validation.experiment import Work
from validation.wave_rnn import Config, exhibits, figures, film_gif, looks, pictures
from validation.wave_rnn.case import WaveRnnCase
from validation.wave_rnn.figures import panels
from validation.wave_rnn.figures.bars import METRICS, constant_score, score
from validation.wave_rnn.figures.kernels import speeds
from validation.wave_rnn.figures.ladders import histories, misses
from validation.wave_rnn.figures.wavelengths import correlation, noise_share, spread
from validation.wave_rnn.material import Material
from validation.wave_rnn.modes import NETWORK, START
from validation.wave_rnn.paper_tables import paper_table
from validation.wave_rnn.setting import Setting
from validation.wave_rnn.watching import EDGES

CLASSES, SIDE, STEPS = ("background", "bar", "block"), 12, 8
NAMES = ("nwm linear", "nwm last", "conv_lstm linear", "cnn 2")


def segments(count, seed):
    """Bars of 2 x 6 and blocks of 4 x 4 on 12 x 12, one an image."""
    generator = np.random.default_rng(seed)
    masks = np.zeros((count, SIDE, SIDE), np.uint8)
    for number, mask in enumerate(masks):
        height, width = ((2, 6), (4, 4))[number % 2]
        y, x = generator.integers(0, (SIDE - height + 1, SIDE - width + 1))
        mask[y : y + height, x : x + width] = 1 + number % 2
    return ArraySet((200 * (masks > 0)).astype(np.uint8)[:, None], masks, CLASSES)


def splits():
    parts = (segments(count, seed) for seed, count in enumerate((24, 10, 9)))
    return Splits("small", *parts, object_sizes=(4.0, 6.0), told={})


def architecture(name):
    model, variant = name.split()
    common = {"channels_in": 1, "classes": 3, "encoder": 4, "head": (8,)}
    if model == "cnn":
        return Architecture("cnn", depth=2, width=4, bins=3, **common)
    return Architecture(model, steps=STEPS, time_step=0.4, readout=variant, **common)


def setting_of(names, *, trained, seeds=(0, 1)):
    protocol = Protocol(
        updates=6,
        batch=4,
        learning_rate=1e-2,
        schedule="constant",
        evaluations=3,
    )
    config = Config(watch=2 if trained else None, processes=1)
    material = Material(1, 3, (SIDE, SIDE), 24, lambda folder: splits())
    found = {name: architecture(name) for name in names}
    return Setting(config, material, found, seeds, protocol if trained else None, stored=False)


def tree_of(setting, folder):
    """The result of a setting as `validation.experiment.run` builds it, without its checks."""
    case, work = WaveRnnCase(setting), Work(folder)
    setup = case.prepare(work)
    said = case.forecast(setup, work)
    seen = case.measure(said, work)
    ladders = {x.name: x.completed(seen.ladders[x.name]) for x in said.ladders}
    config = {"seed": setting.seeds[0]}
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs={"case": setting.name, "config": json.dumps(config)}),
            "/setup": setup,
            "/forecast": said.predicted,
            "/observed": seen.observed,
            **{f"/ladders/{name}": ladder.to_dataset() for name, ladder in ladders.items()},
        }
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Four networks of two seeds, watched while they train."""
    return tree_of(setting_of(NAMES, trained=True), tmp_path_factory.mktemp("trained"))


@pytest.fixture(scope="module")
def untrained(tmp_path_factory):
    """Two wave networks of one seed as they start."""
    setting = setting_of(("nwm last", "nwm linear"), trained=False, seeds=(3,))
    return tree_of(setting, tmp_path_factory.mktemp("untrained"))


@pytest.fixture(autouse=True)
def closed():
    yield
    pyplot.close("all")


def changed(tree, **attrs):
    tree = tree.copy()
    tree.attrs = tree.attrs | attrs
    return tree


def line_named(ax, label):
    (line,) = (x for x in ax.get_lines() if x.get_label() == label)
    return line


def image_of(ax):
    (image,) = ax.images
    return np.asarray(image.get_array())


def titled(figure, title):
    return [ax for ax in figure.axes if ax.get_title() == title]


# --- all ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_figure_is_drawn_of_a_trained_run(trained):
    """All titles, each figure with its case or its law above, each axes with data labelled or an image."""
    shown = figures.drawn(trained)
    assert list(shown) == [title for title, *_ in figures.FIGURES]
    for figure in shown.values():
        for ax in figure.axes:
            if ax.axison and ax.get_label() != "<colorbar>" and not ax.images:
                beside, below = ax.get_shared_y_axes(), ax.get_shared_x_axes()
                assert any(x.get_xlabel() or x.get_xticklabels() for x in below.get_siblings(ax))
                assert any(x.get_ylabel() or x.get_yticklabels() for x in beside.get_siblings(ax))
    assert list(figures.films(trained)) == [".gif"]


@pytest.fixture
def of_runs(monkeypatch):
    """Titles of the figures of networks; those of the theory, equal in every run, are not drawn."""
    kept = [
        row for row in figures.FIGURES if not row[1].startswith(("ladders", "observed/exhibits"))
    ]
    monkeypatch.setattr(figures, "FIGURES", tuple(kept))
    monkeypatch.setattr(figures, "_laid_out", lambda figure: figure)  # which takes longest
    return {title for title, *_ in kept}


def test_untrained_networks_have_no_scores(untrained, of_runs):
    """No training, no ConvLSTM, no scores of a set that the paper does not have."""
    missing = {"hidden states of the ConvLSTM", "scores", "training"}
    assert set(figures.drawn(untrained)) == of_runs - missing


@pytest.mark.usefixtures("of_runs")
def test_without_waves_no_figure_of_waves(tmp_path):
    """A CNN alone: samples, scores and training, and no film."""
    tree = tree_of(setting_of(("cnn 2",), trained=True), tmp_path)
    assert set(figures.drawn(tree)) == {"samples", "scores", "training"}
    assert figures.films(tree) == {}


# --- pictures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("steps", "count", "printed"), [(16, 17, 9), (20, 21, 11), (100, 51, 11)])
def test_frames_of_a_history(steps, count, printed):
    """From n = 0 to T, 51 at most; in print every so many, 11 at most."""
    found = looks.frames(steps)
    assert (found[0], found[-1], len(found)) == (0, steps, count)
    assert len(found[:: pictures.stride(count)]) == printed


def test_three_pixels_of_a_mask():
    """Of a square of 5 x 5 the middle, a pixel of its rim, and the corner farthest from it."""
    mask = np.zeros((9, 9), int)
    mask[:5, :5] = 1
    inside, edge, far = looks.places(mask)
    assert (mask[tuple(inside)], mask[tuple(edge)], mask[tuple(far)]) == (1, 1, 0)
    assert inside.max() < 4
    assert edge.max() == 4
    assert far.tolist() == [8, 8]


@pytest.mark.parametrize("readout", ["linear", "last", "fft", "mean", "max", "real"])
def test_what_is_read_so_far_ends_in_the_prediction(readout):
    """At n = T the class of the largest logit; at n = 0 nothing; between, of the known states alone."""
    network = build(architecture(f"nwm {readout}"), 0).eval()
    image = segments(1, 0).batch([0]).images[0]
    read = looks.read_so_far(network, image, np.array([0, 3, STEPS]))
    assert (read[0] == looks.NOTHING).all()
    with torch.no_grad():
        logits = network(torch.from_numpy(image[None]))[0]
    np.testing.assert_array_equal(read[2], logits.argmax(0))


@pytest.mark.parametrize("frequencies", [None, 2])
def test_spectra_are_means_over_the_pixels_of_a_class(frequencies):
    """|rfft| of y_1..y_T of every validation image, where the mask has the class, whatever is read."""
    read = dataclasses.replace(architecture("nwm linear"), frequencies=frequencies)
    network = build(read, 5).eval()
    images, masks = splits().validation.batch(np.arange(10))
    found = looks.class_spectra(network, splits().validation)
    with torch.no_grad():
        history = network.history(network.fields(torch.from_numpy(images)))[1:].numpy()
    spectra = np.abs(np.fft.rfft(history, axis=0))  # (K, B, C, H, W)
    channel = spectra[1:].sum((0, 1, 3, 4)).argmax()
    for label in range(3):
        expected = spectra[:, :, channel][:, masks == label].mean(1)
        np.testing.assert_allclose(found[label], expected, rtol=1e-4)


def test_the_overlap_of_the_constant_predictor(trained):
    """The released overlap of logits that say background everywhere, on the test images."""
    masks = torch.from_numpy(splits().test.batch(np.arange(9)).masks)
    logits = torch.zeros(9, 3, SIDE, SIDE)
    logits[:, 0] = 1
    expected = float(scores(logits, masks).overlap.mean())
    found = results.dataset(trained, "observed/pictures")["constant_overlap"]
    assert float(found) == pytest.approx(expected, rel=1e-12)


def test_untrained_networks_are_shown_once(untrained):
    """They differ in their readouts alone: one of them stands for all, linear first."""
    seen = results.dataset(untrained, "observed/states/nwm")
    assert seen["wave_network"].values.tolist() == ["nwm linear"]
    assert "read" not in seen


# --- figures of pictures --------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["nwm", "conv_lstm"])
def test_hidden_states_share_a_scale_over_time(trained, model):
    """A row a network: its states at the printed steps, one scale, image and mask at the ends."""
    figure = figures.wave_states(trained) if model == "nwm" else figures.lstm_states(trained)
    seen = results.dataset(trained, f"observed/states/{model}")
    shown = results.dataset(trained, "observed/pictures").isel(picture=0)
    extra = model == "nwm"
    panels_of = [ax for ax in figure.axes if ax.get_label() != "<colorbar>"]
    columns = 1 + extra + STEPS + 1 + 2
    for row, name in enumerate(seen["wave_network"].values):
        line = panels_of[row * columns : (row + 1) * columns]
        states = line[1 + extra : -2]
        assert len({ax.images[0].get_clim() for ax in states}) == 1
        for ax, state in zip(states, seen["state"].sel(wave_network=name), strict=True):
            np.testing.assert_array_equal(image_of(ax), state)
        np.testing.assert_array_equal(image_of(line[-2]), shown["prediction"].sel(network=name))
        np.testing.assert_array_equal(image_of(line[-1]), shown["mask"])
    assert [ax.get_title() for ax in panels_of[1 + extra : columns - 2]] == [
        f"n = {n}" for n in range(STEPS + 1)
    ]


def test_the_gallery_has_a_row_an_image(trained):
    """Its first states are the starts y_0 of the first network on each test image."""
    figure = figures.gallery(trained)
    seen = results.dataset(trained, "observed/gallery")
    starts = titled(figure, "n = 0")
    assert len(starts) == 1
    np.testing.assert_array_equal(image_of(starts[0]), seen["state"].isel(picture=0, frame=0))
    masks = results.dataset(trained, "observed/pictures")["mask"]
    drawn = [image_of(ax) for ax in figure.axes if ax.images and ax.images[0].get_clim()[0] == -1.5]
    np.testing.assert_array_equal(drawn[1::2], masks[: pictures.ROWS])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([-2.0, 1.0]), panels.Scale(-2.0, 2.0, panels.STATES)),
        (np.array([3.0, 5.0]), panels.Scale(3.0, 5.0, panels.FIELDS)),
        (np.zeros(2), panels.Scale(-1.0, 1.0, panels.STATES)),
    ],
)
def test_a_scale_is_about_zero_where_both_signs_are(values, expected):
    """White is 0 between two signs; states of one sign have the whole range of colours."""
    found = panels.scale_of(np.repeat(values, 1000))
    assert found == expected


def test_samples_show_predictions_as_trained_networks_make_them(trained):
    """Rows: images, masks, a row a network; a class in its own colour."""
    figure = figures.samples(trained)
    shown = results.dataset(trained, "observed/pictures")
    count = shown.sizes["picture"]
    drawn = [image_of(ax) for ax in figure.axes]
    np.testing.assert_array_equal(drawn[count : 2 * count], shown["mask"])
    for row, name in enumerate(NAMES, 2):
        here = drawn[row * count : (row + 1) * count]
        np.testing.assert_array_equal(here, shown["prediction"].sel(network=name))
    assert [ax.get_ylabel() for ax in figure.axes[::count]][:2] == ["image", "mask"]


def test_the_pipeline_shows_one_network(trained):
    """Fields of the encoder, states over time, three histories, features, segmentation."""
    figure = figures.pipeline(trained)
    seen = results.dataset(trained, "observed/states/nwm").isel(wave_network=0)
    (stiffness,) = titled(figure, "stiffness ω")
    np.testing.assert_array_equal(image_of(stiffness), seen["stiffness"])
    (last,) = titled(figure, f"n = {STEPS}")
    np.testing.assert_array_equal(image_of(last), seen["state"][-1])
    (histories,) = titled(figure, "4  history of each pixel")
    for place in looks.PLACES:
        line = line_named(histories, place)
        np.testing.assert_array_equal(line.get_ydata(), seen["series"].sel(place=place))
        at = int(seen["place_y"].sel(place=place)), int(seen["place_x"].sel(place=place))
        np.testing.assert_allclose(line.get_ydata(), seen["state"][:, at[0], at[1]], rtol=1e-6)


def test_spectra_are_those_of_the_states(trained):
    """All steps are in the tree: the maps are |rfft| over n = 1..T of its states."""
    figure = figures.spectra(trained)
    seen = results.dataset(trained, "observed/states/nwm").isel(wave_network=0)
    expected = np.abs(np.fft.rfft(seen["state"].values[1:], axis=0))
    for number, values in enumerate(expected):
        (ax,) = (x for x in figure.axes if x.get_title().startswith(f"bin {number}:"))
        np.testing.assert_allclose(image_of(ax), values, rtol=1e-4, atol=1e-5)
    averaged = results.array(trained, "observed/spectra", "class_spectrum")
    (ax,) = titled(figure, "NWM linear")
    line = line_named(ax, "block").get_ydata()
    np.testing.assert_array_equal(line, averaged.sel(wave_network="nwm linear", label="block"))
    # one label for all panels: theirs would overlap
    assert ax.get_ylabel() == ""
    assert [part.get_supylabel() for part in figure.subfigs] == ["", "mean Fourier amplitude of y"]


def test_projections_are_the_rows_times_the_states(trained):
    """A map is the sum over n = 1..T of its row's weights times the states of the shown channel."""
    said = results.dataset(trained, "observed/projections/nwm")
    states = results.dataset(trained, "observed/states/nwm")["state"]
    states = states.sel(wave_network="nwm linear").values[1:]
    figure = figures.projections(trained)
    for row in said["row"].values:
        expected = np.tensordot(said["taps"].sel(bin=row), states, axes=1)
        np.testing.assert_allclose(said["projection"].sel(row=row), expected, rtol=1e-4, atol=1e-5)
    (ax,) = titled(figure, "NWM linear, trained")
    np.testing.assert_array_equal(image_of(ax), said["taps"])
    (ax,) = titled(figure, "ConvLSTM linear, at the start")
    lstm = results.dataset(trained, "observed/projections/conv_lstm")
    np.testing.assert_array_equal(image_of(ax), lstm["start_taps"])


def test_the_receptive_field_is_nine_pixels_wide(trained):
    """A square of 9 px around the pixel, the front as a circle, the cone as a square of 2 (T + 4) + 1."""
    field, ranges = figures.receptive_field(trained).axes
    said = results.dataset(trained, "forecast/waves").isel(wave_network=0, seed=0, stage=0)
    encoder, circle, cone = field.patches
    assert (encoder.get_width(), encoder.get_height()) == (9, 9)
    assert circle.get_radius() == float(said["front"])
    assert cone.get_width() == 2 * (STEPS + 4) + 1
    seen = results.dataset(trained, "observed/states/nwm").isel(wave_network=0).sel(place="inside")
    middle = np.array([float(seen["place_x"]), float(seen["place_y"])])
    np.testing.assert_array_equal(np.array(encoder.get_xy()) + 4.5, middle)
    np.testing.assert_array_equal(circle.get_center(), middle)
    fronts = line_named(ranges, "an impulse is heard").get_xdata()
    everything = results.dataset(trained, "forecast/waves")
    expected = everything["front"].sel(wave_network="nwm linear", stage="start")
    np.testing.assert_array_equal(fronts, expected)
    assert ranges.get_xscale() == "log"


def test_kernels_are_blocks_by_channel(trained):
    """To channel 2 from channel 1 is the lower left block; speeds of the Laplacian are 1."""
    figure = figures.kernels(trained)
    setup = results.dataset(trained, "setup").isel(seed=0)
    start, linear = figure.axes[:2]
    assert start.get_title() == "start\n$c_y/c_x$: 1.00/1.00, 1.00/1.00"
    whole = image_of(linear)
    taps = setup["kernel"].sel(wave_network="nwm linear").values
    np.testing.assert_array_equal(whole[3:, :3], taps[1, 0])
    assert linear.texts[7].get_text() == f"{whole[1, 1]:.2f}"
    assert start.images[0].get_clim() == linear.images[0].get_clim()


def test_a_negative_squared_speed_is_none():
    """Where c^2 < 0 there is no speed."""
    said = xr.Dataset({"speed_squared": (("hidden", "axis"), [[4.0, -1.0]])})
    assert speeds(said) == "$c_y/c_x$: 2.00/none"


# --- figures of scores ----------------------------------------------------------------------------


def test_bars_are_means_and_seeds_are_dots(trained):
    """Six panels of test scores; the dashed line is the constant predictor."""
    figure = figures.bars(trained)
    found = results.dataset(trained, "observed/scores").sel(split="test")
    names = {
        "Acc": "accuracy",
        "FG-Loss": "foreground_loss_by_batch",
        "FG-IoU": "foreground_overlap",
    }
    for ax, metric in zip(figure.axes, METRICS, strict=True):
        if metric not in names:
            continue
        values = found[names[metric]]
        heights = [patch.get_height() for patch in ax.patches]
        np.testing.assert_allclose(heights, values.mean("seed").sel(network=list(NAMES)))
        dots = [x.get_ydata() for x in ax.get_lines() if x.get_label() == "a seed"]
        np.testing.assert_array_equal(dots, values.transpose("network", "seed"))
        line = line_named(ax, "constant predictor").get_ydata()[0]
        assert line == constant_score(trained, metric)
    share = results.array(trained, "setup", "share").values
    assert constant_score(trained, "Acc") == share[0]
    entropy = -(share * np.log(share)).sum()
    assert constant_score(trained, "Loss") == pytest.approx(entropy)


def test_the_papers_bars_stand_beside(trained):
    """On a set of the paper: its mean and deviation, hatched, also of networks that were not trained."""
    ax = score(changed(trained, case="tetrominoes"), "FG-Acc", ["nwm linear", "nwm fft"])
    printed = paper_table(1).sel(image_set="tetrominoes")["FG-Acc"]
    hatched = [patch.get_height() for patch in ax.patches if patch.get_hatch()]
    expected = printed.sel(network=["nwm linear", "nwm fft"], statistic="mean")
    np.testing.assert_array_equal(hatched, expected)
    assert sum(patch.get_hatch() is None for patch in ax.patches) == 1


def test_losses_have_their_levels(trained):
    """The median of the seeds; entropy and ln(N - 1) as lines; losses on logarithmic axes."""
    loss, objects, accuracy = figures.losses(trained).axes
    setup = results.dataset(trained, "setup")
    drawn = line_named(loss, "NWM last").get_ydata()
    np.testing.assert_allclose(drawn, setup["loss"].sel(network="nwm last").median("seed"))
    plateau = line_named(objects, "plateau: objects without class, ln 2").get_ydata()[0]
    assert plateau == pytest.approx(np.log(2), rel=0.05)  # the classes are nearly as frequent
    assert [ax.get_yscale() for ax in (loss, objects, accuracy)] == ["log", "log", "linear"]
    assert objects.get_ylabel().endswith("(nat)")


def test_the_wavelengths_of_white_noise():
    """The closed form against local wavelengths of noise: share above each edge of the bins."""
    noise = np.random.default_rng(0).normal(size=(60, 64, 64))
    found = local_wavelengths(noise)
    found = found[np.isfinite(found)]
    above = [(found > edge).mean() for edge in EDGES]
    np.testing.assert_allclose(noise_share(EDGES), above, atol=6e-3)
    assert noise_share(np.array([np.sqrt(2), 4.0])) == pytest.approx([1, np.pi / 16])


def test_wavelengths_over_training(trained):
    """The start and watched updates as shares of bins; long waves and negative loss, a line a seed."""
    figure = figures.wavelengths(trained)
    names = results.dataset(trained, "observed/wavelengths")["wave_network"].values
    shares, course, scatter = figure.axes[0], figure.axes[len(names)], figure.axes[2 * len(names)]
    watched = results.dataset(trained, "observed/watched").sel(wave_network=names[0])
    values = {patch.get_label(): patch.get_data().values for patch in shares.patches}
    assert list(values) == ["start", "update 2", "update 4", "update 6", "white noise"]
    expected = watched["histogram"].sel(update=4).mean("seed")
    np.testing.assert_allclose(values["update 4"], expected)
    drawn = line_named(course, "− validation loss (nat)").get_ydata()
    loss = results.dataset(trained, "setup")["loss"].sel(network=names[0], seed=0)
    np.testing.assert_array_equal(drawn, -loss.sel(update=watched["update"]))
    starts = [line for line in scatter.get_lines() if line.get_marker() == "x"]
    assert len(starts) == 2


def test_without_watching_start_and_end_are_shown(untrained):
    """One row: the start beside white noise."""
    (ax,) = figures.wavelengths(untrained).axes
    assert [patch.get_label() for patch in ax.patches] == ["start", "white noise"]


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        ([0, 1, 2], [1, 3, 5], "r = +1.00"),
        ([0, 1, 2, np.nan], [1, 0, -1, 7], "r = -1.00"),
        ([0, 1], [0, 1], "none"),
        ([0, 1, 2], [4, 4, 4], "none"),
    ],
)
def test_a_correlation_needs_three_points_that_vary(x, y, said):
    """Pearson's r of straight lines; of two points, or of a constant, there is none."""
    assert correlation(np.array(x, float), np.array(y, float)) == said


# --- figures of the theory ------------------------------------------------------------------------


def test_the_network_lies_on_the_dispersion_surface(untrained):
    """sin(Omega dt/2) = (dt/2) sqrt(omega + lambda): the dots to 1e-8, the line exactly."""
    axis, diagonal, _ = figures.dispersion(untrained).axes[:3]
    for ax, twice in ((axis, 1), (diagonal, 2)):
        law = line_named(ax, "law, ω = 0.5")
        k = law.get_xdata()
        force = 0.5 + twice * 4 * np.sin(k / 2) ** 2
        np.testing.assert_allclose(
            law.get_ydata(), 20 * np.arcsin(0.05 * np.sqrt(force)), rtol=1e-12
        )
        dots = next(x for x in ax.get_lines() if x.get_marker() == "s")
        force = 0.5 + twice * 4 * np.sin(dots.get_xdata() / 2) ** 2
        expected = 20 * np.arcsin(0.05 * np.sqrt(force))
        np.testing.assert_allclose(dots.get_ydata(), expected, rtol=1e-8)


def test_an_impulse_stays_in_its_cone(untrained):
    """Exactly 0 beyond a pixel a step; the front at 1e-3 within a pixel of Airy's."""
    ax = figures.impulse(untrained)
    size = results.dataset(untrained, "observed/exhibits/impulse")["size"]
    steps = np.arange(size.sizes["time"])
    outside = abs(size["x"].values)[None, :] > steps[:, None]
    assert not size.values[outside].any()
    cone = line_named(ax, "hard cone, a pixel a step")
    np.testing.assert_allclose(cone.get_xdata(), steps)
    front = line_named(ax, "front at 0.001 of the maximum, Airy").get_xdata()
    for n in (20, 50, 100):
        heard = abs(size["x"].values)[size.values[n] > 1e-3].max()
        assert front[n] == pytest.approx(front_radius(0.1 * n, 1e-3, 0.1))
        assert abs(front[n] - heard) <= 1


def test_packets_lie_on_the_law_of_reflection(untrained):
    """|R|^2 of the jump away from cut-off within 3 % of narrow packets; closed from 4 sin^2(k/2) on."""
    ax = figures.walls(untrained)
    law, dots = line_named(ax, "law, wavelength 6.28 px"), line_named(ax, "packets, 6.28 px")
    expected = np.interp(dots.get_xdata(), law.get_xdata(), law.get_ydata())
    np.testing.assert_allclose(dots.get_ydata(), expected, rtol=0.04, atol=1e-4)
    closed_from = [x.get_xdata()[0] for x in ax.get_lines() if x.get_linestyle() == ":"]
    assert 4 * np.sin(0.5) ** 2 in closed_from


def test_invariants_tell_their_range(untrained):
    """Q to rounding; H of the half step half as wide, H2 a quarter and more than ten times narrower."""
    linear, first, second = figures.invariants(untrained).axes
    ranges = {}
    for ax in (linear, first, second):
        ranges[ax] = [np.ptp(line.get_ydata()) for line in ax.get_lines()]
    assert max(ranges[linear]) < 1e-14
    assert ranges[first][0] / ranges[first][1] == pytest.approx(2, rel=0.1)
    assert ranges[second][0] < ranges[first][0] / 10
    assert f"range {ranges[first][0]:.2g}" in first.get_legend_handles_labels()[1][0]


def test_strong_waves_are_slower(untrained):
    """Frequencies fall with the strength; the balances are within 1 % up to 1.2."""
    law, errors = figures.strong_waves(untrained).axes
    for way in ("travelling", "standing"):
        assert (np.diff(line_named(law, f"{way}: network").get_ydata()) < 0).all()
        off = line_named(errors, way)
        assert off.get_ydata()[off.get_xdata() < 1.2].max() < 1e-2
    assert errors.get_yscale() == errors.get_xscale() == "log"


def test_the_ladder_of_a_mode_is_drawn_rung_by_rung(untrained):
    """Lines are the rungs; costs the differences in units of A, diamonds what was predicted."""
    upper, costs = figures.ladders(untrained).axes[:2]
    ladder = results.ladder(untrained, START)
    for rung in ladder.rungs:
        if rung.name != NETWORK:
            np.testing.assert_array_equal(line_named(upper, rung.name).get_ydata(), rung.value)
    lattice, step = (ladder.rung(name).values for name in ("lattice", "discrete step"))
    drawn = line_named(costs, "time step").get_ydata()
    np.testing.assert_allclose(drawn, abs(lattice - step) / float(ladder.scale), atol=1e-12)
    diamonds = line_named(costs, "predicted").get_ydata()
    largest = abs(ladder.predictions["space step"].value / ladder.scale).max()
    assert diamonds.max() == pytest.approx(float(largest), rel=0.05)


def test_differences_of_the_networks_modes(trained):
    """A dot a network, seed and wave; the small waves need no tanh."""
    from validation.wave_rnn.modes import TRAINED

    ladder = results.ladder(trained, TRAINED)
    ax = misses(ladder, "small")
    lines = dict(zip(ladder.sources, ax.get_lines(), strict=True))
    assert {len(line.get_ydata()) for line in lines.values()} == {2 * 2 * 5}
    assert lines["saturation"].get_ydata().max() < 1e-8
    assert misses(ladder, "full").get_lines()[2].get_ydata().max() > 1e-8


@pytest.mark.parametrize(
    "draw",
    [
        lambda tree, ax: figures.impulse(tree, ax),
        lambda tree, ax: figures.walls(tree, ax),
        lambda tree, ax: histories(results.ladder(tree, START), ax),
        lambda tree, ax: spread(tree, "nwm linear", ax),
    ],
)
def test_an_axes_that_is_passed_is_drawn_on(untrained, draw):
    """It is returned; without one a new one is made."""
    ax = pyplot.subplots()[1]
    assert draw(untrained, ax) is ax
    assert isinstance(new := draw(untrained, None), Axes)
    assert new is not ax


def test_exhibits_are_run_once():
    """Figures and verifications of one process share them."""
    assert exhibits.impulse() is exhibits.impulse()


# --- the film -------------------------------------------------------------------------------------


def test_the_film_shows_states_and_what_is_read(trained):
    """A picture a step, the last one longer; the mask's pixels in their classes' colours."""
    from PIL import Image

    content = figures.films(trained)[".gif"]
    assert len(content) < animation.MOST_BYTES
    film = Image.open(io.BytesIO(content))
    seen = results.dataset(trained, "observed/states/nwm")
    shown = results.dataset(trained, "observed/pictures").isel(picture=0)
    duration = 0
    enlarged = film_gif.PANEL // SIDE
    pitch = enlarged * SIDE + film_gif.GAP
    middles = enlarged // 2 + enlarged * np.arange(SIDE)
    for number in range(film.n_frames):
        film.seek(number)
        duration += film.info["duration"]
        frame = np.asarray(film.convert("RGB"), int)
        step = min(number, STEPS)
        read = frame[film_gif.HEAD + middles][:, film_gif.GAP + 2 * pitch + middles]
        expected = colours_of(seen["read"].isel(wave_network=0, frame=step).values)
        np.testing.assert_allclose(read, expected, atol=1)
        mask = frame[film_gif.HEAD + middles][:, film_gif.GAP + 3 * pitch + middles]
        np.testing.assert_allclose(mask, colours_of(shown["mask"].values), atol=1)
    assert duration == (STEPS + 1 + film_gif.STAY) * film_gif.MILLISECONDS


def colours_of(classes):
    own = [(1, 1, 1), *(to_rgb(panels.class_colour(number)) for number in range(3))]
    return 255 * np.array(own)[classes + 1]
