"""The figures of latent_waves, drawn from small real runs: what they show is what the tree says."""

import io
import json

import numpy as np
import pytest
import xarray as xr

from numerics.latent_waves.lattice import disc_area, radius
from validation import cli, results
from validation.experiment import Work
from validation.latent_waves import discovery, figures, film_gif, findings
from validation.latent_waves.discovery import FILMS, HELD_OUT, PRINTED
from validation.latent_waves.figures import equations, plane, rings
from validation.latent_waves.figures.front import CORRECTED
from validation.latent_waves.figures.held_out import run
from validation.latent_waves.figures.strip import spaced
from validation.latent_waves.forecasting import FRONT, HALF_B, HANN
from validation.latent_waves.held_out_frames import BY_HANN, BY_P, PERSISTENCE, TIME_MEAN

SIDE, COUNT = 16, 2000
OF_FRONTS = {"film", "front", "order", "ring energies", "ring means", "width", "skill"}


def tree_of(options, folder):
    """The result of a configuration as `validation.experiment.run` builds it, without its checks."""
    experiment = cli.find("latent_waves")
    config, _ = cli.parse(experiment, [*options.split(), "--preset", "quick"])
    case = experiment.case(config)
    work = Work(folder)
    setup = case.prepare(work)
    forecast = case.forecast(setup, work)
    measured = case.measure(forecast, work)
    ladders = {x.name: x.completed(measured.ladders[x.name]) for x in forecast.ladders}
    rows = [row for ladder in ladders.values() for row in ladder.budget()]
    tree = xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs={"case": case.name}),
            "/setup": setup,
            "/forecast": forecast.predicted,
            "/observed": measured.observed,
            **{f"/ladders/{name}": ladder.to_dataset() for name, ladder in ladders.items()},
            "/budget": xr.Dataset(attrs={"rows": json.dumps(rows)}),
        }
    )
    return tree


@pytest.fixture(scope="module")
def gaussian(tmp_path_factory):
    """2000 stationary Gaussian images of 16 x 16 pixels, alpha = 3, p = 2; equations fitted."""
    options = f"--dataset gaussian --count {COUNT} --side {SIDE}"
    return tree_of(options, tmp_path_factory.mktemp("gaussian"))


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """8 x 8 pixels: too few rings for equations, and a ladder of four frames."""
    return tree_of("--dataset digits", tmp_path_factory.mktemp("digits"))


def line_named(ax, label):
    (line,) = (x for x in ax.get_lines() if x.get_label() == label)
    return line


def drawn_image(ax):
    (image,) = ax.images
    return np.asarray(image.get_array())


# --- which ----------------------------------------------------------------------------------------


def test_figures_are_those_that_there_is_data_for(gaussian, digits):
    """Equations are drawn where they were fitted; every axes says what it shows."""
    assert set(figures.of_images(digits)) == OF_FRONTS
    drawn = figures.of_images(gaussian)
    assert set(drawn) - {"diffusivity"} == OF_FRONTS | {"equations", "held-out frames"}
    for figure in drawn.values():
        assert figure.get_suptitle() or figure.axes[0].get_title()
        for ax in figure.axes:
            if ax.axison and ax.get_xticks().size and ax.lines:
                assert ax.get_xlabel() or ax.get_xticklabels()[0].get_text()


# --- the plane and its rings ----------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(16, 16), (12, 20), (20, 12)])
@pytest.mark.parametrize("p", [0.6, 1.0, 2.0, 3.1])
def test_a_ring_is_where_the_radius_of_the_lattice_has_its_value(shape, p):
    """|(y, x)|_p = 4.5 along the curve, both per longer side; it meets both axes."""
    x, y = plane.ring(4.5, p, shape)
    scaled = np.abs(x) * max(shape) / shape[1], np.abs(y) * max(shape) / shape[0]
    np.testing.assert_allclose((scaled[0] ** p + scaled[1] ** p) ** (1 / p), 4.5)
    assert x.max() == pytest.approx(4.5 * shape[1] / max(shape))
    assert y.min() == pytest.approx(-4.5 * shape[0] / max(shape))


