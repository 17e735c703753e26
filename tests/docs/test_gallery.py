"""Each script of the gallery computes what it says: one number at least, and a picture."""

import functools
import math
import runpy
from pathlib import Path

import matplotlib
import numpy as np
import pytest

GALLERY = Path(__file__).parents[2] / "docs/gallery"


@functools.cache
def namespace(script: str) -> dict:
    """What a script leaves when it is imported."""
    matplotlib.use("Agg")
    (file,) = GALLERY.rglob(f"{script}.py")
    return runpy.run_path(str(file))


def test_sigmoid_and_network():
    """Step size alone is between them: at its largest 2 a A (S - A) d, of a S = 0.024.

    By hand for the first mode, S = 6: d = l1/4 + l2/2 updates late at speed 2 a A (S - A), a = 0.004.
    """
    found = namespace("sigmoid_and_network")
    start = float(found["ladder"].rung("sigmoid").sel(mode=1).isel(trial=0, update=0)) / 6
    late = [
        0.048 * x * (1 - x) * (math.log(x / start) / 4 + math.log((1 - x) / (1 - start)) / 2)
        for x in (k / 1000 for k in range(1, 1000))
    ]
    assert found["sigmoid_minus_network"] == pytest.approx(max(late), rel=0.03)
    assert found["map_minus_network"] < 1e-12


def test_step_size():
    """The error is of first order; what one and two orders of the forecast leave, of second and third."""
    orders = namespace("step_size")["orders"]
    for name, order in (("error", 1), ("one order", 2), ("two orders", 3)):
        assert orders[name] == pytest.approx(order, abs=0.02)


def test_binomial_clock():
    """Discovery is negative binomial: mean p k, variance p (p-1) k; 2000 clocks within four errors.

    k by hand: (l1 - l2)/(2 a S) + l1/4 + l2/2 of the paper's eq. 22 and its next order, a S = 0.096.
    """
    found = namespace("binomial_clock")
    l1, l2 = math.log(3 / 2e-6), math.log(1 / 2)
    steps = (l1 - l2) / (2 * 0.096) + l1 / 4 + l2 / 2
    assert found["steps_needed"] == math.ceil(steps) == 81
    assert found["expected"] == 4 * found["steps_needed"]
    assert found["jitter"] ** 2 == pytest.approx(12 * found["steps_needed"])
    assert found["discovered"].mean() == pytest.approx(
        found["expected"], abs=4 * found["jitter"] / math.sqrt(2000)
    )
    assert found["discovered"].std() == pytest.approx(found["jitter"], rel=4 / math.sqrt(4000))
    assert found["mean"][-1] == pytest.approx(6.0, rel=1e-9)


def test_pitch_of_a_drum():
    """The magic step is exact at every side; elsewhere (2 nu^2 - 1) z^2/6; the network agrees."""
    found = namespace("pitch_of_a_drum")
    assert found["worst_at_magic_step"] < 1e-14
    flat = (2 * 0.25 - 1) * (math.pi / 80) ** 2 / 6  # M = 40, nu = 1/2
    assert found["deviation"]["0.5"][-1] == pytest.approx(flat, rel=1e-3)
    assert found["network_minus_formula"] < 1e-7


def test_drums_that_sound_alike():
    """Two shapes, one spectrum to rounding; the ninth line is the base triangle's. Another triangle's too.

    Its lowest by the document: 12.885877, from above, and the patterns' largest domains are on all seven.
    """
    found = namespace("drums_that_sound_alike")
    assert [drum.nodes for drum in found["drums"]] == [189, 189]
    assert (found["drums"][0].free != found["drums"][1].free).any()
    assert found["largest_difference"] < 1e-13
    assert found["first"][8] == pytest.approx(found["triangle"], rel=1e-12)
    assert found["of_any_triangle"] < 1e-12
    assert 12.885877 < found["found"][0][0][0] < 12.885877 * 1.001


