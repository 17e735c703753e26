"""The figures of linear_cnn, drawn from small real runs: what they show is what the tree says."""

import json
import warnings

import numpy as np
import pytest
import xarray as xr

from numerics.schema import quantity
from validation import cli, plots, results
from validation.experiment import Work
from validation.linear_cnn import figures
from validation.linear_cnn.figures import curves, frequencies
from validation.linear_cnn.figures.alignment import balance
from validation.linear_cnn.forecasting import FLOW
from validation.linear_cnn.learning import CNN, FULLY_CONNECTED, discovery_times

SIDE = 6


def tree_of(options, folder):
    """The result of a configuration as `validation.experiment.run` builds it, without its checks."""
    experiment = cli.find("linear_cnn")
    config, _ = cli.parse(experiment, [*options.split(), "--preset", "quick"])
    case = experiment.case(config)
    work = Work(folder)
    setup = case.prepare(work)
    forecast = case.forecast(setup, work)
    measured = case.measure(forecast, work)
    ladders = {x.name: x.completed(measured.ladders[x.name]) for x in forecast.ladders}
    rows = [row for ladder in ladders.values() for row in ladder.budget()]
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(),
            "/setup": setup,
            "/forecast": forecast.predicted,
            "/observed": measured.observed,
            **{f"/ladders/{name}": ladder.to_dataset() for name, ladder in ladders.items()},
            "/budget": xr.Dataset(attrs={"rows": json.dumps(rows)}),
        }
    )


def images_of(classes, channels=1, count=20, seed=0):
    """Smooth random images, each class around a mean of its own, and their labels."""
    generator = np.random.default_rng(seed)
    waves = np.abs(np.fft.fftfreq(SIDE))
    smooth = np.exp(-6 * (waves[:, None] + waves))[..., None]

    def draw(number):
        rough = generator.normal(size=(number, SIDE, SIDE, channels))
        return np.fft.ifft2(np.fft.fft2(rough, axes=(1, 2)) * smooth, axes=(1, 2)).real

    labels = np.arange(count * classes) % classes
    images = 0.3 * draw(len(labels)) + draw(classes)[labels] + 0.3
    return {"images": images[..., 0] if channels == 1 else images, "labels": labels}


@pytest.fixture(scope="module")
def grey(tmp_path_factory):
    """Three classes of grey images, two trials, no test set."""
    folder = tmp_path_factory.mktemp("grey")
    np.savez(folder / "mine.npz", **images_of(3))
    return tree_of(f"--dataset {folder}/mine.npz --trials 2 --updates 2000", folder)


@pytest.fixture(scope="module")
def colour(tmp_path_factory):
    """Two classes in colour less their mean: one mode; one trial, and a test set."""
    folder = tmp_path_factory.mktemp("colour")
    np.savez(folder / "mine.npz", **images_of(2, channels=3))
    np.savez(folder / "test.npz", **images_of(2, channels=3, count=5))
    files = f"--dataset {folder}/mine.npz --test {folder}/test.npz"
    return tree_of(f"{files} --subtract-mean --trials 1 --updates 1500", folder)


@pytest.fixture(scope="module")
def ten(tmp_path_factory):
    """Ten classes, one image each, one trial, stopped long before the last modes are learnt."""
    folder = tmp_path_factory.mktemp("ten")
    np.savez(folder / "mine.npz", **images_of(10, count=1))
    return tree_of(f"--dataset {folder}/mine.npz --trials 1 --updates 1000", folder)


@pytest.fixture(scope="module")
def deep(tmp_path_factory):
    """Two layers of two kernels each: modes alone have no forecast there."""
    folder = tmp_path_factory.mktemp("deep")
    np.savez(folder / "mine.npz", **images_of(3))
    shape = "--layers 2 --kernels 2 --trials 1 --updates 400"
    return tree_of(f"--dataset {folder}/mine.npz {shape}", folder)


@pytest.fixture(scope="module")
def sums(tmp_path_factory):
    """Fig 4 at four times its rate, two trials."""
    options = "--dataset sums_of_cosines --trials 2 --updates 400 --learning-rate 1e-3"
    return tree_of(options, tmp_path_factory.mktemp("sums"))