def test_law_is_the_area_law_inside_the_plane(gaussian):
    """sqrt((j + 1/2)/C_p) up to half a side; beyond it the lattice's own radii, to the corner."""
    p = float(results.dataset(gaussian, "forecast")["p"])
    frames = np.arange(SIDE**2)
    law = np.sqrt((frames + 0.5) / disc_area(p))
    drawn = plane.law_radius(gaussian)
    inside = law <= SIDE / 2
    np.testing.assert_allclose(drawn[inside], law[inside])
    np.testing.assert_array_equal(drawn[~inside], np.sort(radius((SIDE, SIDE), p).ravel())[~inside])
    assert 0 < inside.sum() < len(frames)


@pytest.mark.parametrize("frames", [np.arange(61), np.arange(0, 1024, 5), np.array([0, 3, 9])])
def test_frames_are_spaced_by_their_logarithm(frames):
    """As many as asked for, or all there are: each once, in order, the first and the last among them."""
    chosen = spaced(frames, 12)
    assert len(chosen) == min(12, len(frames))
    assert (np.diff(chosen) > 0).all()
    assert (chosen[0], chosen[-1]) == (frames[0], frames[-1])
    steps = np.diff(np.log(chosen + 1.0))
    assert len(frames) < 12 or steps[-4:].max() < 1.2 * steps[-4:].min()


# --- the front ------------------------------------------------------------------------------------


@pytest.mark.parametrize("run", ["gaussian", "digits"])
def test_the_strip_shows_the_frames_that_it_names(run, request):
    """Grey is log10 of the square root of the energy; the rings are those of law and ladder."""
    tree = request.getfixturevalue(run)
    figure = figures.strip(tree)
    film = results.array(tree, "observed/film", "energy")
    radii, p = plane.forecast_radii(tree), float(results.dataset(tree, "forecast")["p"])
    shown = [ax for ax in figure.axes if ax.get_title().startswith("j = ")]
    assert len(shown) == 12
    for ax in shown:
        frame = int(ax.get_title().removeprefix("j = "))
        np.testing.assert_allclose(10 ** drawn_image(ax), np.sqrt(film.sel(frame=frame)), rtol=1e-5)
        sizes = [
            (np.abs(line.get_xdata()) ** p + np.abs(line.get_ydata()) ** p) ** (1 / p)
            for line in ax.get_lines()
        ]
        expected = [one[frame] for one in radii.values() if frame in one]
        np.testing.assert_allclose([size.mean() for size in sizes], expected)
        np.testing.assert_allclose([size.std() for size in sizes], 0, atol=1e-9)
    limits = {ax.images[0].get_clim() for ax in shown}
    assert len(limits) == 1


@pytest.mark.parametrize("run", ["gaussian", "digits"])
def test_the_front_is_drawn_on_every_rung(run, request):
    """A line a rung but the last, dots of half B; f raises the area law by 1/sqrt(f)."""
    tree = request.getfixturevalue(run)
    ax, ratios, bars = figures.front(tree).axes
    ladder = results.ladder(tree, FRONT)
    area = ladder.rungs[0].value
    for rung in ladder.rungs[:-1]:
        np.testing.assert_array_equal(line_named(ax, rung.name).get_ydata(), rung.value)
        np.testing.assert_array_equal(line_named(ratios, rung.name).get_ydata(), rung.value / area)
    forecast = results.dataset(tree, "forecast")
    corrected = line_named(ax, CORRECTED)
    area = forecast["area_fraction"].item() * disc_area(forecast["p"].item())
    law = np.sqrt((corrected.get_xdata() + 0.5) / area)
    np.testing.assert_allclose(corrected.get_ydata(), law, rtol=0.01)  # smoothed over 9 frames
    dots = line_named(ax, "half B, measured")
    measured = ladder.rung(HALF_B).sel(frame=dots.get_xdata())
    np.testing.assert_array_equal(dots.get_ydata(), measured)
    assert len(bars.patches) == len(ladder.rungs) - 1
    least = min(row["worst"] for row in json.loads(tree["/budget"].attrs["rows"]))
    assert bars.get_xlim()[0] <= least


