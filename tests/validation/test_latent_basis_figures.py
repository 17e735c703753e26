"""The figures of latent_basis, drawn from small real runs: what they show is what the tree says."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_rgb
from scipy import stats

from numerics.latent_basis.linear_control import LinearControl
from validation import animation, results
from validation.experiment import Work
from validation.latent_basis import Config, figures, film_gif
from validation.latent_basis.control import ControlSource
from validation.latent_basis.decoding import RAW
from validation.latent_basis.figures import mosaic
from validation.latent_basis.figures.amplitudes import MERGED as WIDE
from validation.latent_basis.figures.amplitudes import median
from validation.latent_basis.figures.densities import MERGED, normal_density
from validation.latent_basis.figures.reliability import scatter
from validation.latent_basis.figures.residuals import SHARE, band
from validation.latent_basis.figures.tour import NAMES, stops
from validation.latent_basis.figures.trials import RULES
from validation.latent_basis.figures.vectors import by_set
from validation.latent_basis.forecasting import forecast
from validation.latent_basis.ladders import CLASSES, JOINT, LAW, ONE, TRAINING
from validation.latent_basis.material import Material
from validation.latent_basis.measuring import measure
from validation.latent_basis.preparing import METHODS, QR, prepared
from validation.latent_basis.setting import Setting
from validation.latent_basis.tables import deciles

LABELS, LATENT, SHAPE, TESTS, TRIALS = 3, 8, (5, 6), 120, 4
TREES = ("two", "one")


class SmallControl(ControlSource):
    """The linear control with three labels, M = 8 and images of 5 x 6 pixels."""

    shape = SHAPE
    label_names = tuple("abc")

    def __init__(self, networks):
        super().__init__(LATENT)
        self.networks = networks

    def control(self, seed, network):
        return LinearControl(
            latent_size=LATENT,
            pixels=SHAPE[0] * SHAPE[1],
            labels=LABELS,
            separation=float(network.removeprefix("rho = ")),
            deviation=0.6,
            generator=np.random.default_rng([seed, 0]),
        )

    def material(self, seed, network, work):
        control = self.control(seed, network)
        generator = np.random.default_rng([seed, 1])
        images = (*control.images(2400, generator), *control.images(TESTS, generator))
        return Material(control.subject(), *images)


def tree_of(setting, folder):
    """The result of a setting as `validation.experiment.run` builds it, without its checks."""
    work = Work(folder)
    setup = setting.over_networks(lambda seed, network: prepared(setting, seed, network, work))
    said = forecast(setting, setup, work)
    seen = measure(setting, setup, work)
    ladders = {x.name: x.completed(seen.ladders[x.name]) for x in said.ladders}
    rows = [row for ladder in ladders.values() for row in ladder.budget()]
    rows = [{k: None if v != v else v for k, v in row.items()} for row in rows]  # as `run` has it
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs={"case": setting.name}),
            "/setup": setup,
            "/forecast": said.predicted,
            "/observed": seen.observed,
            **{f"/ladders/{name}": ladder.to_dataset() for name, ladder in ladders.items()},
            "/budget": xr.Dataset(attrs={"rows": json.dumps(rows)}),
        }
    )


def small(networks, seeds, sets, folder):
    config = Config(dataset="linear_control", trials=TRIALS)
    return tree_of(Setting(config, SmallControl(networks), range(seeds), sets, 600), folder)


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """Two networks of two seeds; two sets of means, K = 6 < M = 8."""
    return small(("rho = 3", "rho = 4"), 2, 2, tmp_path_factory.mktemp("two"))


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """One network of one seed; three sets, the last of which is cut: K = M = 8."""
    return small(("rho = 3",), 1, 3, tmp_path_factory.mktemp("one"))


@pytest.fixture(params=TREES)
def tree(request):
    return request.getfixturevalue(request.param)


def line_named(ax, label):
    (line,) = (x for x in ax.get_lines() if x.get_label() == label)
    return line


def lines_of(ax, *, marker):
    return [x for x in ax.get_lines() if x.get_marker() == marker]


def networks_of(tree):
    return [str(name) for name in tree["/setup"]["network"].values]


def seeds_of(tree):
    return tree["/setup"]["seed"].values.tolist()


def first(tree, group, network):
    return results.dataset(tree, group).isel(seed=0).sel(network=network)


def changed(tree, group, **values):
    """The tree with arrays of a group replaced."""
    tree = tree.copy()
    own = results.dataset(tree, group)
    tree[f"/{group}"] = xr.DataTree(
        own.assign({name: own[name].copy(data=array) for name, array in values.items()})
    )
    return tree


def picture_of(ax):
    (image,) = ax.images
    return np.asarray(image.get_array())


# --- all ------------------------------------------------------------------------------------------


def test_every_figure_is_drawn_and_says_what_it_shows(tree):
    """One network or two, three labels, a cut set: a title with the case, and a label on each axis."""
    drawn = figures.drawn(tree)
    assert list(drawn) == list(figures.FIGURES)
    for figure in drawn.values():
        assert figure.get_suptitle().startswith("linear_control: ")
        several = len(seeds_of(tree)) > 1
        assert "seed 1" not in figure.get_suptitle()
        assert several or "seed" not in figure.get_suptitle()
        for ax in figure.axes:
            if ax.lines and ax.get_subplotspec().is_last_row():
                assert ax.get_xlabel() or ax.get_xticklabels()[0].get_text()


@pytest.mark.parametrize("name", ["trials", "ranks", "reliability", "densities", "cosines", "tour"])
def test_networks_stand_side_by_side(two, name):
    """The names of both, in their order."""
    figure = figures.FIGURES[name](two)
    words = " ".join(ax.get_title() + ax.get_ylabel() for ax in figure.axes)
    assert 0 <= words.index("rho = 3") < words.index("rho = 4")


# --- pictures in rows and columns -----------------------------------------------------------------


def test_a_mosaic_enlarges_pictures_into_frames():
    """2 x 2 pixels, 16 times larger, 3 of frame, 3 between: grey from black to white, misses broken."""
    image = np.array([[0.0, 1.0], [0.5, 2.0]])
    images = np.stack([image, image, np.full((2, 2), np.nan), image])[None]
    whole = mosaic.mosaic(images, (0.0, 1.0), np.array([[1.0, 0.0, np.nan, np.nan]]))
    pitch, start = 32 + 2 * 3 + 3, 1 + 3
    assert whole.shape == (pitch, 4 * pitch, 3)
    for column in (0, 1, 3):
        inner = whole[start : start + 32, column * pitch + start :][:, :32]
        np.testing.assert_allclose(inner[8::16, 8::16, 0], [[0, 1], [0.5, 1]])
    np.testing.assert_allclose(whole[2, 5:30], np.tile(to_rgb(mosaic.MATCH), (25, 1)))
    broken = whole[2, pitch + 1 : pitch + 37]
    is_colour = np.isclose(broken, to_rgb(mosaic.MISS)).all(axis=1)
    assert 0.3 < is_colour.mean() < 0.7
    np.testing.assert_array_equal(broken[~is_colour], 1.0)
    assert (whole[:, 2 * pitch : 3 * pitch] == 1).all()


@pytest.mark.parametrize(("count", "rows"), [(25, 5), (7, 2), (3, 1)])
def test_pictures_fill_rows_from_the_left(count, rows):
    """Five a row; places that are left over hold nan."""
    images = np.arange(count, dtype=float)[:, None, None] * np.ones((2, 3))
    placed = mosaic.in_rows(images, 5)
    assert placed.shape == (rows, 5, 2, 3)
    np.testing.assert_array_equal(placed[:, :, 0, 0].ravel()[:count], np.arange(count))
    assert np.isnan(placed.reshape(-1, 6)[count:]).all()


def test_the_batch_is_drawn_pixel_by_pixel(tree):
    """Test images, the same decoded, random latents: grey between the darkest and the brightest pixel."""
    axes = figures.batches(tree).axes
    shown = results.dataset(tree, "observed/pictures").isel(seed=0)
    low, high = float(shown["real"].min()), float(shown["real"].max())
    pitch = [
        6 * side + 3 for side in SHAPE
    ]  # six times larger: 32 pixels or more on the longer side
    for place, network in enumerate(networks_of(tree)):
        for ax, name in zip(axes[3 * place :], ("real", "decoded", "random"), strict=False):
            grey = picture_of(ax)[..., 0]
            for number in (0, 7, 24):
                y, x = ((number // 5) * pitch[0] + 1, (number % 5) * pitch[1] + 1)
                seen = grey[y + 3 :: 6, x + 3 :: 6][: SHAPE[0], : SHAPE[1]]
                image = shown[name].sel(network=network)[number]
                expected = np.clip((image - low) / (high - low), 0, 1)
                np.testing.assert_allclose(seen, expected, atol=1e-6)
        like = first(tree, "observed/noisy", network)
        said = axes[3 * place + 1].get_xlabel().replace("\n", " ")
        assert f"correlation {float(like['own']):.2f} with their image" in said
        assert f"{float(like['other_decoded']):.2f} with another" in said


def test_frames_of_means_and_vectors_tell_matches(tree):
    """Beside each set, how many match of those there are; as many frames of either kind."""
    figure = figures.vectors(tree)
    count = len(networks_of(tree))
    for row, way in enumerate((RAW, QR)):
        for column, network in enumerate(networks_of(tree)):
            ax = figure.axes[row * count + column]
            matches = first(tree, "observed/decoded", network)["matches"].sel(way=way).values
            said = [text.get_text() for text in ax.get_yticklabels()]
            assert said == [
                f"set {number}: {int(part.sum())}/{len(part)}"
                for number, part in enumerate(np.split(matches, range(3, len(matches), 3)), 1)
            ]
            whole, pitch = picture_of(ax), [6 * side + 9 for side in SHAPE]
            for number, match in enumerate(matches):
                y, x = (number // 3) * pitch[0] + 1, (number % 3) * pitch[1] + 1
                edge = whole[y, x : x + pitch[1] - 3]
                colour = to_rgb(mosaic.MATCH if match else mosaic.MISS)
                share = np.isclose(edge, colour).all(axis=1).mean()
                assert share == 1 if match else 0.3 < share < 0.7


def test_a_cut_set_ends_in_nothing():
    """Eight vectors of three labels: the last place is neither match nor miss."""
    sets = by_set(np.array([1, 1, 0, 0, 1, 0, 1, 0]), 3)
    np.testing.assert_array_equal(sets, [[1, 1, 0], [0, 1, 0], [1, 0, np.nan]])


# --- laws and measurements ------------------------------------------------------------------------


def test_residuals_are_drawn_with_both_laws(tree):
    """Signal in black, noise in white; closed law, simulated law; lines at l and 2 l - 1."""
    figure = figures.residuals(tree)
    for row, network in enumerate(networks_of(tree)):
        means, vectors, ax = figure.axes[3 * row : 3 * row + 3]
        said, seen = first(tree, "forecast", network), first(tree, "observed/residuals", network)
        for label, name in (("simulated law", "corrected"), ("closed law", "closed")):
            drawn = line_named(ax, label).get_ydata()
            np.testing.assert_array_equal(drawn, said[f"residual_{name}"][3:])
        signal = line_named(ax, "measured, signal")
        noise = line_named(ax, "noise")
        np.testing.assert_array_equal(signal.get_xdata(), np.flatnonzero(seen["signal"]))
        for line in (signal, noise):
            np.testing.assert_array_equal(line.get_ydata(), seen["squares"][line.get_xdata()])
        assert len(signal.get_xdata()) + len(noise.get_xdata()) == seen.sizes["vector"]
        assert {3.0, 5.0} <= {line.get_xdata()[0] for line in ax.get_lines()}
        rows = first(tree, "setup", network)["mean"].values
        gram, lengths = rows @ rows.T, np.linalg.norm(rows, axis=1)
        np.testing.assert_allclose(picture_of(means), gram / np.outer(lengths, lengths), atol=1e-12)
        np.testing.assert_allclose(picture_of(vectors), np.eye(len(rows)), atol=1e-12)


def test_the_sum_beyond_the_second_set_is_told(one):
    """Measured over simulated, k = 6 and 7."""
    ax = figures.residuals(one).axes[2]
    said, seen = first(one, "forecast", "rho = 3"), first(one, "observed/residuals", "rho = 3")
    ratio = float(seen["squares"][6:].sum() / said["residual_corrected"][6:].sum())
    assert ax.get_title() == f"sum over k ≥ 6, measured over simulated: {ratio:.3f}"


@pytest.mark.parametrize("freedom", [1, 5, 80])
def test_the_band_of_a_residual_is_that_of_chi_squared(freedom):
    """chi^2 over its freedom: mean 1, deviation sqrt(2/freedom); positive where two deviations are not."""
    low, high = band(np.array([1.0]), np.array([np.sqrt(2 / freedom)]))
    ends = stats.chi2.ppf([(1 - SHARE) / 2, (1 + SHARE) / 2], freedom) / freedom
    np.testing.assert_allclose([low[0], high[0]], ends)
    assert low[0] > 0


def test_densities_are_those_of_the_tree_in_wider_bins(tree):
    """Means over four bins of each label; N(0, 1) averaged over the same bins; its difference below."""
    figure = figures.densities(tree)
    count = len(networks_of(tree))
    for column, network in enumerate(networks_of(tree)):
        seen = first(tree, "observed/densities", network)
        normal, *lines = figure.axes[column].get_lines()
        encoded = seen["encoded"].values.reshape(LABELS, -1, MERGED).mean(axis=2)
        np.testing.assert_allclose([line.get_ydata() for line in lines], encoded)
        middles = normal.get_xdata()
        edges = np.append(middles, 2 * middles[-1] - middles[-2]) - (middles[1] - middles[0]) / 2
        np.testing.assert_allclose(
            normal.get_ydata(), np.diff(stats.norm.cdf(edges)) / np.diff(edges)
        )
        random = seen["random"].values.reshape(LABELS, -1, MERGED).mean(axis=2)
        below = [line.get_ydata() for line in figure.axes[2 * count + column].get_lines()]
        np.testing.assert_allclose(below, random - normal_density(middles), atol=1e-15)
        parts = first(tree, "observed/parts", network)
        assert f"mean of σ {float(parts['mean_deviation']):.2f}" in figure.axes[column].get_title()


def test_trials_stand_beside_their_forecast(tree):
    """Every trial of every seed; a dashed line at the mean of the law, a band of two of its deviations."""
    figure = figures.trials(tree)
    count = len(networks_of(tree))
    for column, network in enumerate(networks_of(tree)):
        ax = figure.axes[count + column]
        said = results.dataset(tree, "forecast").sel(network=network)
        seen = results.dataset(tree, "observed/trials").sel(network=network)
        decoded = np.concatenate([x.get_ydata() for x in lines_of(ax, marker="^")])
        np.testing.assert_array_equal(decoded, seen["encode_decode"].values.ravel())
        for way, (colour, marker) in RULES.items():
            dots = np.concatenate([x.get_ydata() for x in lines_of(ax, marker=marker)])
            np.testing.assert_array_equal(dots, seen["accuracy"].sel(way=way).values.ravel())
            dashed = [
                x for x in ax.get_lines() if x.get_linestyle() == "--" and x.get_color() == colour
            ]
            for line, seed in zip(dashed, seeds_of(tree), strict=True):
                np.testing.assert_array_equal(
                    line.get_ydata(), [said[LAW].sel(seed=seed, way=way)] * 2
                )
        ends = [c.get_paths()[0].vertices[:, 1] for c in ax.collections]
        assert len(ends) == 2 * len(seeds_of(tree))
        law = said.isel(seed=0).sel(way="qr absolute")
        width = 4 * float(law["trial_deviation"])
        assert ends[0].max() - ends[0].min() == pytest.approx(width)
        assert (ends[0].max() + ends[0].min()) / 2 == pytest.approx(float(law[LAW]))


def test_the_batch_tells_what_was_read(tree):
    """As many right as are drawn so; each wrong one with its true label and the vector that won."""
    figure = figures.trials(tree)
    for ax, network in zip(figure.axes, networks_of(tree), strict=False):
        shown = first(tree, "observed/pictures", network)
        true, read = shown["picture_label"].values, shown["picture_read"].values
        right = line_named(ax, "read right")
        np.testing.assert_array_equal(right.get_xdata(), 1 + np.flatnonzero(true == read))
        np.testing.assert_array_equal(right.get_ydata(), true[true == read])
        assert f"{(true == read).sum()} of {len(true)} read right" in ax.get_title()
        instead = line_named(ax, "read instead")
        foreign = [x for x in ax.get_lines() if x.get_label() == "read instead, of a later set"]
        drawn = len(instead.get_xdata()) + sum(len(x.get_xdata()) for x in foreign)
        assert drawn == (true != read).sum()
        np.testing.assert_array_equal(instead.get_ydata(), read[(true != read) & (read < LABELS)])


def test_rank_curves_are_those_of_the_tree(tree):
    """Both bases, each law of the first seed in full, the mean of the trials as dots."""
    figure = figures.ranks(tree)
    count = len(networks_of(tree))
    for row, method in enumerate(METHODS):
        for column, network in enumerate(networks_of(tree)):
            ax = figure.axes[row * count + column]
            said = first(tree, "forecast", network).sel(basis=method)
            for rung in (ONE, CLASSES, LAW):
                drawn = line_named(ax, rung)
                np.testing.assert_array_equal(drawn.get_ydata(), said[f"rank_{rung}"])
            trials_seen = first(tree, "observed/trials", network)["ranks"].sel(basis=method)
            dots = line_named(ax, "trials").get_ydata()
            np.testing.assert_allclose(dots, trials_seen.mean("trial"))
            assert dots[-1] == 1
            assert len(ax.get_lines()) == 4 * len(seeds_of(tree))


def test_reliabilities_are_drawn_by_deciles(tree):
    """Hit rate against forecast, and their difference; bars of two binomial deviations."""
    figure = figures.reliability(tree)
    count = len(networks_of(tree))
    for column, network in enumerate(networks_of(tree)):
        ax, below = figure.axes[column], figure.axes[count + column]
        said, seen = (first(tree, g, network) for g in ("forecast", "observed/trials"))
        predicted, hits = deciles(said, seen, "qr absolute")
        points = ax.containers[0].lines[0]
        np.testing.assert_array_equal(points.get_xdata(), predicted)
        np.testing.assert_array_equal(points.get_ydata(), hits)
        np.testing.assert_array_equal(below.containers[0].lines[0].get_ydata(), hits - predicted)
        (bars,) = below.containers[0].lines[2]
        lengths = [np.ptp(segment[:, 1]) for segment in bars.get_segments()]
        error = scatter(said["reliability"].sel(way="qr absolute").values, TRIALS)
        np.testing.assert_allclose(lengths, 4 * error, atol=1e-12)
        assert len(ax.containers) == 2 * len(seeds_of(tree))


def test_the_scatter_of_a_decile_is_that_of_its_draws():
    """20 images of given P, 4 trials: standard deviation over 20,000 draws of all, within 3 %."""
    generator = np.random.default_rng(3)
    reliable = np.sort(generator.uniform(size=20))
    hits = generator.binomial(4, reliable, size=(20_000, 20)) / 4
    drawn = hits.reshape(-1, 10, 2).mean(axis=2).std(axis=0)
    np.testing.assert_allclose(scatter(reliable, 4), drawn, rtol=0.03)


def test_cosines_are_bars_of_the_first_set(tree):
    """A bar a label and basis, of the first seed; the mean over labels and seeds in the title."""
    for ax, network in zip(figures.cosines(tree).axes, networks_of(tree), strict=True):
        heights = [bar.get_height() for bar in ax.patches]
        seen = first(tree, "observed/decoded", network)["cosine"].isel(vector=slice(LABELS))
        np.testing.assert_array_equal(heights, seen.sel(basis=list(METHODS)).values.ravel())
        every = results.array(tree, "observed/decoded", "cosine").sel(network=network)
        mean = float(every.sel(basis=QR).isel(vector=slice(LABELS)).mean())
        assert f"{QR} {mean:.3f}" in ax.get_title()


# --- amplitudes, energy, tours --------------------------------------------------------------------


def test_profiles_start_at_one_and_fall(tree):
    """Mean sorted magnitudes over the largest; densities in bins of a tenth, whose sum is one."""
    figure = figures.amplitudes(tree)
    for row, network in enumerate(networks_of(tree)):
        profiles, *densities = figure.axes[4 * row : 4 * row + 4]
        seen = first(tree, "observed/profiles", network)
        for place in seen["set"].values:
            drawn = line_named(profiles, f"label {place}").get_ydata()
            np.testing.assert_array_equal(drawn, seen["profile"].sel(set=place))
            if np.isfinite(drawn).all():
                assert drawn[0] == pytest.approx(1)
                assert (np.diff(drawn) <= 0).all()
        for ax, place in zip(densities, seen["set"].values, strict=True):
            count = int(seen["images"].sel(set=place))
            assert ax.get_title() == f"label {place}: {count} images"
            stairs = ax.patches[0].get_data()
            assert len(stairs.values) == 40 // WIDE
            assert not count or stairs.values.sum() / len(stairs.values) == pytest.approx(1)


@pytest.mark.parametrize(
    ("counts", "half"), [([1, 1, 1, 1], 0.5), ([0, 4, 0, 0], 0.375), ([3, 1, 1, 1], 0.25)]
)
def test_the_median_of_a_histogram(counts, half):
    """Four bins from 0 to 1, linear inside a bin."""
    assert median(xr.DataArray(counts, dims="value")) == pytest.approx(half)


def test_truncation_shows_labels_accuracy_and_energy(tree):
    """A label in each corner; accuracy with its binomial scatter; energy with that of noise."""
    figure = figures.truncation(tree)
    for row, network in enumerate(networks_of(tree)):
        pictures, accuracy, energy = figure.axes[3 * row : 3 * row + 3]
        shown = first(tree, "observed/pictures", network)
        labels = np.column_stack([shown["row_label"], shown["truncated_label"]])
        texts = [text.get_text() for text in pictures.texts]
        assert texts == ["abc"[label] for label in labels.ravel()]
        parts, said = first(tree, "observed/parts", network), first(tree, "forecast", network)
        points, _, (bars,) = accuracy.containers[0].lines
        np.testing.assert_array_equal(points.get_ydata(), parts["truncated"])
        right = parts["truncated"].values
        lengths = [np.ptp(segment[:, 1]) for segment in bars.get_segments()]
        np.testing.assert_allclose(lengths, 4 * np.sqrt(right * (1 - right) / TESTS), atol=1e-12)
        whole = line_named(accuracy, "all amplitudes, the same latents").get_ydata()
        np.testing.assert_array_equal(whole, [parts["encode_decode_same"]] * 2)
        noise = line_named(energy, "of noise, $K_r$").get_ydata()
        np.testing.assert_array_equal(noise, said["energy_noise"])
        drawn = line_named(energy, "training images, forecast").get_ydata()
        np.testing.assert_array_equal(drawn, said[f"energy_{TRAINING}"])
        seen = first(tree, "observed/trials", network)["energy"].mean("trial")
        np.testing.assert_allclose(line_named(energy, "trials").get_ydata(), seen)


def test_tours_show_that_rank_one_forgets_its_input(tree):
    """A row a label from a to c, a column an input: beyond the start all columns of a branch are the same."""
    figure = figures.tour(tree)
    for row, network in enumerate(networks_of(tree)):
        axes = dict(zip(NAMES, figure.axes[4 * row : 4 * row + 4], strict=True))
        assert [t.get_text() for t in axes["rank one"].get_yticklabels()] == list("abc")
        shown = first(tree, "observed/pictures", network)
        way = stops(shown.sel(operator="rank one"))
        assert way.sizes["moment"] == LABELS
        different = {np.round(image, 5).tobytes() for image in way["tour"].values[1]}
        assert len(different) <= 2
        tours = first(tree, "observed/tours", network)
        for operator, ax in axes.items():
            here = tours.sel(operator=operator)
            apart = float(here["diversity"].mean() / tours["start_diversity"])
            said = ax.get_xlabel().replace("\n", " ")
            assert said == (
                f"{float(here['rate'].mean()):.0%} arrive; distance of two images {apart:.2f} of that at "
                "the start"
            )


def test_every_picture_of_a_row_has_its_own_label(one):
    """Labels that all differ from picture to picture stand in their corners, in frames of misses."""
    shown = results.dataset(one, "observed/pictures")
    true = np.zeros_like(shown["row_label"])
    read = np.broadcast_to(1 + np.arange(shown.sizes["term"]) % 2, shown["truncated_label"].shape)
    tree = changed(one, "observed/pictures", row_label=true, truncated_label=read)
    ax = figures.truncation(tree).axes[0]
    texts = np.array([text.get_text() for text in ax.texts]).reshape(-1, 1 + shown.sizes["term"])
    assert set(map("".join, texts)) == {"abcbcb"}
    assert not np.isclose(picture_of(ax), to_rgb(mosaic.MATCH)).all(axis=-1).any()


def test_the_distance_of_a_tour_is_that_of_all_its_inputs(one):
    """Not that of one branch; and frames are by the label read at each stop."""
    shown, tours = (results.dataset(one, f"observed/{name}") for name in ("pictures", "tours"))
    tree = changed(one, "observed/tours", diversity=0 * tours["diversity"].values + 3.0)
    tree = changed(tree, "observed/pictures", tour_label=0 * shown["tour_label"].values)
    ax = figures.tour(tree).axes[0]
    apart = 3.0 / float(tours["start_diversity"].item())
    assert f"images {apart:.2f} of that" in ax.get_xlabel()
    match = np.isclose(picture_of(ax), to_rgb(mosaic.MATCH)).all(axis=-1)
    third = len(match) // 3
    assert match[:third].any()
    assert not match[third:].any()


def test_rates_of_transport_are_mapped_pair_by_pair(tree):
    """From a label down, to another across, nothing on the diagonal; mean and forecast above."""
    axes = iter(figures.transport(tree).axes)
    rate = results.array(tree, "observed/transport", "rate").mean("seed")
    said = results.array(tree, "forecast", "transport_decoded").mean("seed")
    for network in networks_of(tree):
        for operator in rate["operator"].values:
            ax, here = next(axes), {"network": network, "operator": operator}
            (image,) = ax.images
            drawn = np.ma.filled(image.get_array().astype(float), np.nan)
            np.testing.assert_array_equal(drawn, rate.sel(here))
            assert np.isnan(np.diag(drawn)).all()
            found, forecast = float(rate.sel(here).mean()), float(said.sel(here))
            assert ax.get_title() == f"{operator}\n{found:.1%}, forecast {forecast:.1%}"


# --- further looks --------------------------------------------------------------------------------


def test_a_linear_generator_has_no_order(tree):
    """What is left is rounding: no guide, no order in the title; the line of unrelated images at sqrt 3."""
    for ax, network in zip(figures.linearity(tree).axes, networks_of(tree), strict=True):
        assert ax.get_title() == network
        seen = first(tree, "observed/linearity", network)["overall"].sel(way="trained")
        np.testing.assert_array_equal(line_named(ax, "trained").get_ydata(), seen)
        assert line_named(ax, "unrelated images, √3").get_ydata()[0] ** 2 == pytest.approx(3)
        assert not [
            x
            for x in ax.get_lines()
            if x.get_label() in ("untrained", "slope 1: deviation of order 2")
        ]


def test_the_guide_of_a_curved_generator_has_slope_one(one):
    """Deviation proportional to the distance over half the chord: the guide goes through every point."""
    tree = one.copy()
    seen = results.dataset(one, "observed/linearity").copy(deep=True)
    seen["overall"].loc[{"way": "trained"}] = 0.5 * seen["distance"]
    seen["overall"].loc[{"way": "untrained"}] = 0.25 * seen["distance"]
    seen["order"].loc[{"way": "trained"}] = 2.0
    tree["/observed/linearity"] = xr.DataTree(seen)
    (ax,) = figures.linearity(tree).axes
    guide = line_named(ax, "slope 1: deviation of order 2")
    np.testing.assert_allclose(guide.get_ydata(), 0.5 * guide.get_xdata())
    np.testing.assert_allclose(line_named(ax, "untrained").get_ydata(), 0.25 * guide.get_xdata())
    assert ax.get_title() == "rho = 3: deviation of order 2.00"


def test_noisy_images_before_and_after(tree):
    """Accuracy above, pixel correlation below: noisy images, decoded ones, those of few amplitudes."""
    figure = figures.noisy(tree)
    count = len(networks_of(tree))
    names = (("classifier", "mean_decode", "truncated"),)
    names += (("correlation", "decoded_correlation", "truncated_correlation"),)
    for row, (before, decoded, kept) in enumerate(names):
        for column, network in enumerate(networks_of(tree)):
            ax, seen = figure.axes[row * count + column], first(tree, "observed/noisy", network)
            np.testing.assert_array_equal(line_named(ax, "noisy images").get_ydata(), seen[before])
            np.testing.assert_array_equal(line_named(ax, "decoded").get_ydata(), seen[decoded])
            for r in seen["kept"].values:
                drawn = line_named(ax, f"decoded, r = {r}").get_ydata()
                np.testing.assert_array_equal(drawn, seen[kept].sel(kept=r))


def test_the_ladder_is_drawn_rung_by_rung(tree):
    """From the law of one parameter to the mean of the trials; a bar a step of this ladder alone."""
    figure = figures.ladders(tree)
    *upper, bars = figure.axes
    ladder = results.ladder(tree, "accuracy")
    for ax, network in zip(upper, networks_of(tree), strict=True):
        said = first(tree, "forecast", network)
        seen = first(tree, "observed/trials", network)["accuracy"].mean("trial")
        for way in said["way"].values:
            line = line_named(ax, str(way)).get_ydata()
            expected = [
                *(said[rung].sel(way=way) for rung in (ONE, CLASSES, TRAINING, LAW, JOINT)),
                seen.sel(way=way),
            ]
            np.testing.assert_allclose(line, expected)
    assert [text.get_text() for text in bars.get_yticklabels()] == list(reversed(ladder.sources))
    assert len(bars.patches) == len(ladder.sources)
    least = min(
        row["worst"]
        for row in json.loads(tree["/budget"].attrs["rows"])
        if row["ladder"] == "accuracy"
    )
    assert bars.get_xlim()[0] <= least


# --- the film -------------------------------------------------------------------------------------


def pictures_of(content):
    from PIL import Image

    film = Image.open(io.BytesIO(content))
    for number in range(film.n_frames):
        film.seek(number)
        yield film.info["duration"], np.asarray(film.convert("RGB"), int)


def test_the_film_shows_every_moment_of_the_tour(tree):
    """Six pictures a turn, longer at each stop; a pixel of a panel is that of the tour, to half a grey."""
    content = figures.films(tree)[".gif"]
    assert len(content) < animation.MOST_BYTES
    shown = results.dataset(tree, "observed/pictures").isel(seed=0)
    low, high = float(shown["real"].min()), float(shown["real"].max())
    pictures = list(pictures_of(content))
    assert len(pictures) == shown.sizes["moment"] == 6 * (LABELS - 1) + 1
    networks = networks_of(tree)
    wide = film_gif.PANEL // len(networks)
    enlarged = (wide - 2) // max(SHAPE)
    for moment, (duration, picture) in enumerate(pictures):
        stay = film_gif.STAY if moment % 6 == 0 else 1
        assert duration == stay * film_gif.MILLISECONDS
        for panel, operator in enumerate(NAMES):
            for column, network in enumerate(networks):
                left = film_gif.GAP + panel * (film_gif.PANEL + film_gif.GAP) + column * wide
                top = film_gif.HEAD + 2 * (enlarged * SHAPE[0] + 2)
                tile = picture[
                    top : top + enlarged * SHAPE[0], left : left + enlarged * SHAPE[1], 0
                ]
                image = shown["tour"].sel(operator=operator, network=network)[moment, 2]
                expected = 255 * np.clip((image - low) / (high - low), 0, 1)
                middles = tile[enlarged // 2 :: enlarged, enlarged // 2 :: enlarged]
                np.testing.assert_allclose(middles, expected, atol=255 / 63 / 2 + 1)


# --- digits ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_figures_of_digits(tmp_path: Path):
    """Stored weights: both heads, 8 x 8 pixels, ten labels; every figure, and a film of 55 pictures."""
    from validation.latent_basis.setting import setting_of

    setting = setting_of(Config(preset="quick", trials=3))
    tree = tree_of(setting, tmp_path)
    assert list(figures.drawn(tree)) == list(figures.FIGURES)
    content = figures.films(tree)[".gif"]
    assert len(list(pictures_of(content))) == 55
    assert len(content) < animation.MOST_BYTES
    shown = results.dataset(tree, "observed/pictures").isel(seed=0)
    for network in networks_of(tree):
        way = stops(shown.sel(network=network, operator="rank one"))["tour"].values
        for stop in way[1:]:
            assert len({np.round(image, 4).tobytes() for image in stop}) <= 2