@pytest.fixture(scope="module")
def online(tmp_path_factory):
    """Three classes, one random image an update."""
    folder = tmp_path_factory.mktemp("online")
    np.savez(folder / "mine.npz", **images_of(3))
    options = f"--dataset {folder}/mine.npz --gradient online --trials 2 --updates 3000"
    return tree_of(options, folder)


@pytest.fixture(scope="module")
def cosines(tmp_path_factory):
    """Two pure cosines from a balanced start: there is no flow in the tree."""
    options = "--dataset pure_cosines --image-side 8 --frequencies 0 1 2 3 --amplitudes 1.0 0.5"
    return tree_of(f"{options} --trials 2 --updates 400", tmp_path_factory.mktemp("cosines"))


def line_named(ax, label):
    (line,) = (x for x in ax.get_lines() if x.get_label() == label)
    return line


def panels(figure, title):
    return [ax for ax in figure.axes if title in ax.get_title()]


# --- every figure of every run ---------------------------------------------------------------------

ALL = ("data", "network", "cascade", "alignment")
FOR_RUN = {
    "grey": (*ALL, "discovery"),
    "colour": (*ALL, "discovery"),
    "ten": (*ALL, "discovery", "ending"),
    "deep": (*ALL, "discovery"),
    "sums": (*ALL, "discovery", "ending", "competition"),
    "online": ALL,
    "cosines": (*ALL, "transform"),
}


@pytest.mark.parametrize(
    ("run", "name"), [(run, name) for run, names in FOR_RUN.items() for name in names]
)
def test_each_figure_says_what_it_shows(run, name, request):
    """Axes with lines or bars have labels on both sides; none shows what is not a number or nothing."""
    figure = getattr(figures, name)(request.getfixturevalue(run))
    assert figure.axes
    for ax in figure.axes:
        if ax.get_label() == "<colorbar>" or not ax.axison:
            continue
        assert ax.has_data(), ax.get_title()
        if ax.get_lines() or (ax.patches and not ax.images):
            assert ax.get_xlabel(), ax.get_title()
            assert ax.get_ylabel(), ax.get_title()
        for line in ax.get_lines():
            assert np.isfinite(np.asarray(line.get_ydata(), float)).any(), ax.get_title()


@pytest.mark.parametrize(
    ("run", "name"),
    [("ten", "network"), ("sums", "competition"), ("sums", "ending"), ("ten", "discovery")],
)
def test_no_legend_covers_data(run, name, request):
    """Every legend lies outside every axes, every text inside the figure."""
    figure = getattr(figures, name)(request.getfixturevalue(run))
    figure.canvas.draw()
    whole = figure.bbox
    legends = [ax.get_legend() for ax in figure.axes if ax.get_legend()]
    legends += [x for part in (figure, *figure.subfigs) for x in part.legends]
    assert legends
    for legend in legends:
        box = legend.get_window_extent()
        corners = (box.x0 - whole.x0, whole.x1 - box.x1, box.y0 - whole.y0, whole.y1 - box.y1)
        assert min(corners) >= -1
        for ax in figure.axes:
            assert not box.overlaps(ax.get_window_extent()), (ax.get_title(), legend.get_texts())


# --- the data set ----------------------------------------------------------------------------------


def test_the_modes_add_up_to_the_class_means(grey):
    """Syx = U S V^T: S_m times the images of the row of mode m add up to the class means over p."""
    figure = figures.data(grey)
    setup = results.dataset(grey, "setup")
    modes = setup.sizes["mode"]
    u, s, *pictures = figure.axes
    np.testing.assert_array_equal(u.images[0].get_array(), setup["left_singular_vector"])
    np.testing.assert_allclose([b.get_height() for b in s.patches], setup["singular_value"])
    assert len(pictures) == (modes + 1) * (setup.sizes["label"] + 1)
    grid = np.array(pictures).reshape(modes + 1, -1)

    def values(ax, limit, *, signed):
        shown = np.asarray(ax.images[0].get_array(), float)
        return limit * (2 * shown - 1) if signed else limit * shown

    means = setup["class_mean"].values
    signed = bool((means < 0).any())
    left, right = setup["left_singular_vector"].values, setup["right_singular_vector"].values
    for label in range(setup.sizes["label"]):
        total = 0.0
        for mode in range(modes):
            limit = np.abs(left[:, mode]).max() * np.abs(right[mode]).max()
            part = values(grid[mode + 1, label + 1], limit, signed=True)
            total = total + float(setup["singular_value"][mode]) * part
        shown = values(grid[0, label + 1], np.abs(means).max(), signed=signed)
        np.testing.assert_allclose(total, shown / setup.sizes["label"], atol=1e-12)