def test_the_phase_space_count_is_what_the_ladder_predicts(gaussian):
    """Power spectrum minus count is the forecast size of the step to the locally stationary model."""
    ax = figures.front(gaussian).axes[0]
    step = (
        line_named(ax, "power spectrum").get_ydata()
        - line_named(ax, "phase-space count").get_ydata()
    )
    ladder = results.ladder(gaussian, FRONT)
    np.testing.assert_allclose(step, ladder.predictions["position dependence"].value, atol=1e-12)


def test_the_width_of_a_gaussian_ensemble_is_that_of_its_law(gaussian):
    """4 pi j^2/(alpha^2 m), alpha and m of half A, within a quarter where the law holds."""
    (ax,) = figures.width(gaussian).axes
    law, valid, measured = ax.get_lines()
    frames = law.get_xdata()
    slope = float(results.dataset(gaussian, "forecast")["slope"])
    np.testing.assert_allclose(law.get_ydata(), 4 * np.pi * frames**2 / (slope**2 * COUNT / 2))
    all_widths = results.array(gaussian, "observed/half_b", "width")
    np.testing.assert_array_equal(measured.get_ydata(), all_widths.sel(frame=frames))
    assert int(np.isfinite(all_widths).sum()) == len(frames) == 12
    inside = np.isfinite(valid.get_ydata())
    p = float(results.dataset(gaussian, "forecast")["p"])
    holds = (law.get_ydata() > 8) & (law.get_ydata() < 0.15 * frames)
    holds &= frames + 0.5 < disc_area(p) * (SIDE / 2) ** 2
    np.testing.assert_array_equal(inside, holds)
    assert inside.any()
    np.testing.assert_allclose(measured.get_ydata()[inside], law.get_ydata()[inside], rtol=0.25)


def test_a_film_too_short_for_its_width_has_no_such_figure(digits):
    """With fewer frames than are pooled there is nothing to draw, and nothing is."""
    tree = digits.copy()
    nothing = results.dataset(digits, "forecast/width").isel(frame=slice(0))
    tree["/forecast/width"] = xr.DataTree(nothing)
    assert figures.width(tree) is None
    assert "width" not in figures.of_images(tree)


# --- order and energies ---------------------------------------------------------------------------


@pytest.mark.parametrize("run", ["gaussian", "digits"])
def test_orders_are_drawn_as_they_are_and_compared_by_rank(run, request):
    """t(k) of half B, rank of half A; the difference is of two orders: both count from 0 to n - 1."""
    tree = request.getfixturevalue(run)
    measured, forecast, difference = figures.order(tree).axes[:3]
    half = results.dataset(tree, "observed/half_b")
    by_rank = results.array(tree, "forecast/order", "order").sel(model=HANN)
    np.testing.assert_array_equal(drawn_image(measured), half["order"])
    np.testing.assert_array_equal(drawn_image(forecast), by_rank)
    own = half["order"].values
    below = (own[None, None] < own[..., None, None]).sum((-1, -2))
    equal = (own[None, None] == own[..., None, None]).sum((-1, -2))
    np.testing.assert_allclose(drawn_image(difference), below + (equal - 1) / 2 - by_rank.values)
    assert drawn_image(difference).sum() == pytest.approx(0)
    p = float(half["best_p"])
    for line in measured.get_lines():
        sizes = (np.abs(line.get_xdata()) ** p + np.abs(line.get_ydata()) ** p) ** (1 / p)
        assert np.ptp(sizes) < 1e-9
    assert len(measured.get_lines()) == 5