def test_one_cannot_hear_the_shape():
    """Ten eigenvalues agree on every grid, none of which has those of another; four modes and a strike
    carried over are modes and waves of the second drum, their norms kept.
    """
    found = namespace("one_cannot_hear_the_shape")
    assert found["left_over"] == [0, 0, 0]
    assert max(found["differences"].values()) < 1e-13
    assert found["source"].drum.nodes == found["target"].drum.nodes == 189
    assert max(found["misfits"]) < 1e-14
    assert max(found["residuals"]) < 1e-12
    assert found["norms"] == pytest.approx([1] * 4, abs=1e-13)
    assert found["nodes_struck"] == 7  # no entry of the orthogonal matrix is 0
    assert found["alike"] == pytest.approx([1, 1], abs=1e-12)  # mode 9 and the triangle's
    assert found["exact"] == pytest.approx(found["modes"].eigenvalues[8], rel=1e-12)
    assert found["apart"] < 1e-13
    assert abs(found["moving"].displacement(1)).max() > 0.05  # the waves have not gone


def test_how_well_an_eigenvalue_is_known():
    """Relative errors of the L's 9.63972384402194105...: a grid 7.6e-4, waves 1e-12, and each bar covers.

    Even powers leave more than 1e-4, for the corner's first power is 4/3; the same grids, by the
    corner's powers, less than 1e-7.
    """
    found = namespace("how_well_an_eigenvalue_is_known")
    assert found["powers"] == pytest.approx([4 / 3, 2, 8 / 3, 10 / 3, 4])
    errors, stated = found["errors"], found["stated"]
    assert errors["grid"][-1] == pytest.approx(7.6e-4, rel=0.01)
    assert found["without_corner"] > 1e-4
    assert errors["grid, extrapolated"][-1] < 1e-7
    assert errors["P2, uniform"][-1] > 100 * errors["P2, graded"][-2]
    assert errors["particular solutions"][-1] < 1e-12
    for name in errors:
        known = np.isfinite(stated[name])
        assert (errors[name][known] <= stated[name][known]).all()
        assert known.any() == (name not in ("grid", "P2, uniform"))


def test_reading_a_frequency():
    """At 2000 samples the bin is off by 1 in 1000 and more, Hann's two points by 1 in a million at most."""
    found = namespace("reading_a_frequency")["at_2000"]
    assert found["fft_bin"] > 1e-3
    assert found["hann_two_point"] < 1e-6
    assert found["matrix_pencil"] < 1e-7
    assert found["hann_parabola"] > 100 * found["hann_two_point"]


def test_front_of_photographs():
    """The area law: exponent 1/2, ratio 1; half A misses half B by the sampling of 10,000 patches alone."""
    found = namespace("front_of_photographs")
    assert found["fit"].exponent == pytest.approx(0.5, abs=0.01)
    assert found["fit"].ratio == pytest.approx(1, abs=0.02)
    assert found["left"]["half A"] == pytest.approx(0.0117, abs=0.003)
    assert found["left"]["half A"] < found["left"]["area law"] < 0.02


def test_equation_from_noise():
    """KdV from 5 % noise: its two terms, each coefficient within three forecast deviations, 9.8e-4 at most.

    The forecast knows no draw: it is proportional to the noise. Differences fail at 1 % already.
    """
    found = namespace("equation_from_noise")
    assert found["expected"][2] == pytest.approx(9.77e-4, rel=0.01)
    assert found["expected"] == pytest.approx(found["shares"] / 0.05 * found["expected"][2])
    assert (found["weak"][1:] < 3 * found["expected"][1:]).all()
    assert found["weak"][0] < 1e-8
    assert found["strong"][0] < 0.01
    assert (found["strong"][1:] > 0.9).all()
    assert [(term.power, term.order) for term in found["terms"]] == [(2, 1), (1, 3)]
    assert max(map(abs, found["off"])) < 3
    assert found["level"] == pytest.approx(1, abs=0.05)