def test_images_in_colour_are_drawn_in_colour(colour):
    """Three channels are red, green, blue; mean-free images are grey where they are 0."""
    figure = figures.data(colour)
    mode = results.array(colour, "setup", "right_singular_vector").isel(mode=0).values
    (first,) = (ax for ax in figure.axes if ax.get_title() == "V")
    shown = np.asarray(first.images[0].get_array())
    assert shown.shape == (SIDE, SIDE, 3)
    np.testing.assert_allclose(2 * shown - 1, np.moveaxis(mode, 0, -1) / np.abs(mode).max())


@pytest.mark.parametrize("channels", [1, 2, 3])
def test_zero_is_the_same_grey_in_every_image(channels):
    """Signed images are drawn on a scale around 0, even one that is positive throughout."""
    image = xr.DataArray(np.full((channels, 2, 2), 0.5), dims=("channel", "y", "x"))
    image[:, 0, 0] = 0.0
    shown = np.asarray(plots.picture(image).images[0].get_array())
    assert np.ravel(shown[0, 0])[0] == 0.5
    assert shown.max() == 1.0
    assert shown.shape == ((2, 2, 3) if channels == 3 else (2, 2 * channels))
    unsigned = np.asarray(plots.picture(image, signed=False).images[0].get_array())
    assert np.ravel(unsigned[0, 0])[0] == 0.0