def test_ring_energies_are_means_over_nine_frames(gaussian):
    """Drawn at frame j is the mean of j - 4 to j + 4; the third panel is the first minus the second."""
    seen, known, difference = figures.energies(gaussian).axes[:3]
    energy = results.array(gaussian, "observed/half_b", "ring_energy")
    drawn = drawn_image(seen)
    assert drawn.shape[1] == energy.sizes["frame"] - 8
    np.testing.assert_allclose(drawn[:, 50], energy.sel(frame=slice(50, 58)).mean("frame"))
    assert seen.images[0].get_extent()[:2] == [3.5, SIDE**2 - 4.5]
    np.testing.assert_array_equal(drawn_image(difference), drawn - drawn_image(known))
    share = findings.ring_energy_r2(gaussian, "locally stationary", rings.WINDOW)
    assert f"{share:.3f}" in known.get_title()


@pytest.mark.parametrize("run", ["gaussian", "digits"])
def test_ring_means_stay_below_their_bound(run, request):
    """The mean over c points is at most 1/sqrt(c); a ring by a loop over its points is the same."""
    tree = request.getfixturevalue(run)
    ax, last = figures.means(tree).axes[:2]
    *profiles, bound = ax.get_lines()
    film = results.array(tree, "observed/film", "energy")
    ring_of = np.rint(radius(film.shape[1:], 2.0)).astype(int)
    np.testing.assert_allclose(bound.get_ydata() ** -2, np.bincount(ring_of.ravel()))
    for line in profiles:
        assert (line.get_ydata() <= bound.get_ydata() * (1 + 1e-6)).all()
    frame = int(profiles[3].get_label().removeprefix("j = "))
    magnitude = np.sqrt(film.sel(frame=frame).values)
    assert profiles[3].get_ydata()[2] == pytest.approx(magnitude[ring_of == 2].mean(), rel=1e-6)
    np.testing.assert_allclose(10 ** drawn_image(last), np.sqrt(film.isel(frame=-1)), rtol=1e-5)
    assert f"j = {int(film['frame'][-1])}" in last.get_title()


def test_skills_are_those_of_the_tree(gaussian):
    """A line a way to forecast, over its leads; no p is stated for Gaussian images, and none is shown."""
    (ax,) = figures.skill(gaussian).axes
    found = results.dataset(gaussian, "observed/skill")
    lines = [line for line in ax.get_lines() if line.get_marker() != "None"]
    np.testing.assert_array_equal([line.get_ydata() for line in lines], found["skill"])
    assert [line.get_label() for line in lines] == [PERSISTENCE, BY_P, BY_HANN]


# --- equations ------------------------------------------------------------------------------------


def test_bars_are_the_equations_and_the_mean_null(gaussian):
    """Two bars an equation and a null, a dot a seed; equal equations stand once under all their names."""
    axes = figures.explained(gaussian).axes
    for ax, name in zip(axes, FILMS, strict=True):
        film = results.dataset(gaussian, f"observed/equations/{name}")
        nulls = results.dataset(gaussian, f"observed/equations/{name}/nulls")["nulls"]
        nulls = nulls.sel(library="twelve terms", window=1)
        titles = equations.distinct(film)
        count = len(titles) + nulls.sizes["null"]
        heights = [bar.get_height() for bar in ax.patches]
        assert len(heights) == 2 * count
        expected = [
            *film["train"].sel(equation=list(titles)).values,
            *nulls.sel(part="train").mean("trial").values,
            *film["held_out"].sel(equation=list(titles)).values,
            *nulls.sel(part="held out").mean("trial").values,
        ]
        np.testing.assert_allclose(heights, expected)
        dots = [line for line in ax.get_lines() if line.get_marker() == "o"]
        assert sum(len(line.get_xdata()) for line in dots) == 2 * nulls.sizes["null"] * 4
        labels = " ".join(text.get_text().replace("\n", " ") for text in ax.get_xticklabels())
        assert all(str(n) in labels for n in film["equation"].values)