def test_accuracy_before_it_is_measured():
    """Twenty trials: their means by the law within four standard errors and 0.003, their scatter too.

    The relative error of a scatter of twenty is 1/sqrt(38). The symmetric set reads 0.95, more than
    Gram-Schmidt by a tenth at least.
    """
    found = namespace("accuracy_before_it_is_measured")
    means = []
    for name, (mean, deviation) in found["forecasts"].items():
        trials = found["right"][name].mean(axis=1)
        assert len(trials) == 20
        assert trials.mean() == pytest.approx(mean, abs=4 * deviation / math.sqrt(20) + 0.003)
        assert trials.std(ddof=1) == pytest.approx(deviation, rel=4 / math.sqrt(38))
        assert deviation**2 * 450**2 == pytest.approx(
            (found["chances"][name] * (1 - found["chances"][name])).sum()
        )
        means.append(mean)
    assert means[1] == pytest.approx(0.95, abs=0.015)
    assert means[1] - means[0] > 0.1


def test_a_rotation_that_keeps_its_input():
    """Rank one makes one picture, diversity 0; rotations keep |z| to rounding and pictures apart."""
    found = namespace("a_rotation_that_keeps_its_input")
    assert found["different"]["rank one"] < 1e-6
    for name in ("proper rotation", "minimal rotation", "mean shift"):
        assert found["different"][name] > 0.8
    for name in ("proper rotation", "minimal rotation"):
        assert found["lengths"][name] < 1e-12
    assert found["lengths"]["mean shift"] > 0.1
    assert min(found["arrived"][name] for name in ("minimal rotation", "mean shift")) > 0.88


def test_a_wave_meets_a_soft_wall():
    """Below the contrast 4 sin^2(1/2) packets bring back the share of the sines, above it all of it.

    |R|^2 = sin^2((k1 - k2)/2)/sin^2((k1 + k2)/2), sin^2(k2/2) = sin^2(1/2) - contrast/4, to half a per cent.
    """
    found = namespace("a_wave_meets_a_soft_wall")
    assert found["wall"] == pytest.approx(4 * math.sin(0.5) ** 2)
    for contrast, said, energy in zip(
        found["contrasts"], found["said"], found["found"], strict=True
    ):
        left = math.sin(0.5) ** 2 - contrast / 4
        if left > 0:
            k = 2 * math.asin(math.sqrt(left))
            share = (math.sin((1 - k) / 2) / math.sin((1 + k) / 2)) ** 2
        else:
            share = 1
        assert said == pytest.approx(share, rel=1e-9)
        assert energy == pytest.approx(share, rel=5e-3)
    assert min(found["contrasts"]) < found["wall"] < max(found["contrasts"])


def test_how_far_a_network_hears():
    """4, 8, 14 pixels after 20, 50, 100 steps, the law within one; the stored network segments.

    Its waves run c T dt: 16 steps of 0.6 at the trained speed, that of the taps' second moment.
    """
    found = namespace("how_far_a_network_hears")
    assert found["heard"] == [4, 8, 14]
    assert found["rule"] == pytest.approx(found["heard"], abs=1)
    kernel = found["kernel"]
    moments = [kernel.sum(axis=axis)[c, c] for c in range(2) for axis in (2, 3)]
    fastest = max((taps[0] + taps[2]) / 2 for taps in moments)
    assert found["trained"].travelled == pytest.approx(16 * 0.6 * math.sqrt(fastest))
    assert found["right"] > 0.9


SCRIPTS = sorted(file.stem for file in GALLERY.rglob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_is_pinned_and_draws(script):
    """A script has a test of its own above, and its picture has something in it."""
    import matplotlib.pyplot as plt

    assert f"test_{script}" in globals()
    figure = namespace(script)["visualize"]()
    assert all(axes.has_data() for axes in figure.axes)
    plt.close(figure)


def test_size_of_the_start():
    """The power of the competition, 2 (1 - v_2/v_1); the excess of the shapes grows as the start shrinks."""
    found = namespace("size_of_the_start")
    assert found["power"] == pytest.approx(2 * (1 - 0.8), rel=1e-9)  # amplitudes 1 and 0.8
    assert found["slopes"] == pytest.approx([found["power"]] * 2, abs=0.01)
    excess = found["found"]
    assert excess["no shared frequency"][-1] < 1e-4
    for name in ("no shared frequency", "one output, even images"):
        assert (excess[name][1:] < excess[name][:-1]).all()
    shapes = dict(zip(found["starts"], excess["four shapes"], strict=True))
    assert shapes[1e-6] - shapes[1e-3] > 0.2
