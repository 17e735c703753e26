"""What the page on own drums says: held by the code and by its cells."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from validation import cli

DOCS = Path(__file__).parents[2] / "docs"
TEXT = (DOCS / "own/shapes.md").read_text()
COMMANDS = re.findall(r"^    python -m validation\.drum (.*)$", TEXT, re.M)
CELLS = re.findall(r"```{code-cell} python\n(.*?)```", TEXT, re.S)


def page():
    """The page in one line."""
    return " ".join(TEXT.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_are_understood(command):
    """Each line is one that the parser takes, for a drum in a file."""
    config, _ = cli.parse(cli.find("drum"), shlex.split(command))
    assert config.shape.startswith("my_")


def test_there_are_commands_and_cells():
    """The tests here run something."""
    assert len(COMMANDS) == 7
    assert len(CELLS) == 6


def test_endings_are_those_that_are_read(tmp_path):
    """Each ending of the table is looked into, not refused by its name; another one is."""
    from numerics.drum.shapes.shape_files import read_shape
    from theory.errors import ArgumentError

    (table,) = re.findall(r"^\| path .*?\n\n", TEXT, re.S | re.M)
    endings = re.findall(
        r"`(\.\w+)`", "".join(row.split("|")[1] for row in table.strip().splitlines())
    )
    assert len(endings) == 7
    for ending in (*endings, ".svg"):
        file = tmp_path / f"empty{ending}"
        file.write_bytes(b"")
        with pytest.raises(ArgumentError) as refusal:
            read_shape(file)
        assert ("must end in" in str(refusal.value)) == (ending == ".svg")


def test_bounds_that_the_page_tells():
    """Vertices, shortest side, pixels, disc, tenth of a pixel, nodes of each preset: as in the code."""
    from numerics.drum.shapes.pictures import MOST_PIXELS, NARROWEST
    from numerics.drum.shapes.rings import MOST_VERTICES, SHORTEST_SIDE
    from validation.drum.shapes.allowed_nodes import NODES
    from validation.drum.shapes.own_shapes import WALL

    assert f"fewer than 3 vertices in a ring, or more than {MOST_VERTICES:,} in all" in page()
    assert f"a side shorter than {SHORTEST_SIDE:g}".replace("-06", "-6") in page()
    assert f"a picture above {MOST_PIXELS // 10**6} million pixels" in page()
    assert f"no disc of {NARROWEST} pixels fits" in page()
    assert WALL == 0.1
    assert "not known better than to a tenth of a pixel" in page()
    quick, standard, paper = (NODES[preset] for preset in ("quick", "standard", "paper"))
    assert f"({quick}, {standard} and {paper} free ones)" in page()


@pytest.fixture(scope="module")
def space():
    """What the cells leave."""
    left = {}
    exec("\n".join(CELLS), left)
    return left


def test_the_house(space):
    """4 x 3 and a roof of 4: area 16, perimeter 10 + 4 sqrt 2; two corners of 135 degrees are singular."""
    drum = space["drum"]
    assert drum.area == pytest.approx(16)
    assert drum.perimeter == pytest.approx(10 + 4 * np.sqrt(2))
    assert np.degrees(drum.angles[drum.singular]) == pytest.approx([135, 135])


def test_methods_of_the_house_agree(space):
    """Differences are below the sums of the errors; the bound from below lies below, by less than 1 in 50."""
    spectra = list(space["found"].values())
    for one in spectra:
        for other in spectra:
            gap = abs(one.eigenvalues - other.eigenvalues)
            assert (gap <= one.errors + other.errors).all()
    below = space["lower_bounds"](space["drum"], 6) / spectra[1].eigenvalues
    assert ((below > 0.98) & (below < 1)).all()


def test_the_grid_of_the_house(space):
    """Struck in the middle; the grid sounds lower, in steps higher by dt^2 w^2/24 to leading order."""
    drum, grid, step = space["tones"][0], space["tones"][1], space["step"]
    assert space["places"][tuple(space["loudest"])] == pytest.approx([2, 2])
    assert 0.99 < grid / drum < 1
    stepped = space["lines"].angles[0] / step / (2 * np.pi)
    assert stepped / grid - 1 == pytest.approx((2 * np.pi * grid * step) ** 2 / 24, rel=1e-2)
    assert abs(space["heard"] - space["lines"].signal(4000)).max() < 1e-10


def test_the_painted_house(space):
    """Five corners, its eigenvalue within a tenth of a pixel; the mask of nodes off by per cents."""
    assert len(space["outline"].corners) == 5
    assert abs(space["painted"] / space["best"] - 1) < space["wall"]
    off = space["modes_of"](space["mask"]).eigenvalues[0] / space["best"] - 1
    assert -0.10 < off < -0.02


def test_what_is_heard_of_the_house(space):
    """Area to 2e-3, perimeter to 1e-2, and Faber and Krahn's area below; the file gives the grid's tone."""
    told = space["told"]
    assert told.area == pytest.approx(16, rel=2e-3)
    assert told.perimeter == pytest.approx(space["drum"].perimeter, rel=1e-2)
    assert space["squareness"](told.area, told.perimeter) == pytest.approx(0.958, abs=0.02)
    least = space["smallest_area"](space["lowest"])
    assert 0.7 * 16 < least < 16
    assert space["square_side"](space["lowest"]) ** 2 == pytest.approx(least / 0.9204, rel=1e-3)
    assert space["of_the_grid"] == pytest.approx(space["modes"].eigenvalues[0], rel=1e-5)