def equations_of(**coefficients):
    """A film's equations by name, as a dict of term to coefficient."""
    terms = ["1", "u", "u u_x", "u u_xx", "u^2 u_xx", "u^2 u_xxx", "u_xx"]
    values = [[one.get(term, np.nan) for term in terms] for one in coefficients.values()]
    return xr.Dataset(
        {"coefficient": (("equation", "term"), values)},
        coords={"equation": list(coefficients), "term": terms},
    )


def test_equal_equations_are_one():
    """The first name stands for both; another coefficient, or a term more, is another equation."""
    film = equations_of(a={"u": 1.0}, b={"u": 2.0}, c={"u": 1.0}, d={"u": 1.0, "1": 1.0})
    assert equations.distinct(film) == {"a": "a = c", "b": "b", "d": "d"}


@pytest.mark.parametrize(
    ("printed", "fitted", "chosen"),
    [
        ({"u_xx": 0.169, "u u_xx": -1.034}, {"u_xx": 1.0}, PRINTED),
        ({"u^2 u_xxx": -0.016}, {"u": 1.0, "u^2 u_xx": 2.0}, HELD_OUT),
        ({"u^2 u_xxx": -0.016}, {"u u_x": 1.0}, None),
    ],
)
def test_diffusivity_is_of_the_first_equation_that_has_one(printed, fitted, chosen):
    """As printed before fitted; an equation without second derivative has none."""
    film = equations_of(**{PRINTED: printed, HELD_OUT: fitted, discovery.DENSE: {"u_xx": 1.0}})
    assert equations.with_diffusion(film) == chosen


def with_printed(tree, coefficients):
    """The tree with an equation of the paper's film replaced, and none in the other film."""
    tree = tree.copy()
    for name in FILMS:
        film = results.dataset(tree, f"observed/equations/{name}").copy(deep=True)
        film["coefficient"][...] = np.nan
        if name == discovery.PAPER:
            for term, value in coefficients.items():
                film["coefficient"].loc[{"equation": HELD_OUT, "term": term}] = value
        tree[f"/observed/equations/{name}"].dataset = film
    return tree


def test_negative_diffusivity_is_shaded(gaussian):
    """0.1691 - 1.0345 u + 1.2145 u^2 is negative between 0.2206 and 0.6312, least -0.0512."""
    tree = with_printed(gaussian, {"u_xx": 0.1691, "u u_xx": -1.0345, "u^2 u_xx": 1.2145})
    figure = figures.diffusivity(tree)
    ax, counts = figure.axes
    line = line_named(ax, "D(u)")
    assert line.get_ydata().min() == pytest.approx(-0.0512, abs=1e-4)
    (shade,) = ax.collections
    corners = shade.get_paths()[0].vertices[:, 0]
    assert corners.min() == pytest.approx(0.2206, abs=0.0025)
    assert corners.max() == pytest.approx(0.6312, abs=0.0025)
    film = results.dataset(tree, f"observed/equations/{discovery.PAPER}")
    u = equations.scaled(film)
    assert (u.min(), u.max()) == (pytest.approx(0), pytest.approx(1))
    assert sum(bar.get_height() for bar in counts.patches) == u.size
    share = float(((u > 0.2206) & (u < 0.6312)).mean())
    assert f"D < 0 on {share:.1%}" in ax.get_title()


def test_without_second_derivatives_there_is_no_diffusivity(gaussian):
    """Nothing is drawn, and no empty axes."""
    assert figures.diffusivity(with_printed(gaussian, {"u u_x": 1.0})) is None


