"""What a user of `drum --shape` can get wrong: one line with argument, value and remedy; nothing written."""

import dataclasses
import functools
import io
import json
import math
import re

import numpy as np
import pytest
from command_line import refusal, says
from PIL import Image

from numerics.drum import drums
from numerics.drum.modes import largest_step
from theory.errors import ArgumentError
from validation.drum import Config
from validation.drum.shapes.catalog import NAMED
from validation.drum.shapes.setting import MOST_SAMPLES, setting_of

SMALL = Config(shape="right_isosceles", preset="quick", nodes=60, modes=6, steps=6000)
L_VERTICES = [[0, 0], [2, 0], [2, 1], [1, 1], [1, 2], [0, 2]]
TWO_PARTS = np.pad(np.ones((3, 9)), 1).repeat(2, axis=0)
TWO_PARTS[4] = 0


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run `drum` at --preset quick with options that cannot be used; returns what was said."""
    monkeypatch.chdir(tmp_path)
    return functools.partial(refusal, "drum", tmp_path, capsys, "--preset", "quick")


def understood(**changes):
    """Return the setting of a configuration, small unless said."""
    return setting_of(dataclasses.replace(SMALL, **changes))


def array_file(mask, save=np.save):
    """Return the bytes of a file of an array."""
    file = io.BytesIO()
    save(file, mask)
    return file.getvalue()


def drawn(dark, kind="PNG"):
    """Return the bytes of a picture, black where a mask is dark."""
    file = io.BytesIO()
    grey = (255 * (1 - np.asarray(dark, float))).astype(np.uint8)
    Image.fromarray(grey).save(file, kind)
    return file.getvalue()


def told(**content):
    return json.dumps(content).encode()


# --- names and sizes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "shape", ["round", "", "circle", "L_shape", "squares", "nowhere.json", "."]
)
def test_names_that_are_none(refused, shape):
    """Neither a name nor a file: the line has all names."""
    line = refused("--shape", shape)
    says(line, "--shape", shape, *NAMED, "square")


SIZES = {
    "one for two": ("rectangle", ["2"], "must be 2 for rectangle: width, height"),
    "two for one": ("disk", ["1", "2"], "must be 1 for disk: radius"),
    "three for two": ("sector", ["90", "1", "2"], "must be 2 for sector: angle in degrees, radius"),
    "none": ("disk", ["0"], "positive"),
    "negative": ("l_shape", ["-1"], "positive"),
    "nan": ("equilateral", ["nan"], "positive"),
    "infinite": ("right_isosceles", ["inf"], "between 1e-50 and 1e+50"),
    "astronomical": ("disk", ["1e200"], "between 1e-50 and 1e+50"),
    "vanishing": ("disk", ["1e-200"], "between 1e-50 and 1e+50"),
    "the second negative": ("rectangle", ["1", "-2"], "positive"),
    "the pair": ("isospectral_pair", ["0"], "positive"),
    "inner as large as outer": ("annulus", ["1", "1"], "1"),
    "inner larger than outer": ("annulus", ["2", "1"], "2"),
    "no inner radius": ("annulus", ["0", "1"], "0"),
    "no angle": ("sector", ["0", "1"], "(0, 360] degrees"),
    "a negative angle": ("sector", ["-90", "1"], "(0, 360] degrees"),
    "more than a turn": ("sector", ["361", "1"], "(0, 360] degrees"),
}


@pytest.mark.parametrize("what", SIZES)
def test_sizes(refused, what):
    """As many as the shape has, positive, inner below outer, an angle of at most a turn."""
    shape, size, expected = SIZES[what]
    says(refused("--shape", shape, "--size", *size), "--size", expected)


def test_a_whole_turn_is_a_sector():
    """360 degrees: the disk that is slit along a radius."""
    (membrane,) = understood(shape="sector", size=(360.0, 1.0)).membranes
    assert membrane.shape.domain.angle == pytest.approx(2 * math.pi)


# --- files ----------------------------------------------------------------------------------------

TRIANGLE = b"0,0\n3,0\n0,3\n"
MANY = "\n".join(f"{k},{k * k}" for k in range(10_001)).encode()
FILES = {  # name of the file: content, what the line says
    "empty.json": (b"", "intact and readable"),
    "empty.csv": (b"", "0 different vertices"),
    "empty.npy": (b"", "intact and readable"),
    "empty.npz": (b"", "intact and readable"),
    "empty.png": (b"", "intact and readable"),
    "torn.json": (b'{"vertices": [[0, 0], [1,', "intact and readable"),
    "torn.npy": (array_file(np.ones((9, 9)))[:-8], "intact and readable"),
    "torn.png": (drawn(drums.disk(20).free)[:-60], "intact and readable"),
    "noise.png": (bytes(range(256)), "intact and readable"),
    "three_columns.csv": (b"0,0,1\n3,0,1\n0,3,1\n", "line 1"),
    "words.csv": (b"0,0\n3,zero\n0,3\n", "line 2"),
    "without.json": (told(corners=[]), '"vertices"'),
    "nan.csv": (b"0,0\nnan,0\n0,3\n", "must be finite"),
    "nan.json": (b'{"vertices": [[0, 0], [1, NaN], [1, 1]]}', "got nan"),
    "infinite.json": (b'{"vertices": [[0, 0], [1, 1e999], [1, 1]]}', "got inf"),
    "two.csv": (b"0,0\n3,0\n", "2 different vertices"),
    "flat.csv": (b"0,0\n1,1\n3,3\n", "zero area"),
    "bowtie.csv": (b"0,0\n1,1\n1,0\n0,1\n", "two sides that meet at (0.5, 0.5)"),
    "short_side.csv": (b"0,0\n1,0\n1,1e-7\n0,1\n", "1e-6 sqrt(area)"),
    "many.csv": (MANY, "at most 10,000"),
    "hole_outside.json": (
        told(vertices=L_VERTICES, holes=[[[3, 3], [3.5, 3], [3, 3.5]]]),
        "must lie inside the outer ring",
    ),
    "hole_touches.json": (
        told(vertices=L_VERTICES, holes=[[[0, 1], [1, 1], [1, 1.5]]]),
        "without touching",
    ),
    "row.npy": (array_file(np.ones(9)), "must have two dimensions"),
    "solid.npy": (array_file(np.ones((3, 3, 3))), "must have two dimensions"),
    "nothing.npy": (array_file(np.zeros((9, 9))), "no free node"),
    "nan.npy": (array_file(np.array([[1, np.nan], [1, 1]])), "got nan"),
    "half.npy": (array_file(np.full((9, 9), 0.5)), "truth values or integers"),
    "text.npy": (array_file(np.array([["a"]])), "truth values or integers"),
    "objects.npy": (array_file(np.array([[{}]])), "intact and readable"),
    "parts.npy": (array_file(TWO_PARTS), "components"),
    "narrow.png": (drawn(np.pad(np.ones((7, 60)), 5)), "8 pixels"),
    "white.png": (drawn(np.zeros((20, 20))), "both colours"),
    "black.png": (drawn(np.ones((20, 20))), "both colours"),
    "parts.png": (drawn(np.concatenate([np.pad(np.ones((20, 20)), 4)] * 2)), "components"),
    "animated.gif": (b"GIF89a", "must end in"),
    "drum.svg": (b"<svg/>", "must end in"),
}


@pytest.mark.parametrize("name", FILES)
def test_files_without_a_drum(refused, tmp_path, name):
    """On --shape, with the path as given and what is wrong in it."""
    content, expected = FILES[name]
    (tmp_path / name).write_bytes(content)
    says(refused("--shape", name), "--shape", name, expected)


def test_a_picture_of_too_many_pixels(refused, tmp_path):
    """16 million at most, by the header: 4001 x 4000."""
    Image.new("1", (4001, 4000)).save(tmp_path / "large.png")
    says(refused("--shape", "large.png"), "--shape", "large.png", "4001 x 4000", "16,000,000")


def test_a_folder_is_no_drum(refused, tmp_path):
    """Though it is called like a file."""
    (tmp_path / "drum.png").mkdir()
    says(refused("--shape", "drum.png"), "--shape", "drum.png", "file that exists")


# --- parts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("component", "nodes"), [("largest", 5 * 9), ("all", 3 * 9 + 5 * 9 - 9)])
def test_a_mask_in_parts(refused, tmp_path, component, nodes):
    """Refused with the sizes of the parts; the largest, or all as one list of eigenvalues, if asked for."""
    mask = np.zeros((10, 9), int)
    mask[:2], mask[4:9] = 1, 1
    np.save(tmp_path / "parts.npy", mask)
    says(
        refused("--shape", "parts.npy"), "--shape", "2 components of 45, 18 nodes", "largest or all"
    )
    assert nodes == (45 if component == "largest" else 63)
    setting = understood(shape=str(tmp_path / "parts.npy"), component=component, nodes=100)
    assert setting.membranes[0].drum.nodes == nodes
    # of two parts the one that sounds lowest is struck, the larger one
    assert 5 <= setting.membranes[0].strike[0] <= 9


def test_all_parts_of_a_picture(refused, tmp_path):
    """A picture is an outline too, and that is of one drum: the largest, or none."""
    two = np.zeros((60, 100))
    two[5:55, 5:55], two[20:40, 70:90] = 1, 1
    Image.fromarray((255 * (1 - two)).astype(np.uint8)).save(tmp_path / "two.png")
    line = refused("--shape", "two.png")
    says(line, "--shape", "2 components")
    assert line.endswith("choose component largest")
    says(refused("--shape", "two.png", "--component", "all"), "all", "largest")
    setting = understood(shape=str(tmp_path / "two.png"), component="largest")
    assert setting.membranes[0].shape.domain.area == pytest.approx(50 * 50, rel=1e-3)


# --- options that belong to something else --------------------------------------------------------

FILE = "drum.csv"
ELSEWHERE = {
    "size of a file": (["--shape", FILE, "--size", "2"], "--size"),
    "size of the squares": (["--size", "2"], "--size"),
    "nodes of the squares": (["--nodes", "50"], "--nodes"),
    "sides of a shape": (["--shape", "l_shape", "--sides", "13,14"], "--sides"),
    "sides of a file": (["--shape", FILE, "--sides", "13,14"], "--sides"),
    "what sides mean": (["--shape", "disk", "--side-means", "free_nodes"], "--side-means"),
    "inverted polygon": (["--shape", FILE, "--invert"], "--invert"),
    "inverted mask": (["--shape", "drum.npy", "--invert"], "--invert"),
    "inverted name": (["--shape", "disk", "--invert"], "--invert"),
    "component of a polygon": (["--shape", FILE, "--component", "largest"], "--component"),
    "component of a name": (["--shape", "l_shape", "--component", "all"], "--component"),
    "spacing of a polygon": (["--shape", FILE, "--spacing", "0.1"], "--spacing"),
    "spacing of a name": (["--shape", "disk", "--spacing", "0.1"], "--spacing"),
    "unit of the squares": (["--unit", "cm"], "--unit"),
    "another unit": (["--shape", "drum.json", "--unit", "m"], "--unit"),
    "a unit that is none": (["--shape", "disk", "--unit", "$"], "--unit"),
    "magic step": (["--shape", "l_shape", "--time-step", "magic"], "--time-step"),
}


@pytest.mark.parametrize("what", ELSEWHERE)
def test_options_that_belong_to_another_drum(refused, tmp_path, what):
    """Said, not passed over."""
    (tmp_path / FILE).write_bytes(TRIANGLE)
    (tmp_path / "drum.json").write_bytes(told(vertices=L_VERTICES, unit="cm"))
    np.save(tmp_path / "drum.npy", np.ones((6, 6)))
    arguments, option = ELSEWHERE[what]
    line = refused(*arguments)
    says(line, option)
    assert line.startswith(f"{option}: got "), line


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--speed", "--spacing"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "1e60", "1e-60"])
def test_speed_and_spacing(refused, tmp_path, option, value):
    """Positive, and c^2/h^2 has to stay a number."""
    np.save(tmp_path / "drum.npy", np.ones((6, 6)))
    line = refused("--shape", "drum.npy", f"{option}={value}")
    says(line, option, str(float(value)), "between 1e-50 and 1e+50")
    assert line.startswith(f"{option}: got "), line


@pytest.mark.parametrize("value", ["0", "-3", "3", "4001", "1000000000"])
def test_numbers_of_nodes_out_of_range(refused, value):
    """Four at least; 4000 at most, of whose matrix all eigenvectors are found."""
    says(refused("--shape", "disk", f"--nodes={value}"), "--nodes", value, "between 4 and 4000")


def test_a_mask_of_one_node(refused, tmp_path):
    """It has one mode and nothing to compare."""
    np.save(tmp_path / "drum.npy", np.ones((1, 1)))
    says(refused("--shape", "drum.npy"), "--shape", "one free node", "two at least")


NARROW = {
    "a strip": ("rectangle", ["100000", "1"]),
    "a ring": ("annulus", ["0.9999", "1"]),
}


@pytest.mark.parametrize("what", NARROW)
def test_shapes_too_narrow_for_their_grid(refused, what):
    """600 nodes do not hang together on them, or none is inside, and so it is with 4000."""
    shape, size = NARROW[what]
    says(refused("--shape", shape, "--size", *size), "--shape", shape, "600 nodes", "widen")


def test_a_grid_that_tears_a_drum_apart(refused):
    """A ring of 1 in 50: the line names a number of nodes that hang together, and it does."""
    line = refused("--shape", "annulus", "--size", "0.98", "1")
    says(line, "--shape", "annulus", "600 nodes", "--nodes")
    enough = int(re.search(r"allow (\d+) with --nodes", line).group(1))
    made = understood(shape="annulus", size=(0.98, 1.0), nodes=enough, steps=400_000)
    assert 600 < made.membranes[0].drum.nodes <= enough


@pytest.mark.parametrize("kind", ["polygon", "picture"])
def test_a_passage_that_the_grid_closes(refused, tmp_path, kind):
    """Two rooms and a passage between them: the line names a number of nodes that hang together; they do."""
    shape = rooms_drawn(tmp_path) if kind == "picture" else rooms_with_vertices(tmp_path)
    line = refused("--shape", shape)
    says(line, "--shape", shape, "600 nodes", "2 components", "--nodes")
    enough = int(re.search(r"allow (\d+) with --nodes", line).group(1))
    made = understood(shape=shape, nodes=enough, steps=40_000)
    assert 600 < made.membranes[0].drum.nodes <= enough


def rooms_with_vertices(folder):
    """Return the path of two squares of side 1, a little askew, and a passage of 1/2 by 1/100."""
    lower = [[0, 0], [1, 0.1], [1.02, 0.485], [1.5, 0.485], [1.5, 0], [2.5, 0]]
    upper = [[2.5, 1], [1.5, 1], [1.5, 0.495], [1, 0.495], [1, 1], [0, 1]]
    (folder / "rooms.json").write_bytes(told(vertices=lower + upper))
    return str(folder / "rooms.json")


def rooms_drawn(folder):
    """Return the path of two squares of 100 pixels, and a passage of 100 by 3."""
    rooms = np.zeros((130, 330))
    rooms[10:110, 10:110], rooms[10:110, 210:310], rooms[57:60, 110:210] = 1, 1, 1
    (folder / "rooms.png").write_bytes(drawn(rooms))
    return str(folder / "rooms.png")


def test_more_nodes_than_a_preset_has(refused, tmp_path):
    """A mask is not made coarser: the line names a preset, --nodes, and the spacing that would do."""
    np.save(tmp_path / "drum.npy", np.ones((40, 30)))
    line = refused("--shape", "drum.npy")
    says(
        line,
        "--shape",
        "1200 free nodes",
        "at most 600",
        "--preset quick",
        "allow 1200 with --nodes",
        "1.41",
    )
    assert understood(shape=str(tmp_path / "drum.npy"), nodes=1200).membranes[0].drum.nodes == 1200


@pytest.mark.parametrize("value", ["0", "-1", "28", "29", "100000"])
def test_modes(refused, value):
    """From 1 to one less than the 28 free nodes of the mask."""
    line = refused("--shape", "right_isosceles", "--nodes", "30", f"--modes={value}")
    says(line, "--modes", value, "from 1 to 27", "--nodes")


@pytest.mark.parametrize("value", ["0", "1", "-5", str(MOST_SAMPLES + 1)])
def test_numbers_of_samples_out_of_range(refused, value):
    """From 2 to a million."""
    line = refused("--shape", "disk", f"--steps={value}")
    says(line, "--steps", value, f"between 2 and {MOST_SAMPLES}")


def test_too_few_samples(refused):
    """The line names how many do: so many are taken, one less is not."""
    options = ["--shape", "right_isosceles", "--nodes", "60", "--modes", "6", "--steps", "200"]
    line = refused(*options)
    says(line, "--steps", "200", "cycles", "three are needed", "four are needed", "at least")
    needed = int(line.rpartition("at least ")[2])
    assert understood(steps=needed).config.steps == needed
    with pytest.raises(ArgumentError, match=r"^--steps: "):
        understood(steps=needed - 2)


def test_more_samples_than_a_run_may_have(refused, tmp_path):
    """A strip 200 times as long as wide: the longest step and so many samples do, as is said."""
    strip = tmp_path / "strip.csv"
    strip.write_text("0,0\n200,0\n200,1\n0,1\n")
    line = refused("--shape", str(strip), "--modes", "6", "--nodes", "600")
    step, samples = re.search(r"take --time-step (\S+) and --steps (\d+)$", line).groups()
    given = {"shape": str(strip), "nodes": 600, "time_step": (float(step),), "steps": int(samples)}
    assert understood(**given).config.steps == int(samples)


@pytest.mark.parametrize("value", ["0", "-0.1", "nan", "inf", "-inf"])
def test_time_steps_that_are_none(refused, value):
    """Between 0 and the largest that is taken, below the limit of stability."""
    line = refused(
        "--shape", "right_isosceles", "--nodes", "60", "--modes", "6", f"--time-step={value}"
    )
    says(line, "--time-step", str(float(value)), "dt_max", "nu = c dt/h", "c = 1")


@pytest.mark.parametrize("shape", ["right_isosceles", "isospectral_pair", "disk"])
def test_the_limit_of_the_time_step_is_where_it_is_said_to_be(shape):
    """.95 * 2/sqrt(largest eigenvalue), of the pair's two, or what runs by default: named, refused above."""
    setting = understood(shape=shape, speed=3.0)
    stable = min(largest_step(m.drum) for m in setting.membranes)
    limit = max(0.95 * stable, setting.time_steps[-1])
    assert setting.time_steps[-1] <= limit < stable
    assert understood(shape=shape, speed=3.0, time_step=(limit,))
    assert understood(shape=shape, speed=3.0, time_step=(float(f"{limit:.8g}"),))
    for step in (limit * (1 + 1e-6), 1.01 * limit):
        with pytest.raises(ArgumentError, match=f"^--time-step: .*{limit:.8g}: from dt_max = "):
            understood(shape=shape, speed=3.0, time_step=(step,))