# --- frequencies -----------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [5, 6])
def test_a_cosine_has_its_place_on_the_half_plane(side):
    """cos(2 pi (u i - j)/n) has one bright cell, at row u and at v = -1, for even and odd n."""
    i, j = np.mgrid[:side, :side]
    image = np.cos(2 * np.pi * (2 * i - j) / side)[None, None]
    vectors = xr.DataArray(image, dims=("mode", "channel", "y", "x"))
    shown, extent = frequencies.half_plane(frequencies.magnitudes(vectors)[0])
    ((row,), (column,)) = np.nonzero(shown > 1e-9)
    assert (row, column + extent[0] + 0.5) == (2, -1)
    assert shown.shape == (side // 2 + 1, side)


def coefficients(*lines):
    update = np.arange(0, 1001, 5)
    values = [np.ones_like(update) * 1e-3 + sum(line(update)) for line in lines]
    return quantity(
        np.array(values, float),
        ["frequency", "update"],
        name="kernel_magnitude",
        long_name="",
        coords={"update": update, "frequency": [f"(0, {n})" for n in range(len(lines))]},
    )


def burst(at, width, height):
    return lambda update: height / (1 + np.exp(-(update - at) / width))


def test_the_cascade_is_the_one_that_grows_in_stages():
    """Three bursts against one that is larger, a smooth rise, and many bursts of no size."""
    three = (burst(30, 2, 1.0), burst(150, 10, 1.0), burst(700, 40, 1.0))
    tiny = tuple(burst(at, 2, 0.01) for at in (20, 60, 200, 500, 900))
    made = coefficients(
        *(
            lambda u, parts=parts: [part(u) for part in parts]
            for parts in ((burst(300, 20, 9.0),), three, (lambda u: u / 200.0,), tiny)
        )
    )
    assert frequencies.cascade(made) == 1
    assert frequencies.names(made, 4) == ["(0, 0)", "(0, 1)", "(0, 2)", "(0, −1)"]
    assert list(frequencies.dominant(made, 2)) == [0, 2]


def test_a_fall_is_no_burst():
    """One rise and one fall against two rises that end lower."""
    made = coefficients(
        lambda u: [burst(100, 10, 5.0)(u), burst(500, 30, -1.0)(u)],
        lambda u: [burst(100, 10, 1.0)(u), burst(500, 30, 1.0)(u)],
    )
    assert frequencies.cascade(made) == 1


@pytest.mark.parametrize("points", [1, 2, 3])
def test_a_few_observations_show_no_stages(points):
    """The axis of ln(update) is a point, or one interval: nothing is said, and no warning comes."""
    whole = coefficients(
        lambda u: [burst(8, 2, 1.0)(u)], lambda u: [u / 200.0], lambda u: [0 * u + 9.0]
    )
    made = whole.isel(update=slice(points))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert frequencies.cascade(made) is None


def test_where_all_grow_at_once_there_is_no_cascade(sums):
    """Modes that share no frequency: each coefficient has one burst, and none is drawn thick."""
    flow = results.array(sums, f"forecast/{CNN}/{FLOW}", "kernel_magnitude").isel(trial=0)
    assert frequencies.cascade(flow.transpose("frequency", "update")) is None
    (ax,) = panels(figures.network(sums), "all kernel coefficients")
    assert max(line.get_linewidth() for line in ax.get_lines()) < 2
    assert "bursts" not in ax.get_title()


def test_noise_is_no_burst():
    """A rise that then fluctuates by a twentieth, as online learning does, against two clear rises."""
    generator = np.random.default_rng(0)
    made = coefficients(
        lambda u: [burst(60, 5, 2.0)(u) * (1 + 0.05 * generator.normal(size=len(u)))],
        lambda u: [burst(60, 5, 1.0)(u), burst(600, 30, 0.5)(u)],
    )
    assert frequencies.cascade(made) == 1


def test_the_transform_is_a_product_with_q(grey):
    """Drawn Q times drawn x has the drawn magnitudes; its columns are cosines of their (u, v)."""
    figure = figures.transform(grey)
    image = results.array(grey, "setup", "class_mean").isel(label=-1, channel=0).values
    spectrum, matrix, column, _, *cosines = (ax.images[0].get_array() for ax in figure.axes)
    np.testing.assert_array_equal(column[:, 0], image.ravel())
    np.testing.assert_allclose(spectrum[:, 0], np.abs(np.fft.fft2(image, norm="ortho")).ravel())
    real_part = np.fft.fft2(image, norm="ortho").real.ravel()
    np.testing.assert_allclose(np.asarray(matrix) @ image.ravel(), real_part, atol=1e-12)
    i, j = np.mgrid[:SIDE, :SIDE]
    for (u, v), drawn in zip(np.ndindex(4, 4), cosines, strict=True):
        wave = np.cos(2 * np.pi * (u * i + v * j) / SIDE)
        np.testing.assert_allclose(2 * np.asarray(drawn) - 1, wave, atol=1e-12)


# --- the networks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("run", ["grey", "colour", "ten"])
def test_strengths_are_the_flow_and_the_network(run, request):
    """A line for each mode: the mean over trials of A/S by the coupled flow; dotted: modes alone."""
    tree = request.getfixturevalue(run)
    figure = figures.network(tree)
    for network in (CNN, FULLY_CONNECTED):
        (ax,) = panels(figure, f"{network}: lines coupled flow")
        ladder = results.ladder(tree, network)
        expected = (ladder.rung(FLOW) / ladder.scale).mean("trial").transpose("mode", "update")
        solid = [x for x in ax.get_lines() if x.get_linestyle() in ("-", "--")]
        np.testing.assert_allclose([x.get_ydata() for x in solid], expected)
        count = ladder.scale.sizes["mode"]
        assert len([x for x in ax.get_lines() if x.get_linestyle() == ":"]) == count
        assert len([x for x in ax.get_lines() if x.get_marker() != "None"]) == count


def test_all_coefficients_are_drawn_and_the_largest_named(grey):
    """A line a frequency; the labels at the right are of those that are largest by the flow."""
    (ax,) = panels(figures.network(grey), "all kernel coefficients")
    flow = results.array(grey, f"forecast/{CNN}/{FLOW}", "kernel_magnitude").isel(trial=0)
    lines = [x for x in ax.get_lines() if x.get_linestyle() != "None"]
    assert len(lines) == flow.sizes["frequency"]
    named = {text.get_text() for text in ax.texts}
    assert len(named) == 6
    ends = flow.isel(update=-1)
    largest = frequencies.names(ends.sortby(ends, ascending=False)[:5], SIDE)
    assert named >= set(largest)


def test_losses_have_a_test_line_only_where_there_is_a_test_set(grey, colour):
    """The legend names what is drawn; the markers are the network's, the lines the flow's."""
    for tree, tested in ((grey, False), (colour, True)):
        (ax,) = panels(figures.network(tree), "losses")
        labels = ax.get_legend_handles_labels()[1]
        assert any("test" in label for label in labels) == tested
        assert len(labels) == (8 if tested else 4)
        line = line_named(ax, "CNN, train: coupled flow").get_ydata()
        expected = results.array(tree, f"forecast/{CNN}/{FLOW}", "train_loss").mean("trial")
        np.testing.assert_array_equal(line, expected)


def test_weights_are_shown_at_the_moments_of_the_tree(grey):
    """One picture a moment: the kernel, and each row of the first matrix."""
    figure = figures.network(grey)
    kernel = results.array(grey, f"observed/{CNN}/pictures", "kernel")
    rows = results.array(grey, f"observed/{FULLY_CONNECTED}/pictures", "rows")
    shown = [ax for ax in figure.axes if ax.images]
    assert len(shown) == kernel.sizes["moment"] + rows.sizes["moment"] * rows.sizes["row"]
    last = kernel.isel(moment=-1, channel=0).values
    drawn = np.asarray(shown[kernel.sizes["moment"] - 1].images[0].get_array())
    np.testing.assert_allclose(2 * drawn - 1, last / np.abs(last).max())
    assert shown[kernel.sizes["moment"] - 1].get_title() == str(int(kernel["moment"][-1]))


def test_online_strengths_are_drawn_over_full_batch(online):
    """Without a ladder the lines are full batch, the losses those of the descent on the draws."""
    figure = figures.network(online)
    (ax,) = panels(figure, "CNN: lines full batch")
    expected = results.array(online, f"forecast/{CNN}", "full_batch")
    expected = expected / results.array(online, "setup", "singular_value")
    drawn = [x.get_ydata() for x in ax.get_lines() if x.get_linestyle() in ("-", "--")]
    np.testing.assert_allclose(drawn, expected.mean("trial").transpose("mode", "update"))
    (ax,) = panels(figure, "losses")
    assert line_named(ax, "CNN, train: discrete descent") is not None


# --- the cascade -----------------------------------------------------------------------------------


@pytest.mark.parametrize("run", ["grey", "colour", "ten"])
def test_rows_of_the_cascade_are_discoveries(run, request):
    """Row after row one spectrum more, in the order of discovery; at most four."""
    tree = request.getfixturevalue(run)
    figure = figures.cascade(tree)
    times = curves.first_times(tree, CNN)
    found = min(4, max(1, np.isfinite(times).sum()))
    drawn = [ax for ax in figure.axes if ax.axison and ax.get_label() != "<colorbar>"]
    assert len(drawn) == found * (found + 1) // 2
    order = np.argsort(times)[:found]
    titles = [ax.get_title() for ax in drawn if ax.get_title()]
    assert titles[:1] == [f"mode {order[0] + 1}: |v_f|"]
    assert {f"mode {m + 1}: |v_f|" for m in order} == set(titles)


def test_crosses_are_as_large_as_the_kernel(grey):
    """At f and at -f the area of the cross is as |k_f|^2 of the first trial at that moment."""
    figure = figures.cascade(grey)
    ax = next(x for x in figure.axes if x.axison and x.collections)
    crosses = ax.collections[0]
    time = np.nanmin(curves.first_times(grey, CNN))
    kernel = results.array(grey, f"observed/{CNN}", "kernel_magnitude").isel(trial=0)
    kernel = kernel.sel(update=time, method="bfill")
    places = [tuple(place) for place in crosses.get_offsets()]
    size = dict(zip(places, crosses.get_sizes(), strict=True))
    pairs = frequencies.pairs(kernel, SIDE)
    largest = int(np.argmax(kernel.values))
    for (u, v), value in zip(pairs, kernel.values, strict=True):
        column = (v + SIDE // 2) % SIDE - SIDE // 2
        reference = pairs[largest]
        at = (reference[1] + SIDE // 2) % SIDE - SIDE // 2
        expected = (value / kernel.values[largest]) ** 2
        assert size[column, u] / size[at, reference[0]] == pytest.approx(expected)


# --- alignment, discovery, ending -------------------------------------------------------------------


@pytest.mark.parametrize("run", ["grey", "colour", "ten", "deep", "sums"])
def test_balance_follows_from_the_invariant(run, request):
    """sqrt(1 - I_f/|k_f|^2) of the start is the ratio that the flow itself has, to its tolerance."""
    flow = results.dataset(request.getfixturevalue(run), f"forecast/{CNN}/{FLOW}").isel(trial=0)
    size = flow["kernel_magnitude"].transpose("frequency", "update")
    for place in frequencies.dominant(size, 5):
        one = flow.isel(frequency=place)
        ratio = (one["output_magnitude"] / one["kernel_magnitude"]).values
        np.testing.assert_allclose(balance(one), ratio, rtol=1e-4)


def test_leakage_of_both_networks_is_drawn(grey):
    """Lines of the flow, markers of the network, by name."""
    (ax,) = panels(figures.alignment(grey), "leakage")
    for network in (CNN, FULLY_CONNECTED):
        line = line_named(ax, f"{network}: coupled flow").get_ydata()
        expected = results.array(grey, f"forecast/{network}/{FLOW}", "leakage").mean("trial")
        np.testing.assert_array_equal(line, expected)
        assert line_named(ax, f"{network}: network").get_marker() in plots.MARKERS


@pytest.mark.parametrize("run", ["grey", "ten", "deep", "sums"])
def test_discovery_compares_three_forecasts(run, request):
    """F2 of each mode that is discovered stands at (forecast, network), means over trials."""
    tree = request.getfixturevalue(run)
    figure = figures.discovery(tree)
    forecast = results.array(tree, "forecast/discovery", "discovery_time")
    singular = results.array(tree, "setup", "singular_value")
    for ax, network in zip(figure.axes, (CNN, FULLY_CONNECTED), strict=True):
        rung = results.ladder(tree, network).rungs[-1]
        measured = discovery_times(rung, singular).mean(axis=0)
        known = forecast.sel(network=network, forecast="F2").mean("trial", skipna=False).values
        both = np.isfinite(measured) & np.isfinite(known)
        drawn = line_named(ax, "F2: coupled flow")
        np.testing.assert_allclose(drawn.get_xdata(), known[both])
        np.testing.assert_allclose(drawn.get_ydata(), measured[both])
        assert len(ax.texts) == (np.isfinite(measured).sum() if both.any() else 0)
        labels = ax.get_legend_handles_labels()[1]
        assert any("F0" in label for label in labels) == (run != "deep" or network != CNN)
        late = ("not within the run" in ax.get_title()) == (not np.isfinite(measured).all())
        assert late


def test_what_comes_before_a_larger_singular_value_is_inverted():
    """Mode 3 overtakes mode 2; a mode that is never found is overtaken by all after it."""
    assert list(curves.inverted(np.array([1.0, 5.0, 4.0]))) == [False, False, True]
    assert list(curves.inverted(np.array([1.0, np.nan, 4.0]))) == [False, False, True]
    assert not curves.inverted(np.array([1.0, 2.0, np.nan])).any()


def test_the_end_beside_the_least_norm(sums):
    """Dashed at the minimum; the flow's excess; the clocks know the end from the start alone."""
    norms, excess = figures.ending(sums).axes
    least = float(results.array(sums, "forecast/ending", "minimal_norm"))
    np.testing.assert_allclose(
        line_named(norms, "least norm that fits the data").get_ydata(), least
    )
    flow = results.array(sums, f"forecast/{CNN}/{FLOW}", "parameter_norm").mean("trial")
    np.testing.assert_allclose(line_named(excess, FLOW).get_ydata(), flow / least - 1)
    told = line_named(norms, "end, from the start alone").get_ydata()[0]
    assert told == pytest.approx(float(flow.isel(update=-1)), rel=1e-3)


def test_an_end_without_a_minimum_says_why(sums):
    """No excess is drawn; the title gives the reason."""
    tree = sums.copy(deep=True)
    nothing = xr.Dataset({"minimal_norm": np.nan}, attrs={"reason": "two images are equal"})
    tree["/forecast/ending"] = xr.DataTree(nothing)
    (ax,) = figures.ending(tree).axes
    assert "two images are equal" in ax.get_title()


# --- competition -----------------------------------------------------------------------------------


def test_winners_have_the_largest_magnitude(sums):
    """Bars are v_f, mode by mode, largest first; one winner a mode, the others lose."""
    figure = figures.competition(sums)
    foreseen = results.dataset(sums, "forecast/competition")
    (bars,) = panels(figure, "spectra of the right singular vectors")
    heights = [bar.get_height() for bar in bars.patches]
    owner, size = foreseen["mode_of_frequency"].values, foreseen["magnitude"].values
    expected = [v for mode in (1, 2) for v in sorted(size[owner == mode], reverse=True)]
    np.testing.assert_allclose(heights, expected)
    (ax,) = panels(figure, "kernel: lines the clock's law")
    names = ax.get_legend_handles_labels()[1]
    assert [n for n in names if n.endswith("wins")] == [
        "mode 1: (0, 3) wins",
        "mode 2: (1, 1) wins",
    ]
    assert len([n for n in names if n.endswith("loses")]) == 5


def test_the_terms_add_up_to_the_growth(sums):
    """Input less inhibition is d ln|k_f|/dtau of the clock's law, to the order of the grid."""
    (ax, _) = panels(figures.competition(sums), "why, first trial")
    drawn = line_named(ax, "sum: growth of ln |k_f|").get_ydata()
    setup = results.dataset(sums, "setup").attrs
    ladder = results.ladder(sums, "CNN, kernel spectrum")
    law = ladder.rungs[0].value.isel(trial=0).sel(frequency="(0, 3)")
    times = law["update"].values * setup["learning_rate"] * setup["loss_scale"]
    growth = np.diff(np.log(law.values)) / np.diff(times)
    between = (drawn[1:] + drawn[:-1]) / 2
    np.testing.assert_allclose(growth, between, atol=0.02 * np.abs(drawn).max())


# --- shared pieces ---------------------------------------------------------------------------------


def test_labels_at_the_edge_keep_their_order_and_a_distance():
    """Eight lines that end close together: their names do not touch, the highest stays the highest."""
    from matplotlib import pyplot

    _, ax = pyplot.subplots()
    ax.set(yscale="log", xlim=(0, 1), ylim=(1e-3, 1))
    heights = [0.2, 0.21, 0.19, 0.201, 0.9, 0.95, 0.0011, 0.001]
    plots.end_labels(ax, heights, [str(h) for h in heights], ["black"] * 8)
    places = [text.xyann[1] for text in ax.texts]
    assert list(np.argsort(places)) == list(np.argsort(heights))
    assert np.diff(np.sort(places)).min() >= plots.LEAST_GAP * (1 - 1e-9)
    assert min(places) >= 0
    assert max(places) <= 1


def test_markers_are_denser_where_a_line_ends_early():
    """22 on a whole line of 400 points; at least six on a line of which a tenth exists."""
    whole = np.ones(400)
    assert plots.marker_step(whole) == 18
    assert plots.marker_step(np.where(np.arange(400) < 40, whole, np.nan)) == 6
    assert plots.marker_step(np.ones(3)) == 1