def test_held_out_profiles_are_those_of_the_tree(gaussian):
    """What came, the window before, both shifts, and the equations that ran: none that did not."""
    figure = figures.held_out(gaussian)
    for ax, name in zip(figure.axes, FILMS, strict=True):
        film = results.dataset(gaussian, f"observed/equations/{name}")
        np.testing.assert_array_equal(line_named(ax, "what came").get_ydata(), film["target"])
        for line in ax.get_lines()[1:]:
            said = float(line.get_label().partition("rmse ")[2].partition(";")[0])
            missed = line.get_ydata() - film["target"].values
            assert np.sqrt((missed**2).mean()) == pytest.approx(said, rel=5e-3)
        ways = [w for w in film["way"].values if w != TIME_MEAN]
        assert len(ax.get_lines()) == 1 + len(ways) + len(run(film))


def test_equations_that_ran_are_drawn_with_their_null(gaussian):
    """An equation with a finite rmse has a line; its label tells the rmse of its terms on a null."""
    tree = gaussian.copy()
    film = results.dataset(tree, f"observed/equations/{discovery.OWN}").copy(deep=True)
    film["simulated"].loc[{"equation": HELD_OUT}] = film["target"] + 0.125
    film["rmse"].loc[{"equation": HELD_OUT}] = 0.125
    film["null_rmse"].loc[{"equation": HELD_OUT}] = 0.25
    tree[f"/observed/equations/{discovery.OWN}"].dataset = film
    ax = figures.held_out(tree).axes[1]
    (line,) = (x for x in ax.get_lines() if x.get_label().startswith(HELD_OUT))
    assert line.get_label().endswith("rmse 0.125; fitted to a null 0.25")
    np.testing.assert_allclose(line.get_ydata() - film["target"], 0.125)


# --- the film as a GIF ----------------------------------------------------------------------------


def pictures_of(content):
    from PIL import Image

    film = Image.open(io.BytesIO(content))
    for number in range(film.n_frames):
        film.seek(number)
        yield np.asarray(film.convert("RGB"), int)


@pytest.mark.parametrize("run", ["gaussian", "digits"])
def test_every_frame_of_the_gif_is_grey_with_coloured_rings(run, request):
    """At most 200 frames, 320 pixels and a caption; off the rings a pixel is the frame's grey."""
    tree = request.getfixturevalue(run)
    film = results.array(tree, "observed/film", "energy")
    content = film_gif.gif(tree)
    assert len(content) < 5_000_000
    pictures = list(pictures_of(content))
    assert len(pictures) == min(200, film.sizes["frame"])
    low, high = plane.colour_limits(film[0].size)
    enlarged = 320 // film.shape[-1]
    for picture, energy in list(zip(pictures, film, strict=True))[::13]:
        assert picture.shape == (320 + film_gif.CAPTION, 320, 3)
        share = np.clip((0.5 * np.log10(energy.values) - low) / (high - low), 0, 1)
        middles = picture[: -film_gif.CAPTION][enlarged // 2 :: enlarged, enlarged // 2 :: enlarged]
        off = np.ptp(middles, axis=-1) == 0  # no ring there
        assert off.mean() > 0.5
        np.testing.assert_allclose(middles[off][:, 0], 255 * share[off], atol=255 / 63)


def test_the_ring_of_the_gif_is_where_the_law_puts_it(gaussian):
    """Along the horizontal axis the outermost coloured pixel is at R(j), to half a pixel of the lattice."""
    film = results.array(gaussian, "observed/film", "energy")
    frame = 5
    picture = list(pictures_of(film_gif.gif(gaussian)))[frame]
    enlarged = 320 // SIDE
    row = picture[int((SIDE // 2 + 0.5) * enlarged)]
    coloured = np.flatnonzero(np.ptp(row, axis=-1) > 0)
    reach = (coloured.max() + 0.5) / enlarged - SIDE // 2 - 0.5
    law = plane.law_radius(gaussian)[int(film["frame"][frame])]
    assert reach == pytest.approx(law, abs=0.15)