def test_no_time_step():
    """From Python, where no parser stands before it."""
    with pytest.raises(ArgumentError, match=r"^--time-step: got none; needs a number"):
        understood(time_step=())


# --- where it is struck and heard -----------------------------------------------------------------


@pytest.mark.parametrize("option", ["--strike", "--listen"])
@pytest.mark.parametrize("node", [("0", "0"), ("2", "10"), ("-1", "2"), ("99", "2")])
def test_nodes_that_are_not_free(refused, option, node):
    """On the rim, beyond the hypotenuse, outside."""
    options = ["--shape", "right_isosceles", "--nodes", "60", "--modes", "6"]
    line = refused(*options, option, *node)
    says(line, option, f"({node[0]}, {node[1]})", "free node of the 13 x 13 grid")


@pytest.mark.parametrize("node", [(2.5, 2), (2,), (2, 2, 2), ("2", "2")])
def test_nodes_from_python(node):
    """Two whole numbers."""
    with pytest.raises(ArgumentError, match=r"^--strike: got .*must be two whole numbers"):
        understood(strike=node)


def test_a_strike_that_hides_the_fundamental(refused):
    """At the end of a thin corner of the L other lines are louder: the lowest peak is another one."""
    options = [
        "--shape",
        "right_isosceles",
        "--nodes",
        "200",
        "--modes",
        "6",
        "--strike",
        "1",
        "18",
    ]
    line = refused(*options)
    says(line, "--strike: got ", "(1, 18)", "lowest peak of right_isosceles", "nearer to (")


def test_nothing_is_left_over_from_a_refused_run(refused, tmp_path):
    """A result that was there before stays as it was."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "drum.json").write_text("old")
    refused("--shape", "disk", "--time-step", "9")
    assert (tmp_path / "results" / "drum.json").read_text() == "old"
