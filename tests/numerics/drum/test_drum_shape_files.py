"""The user's own drum: every kind of file that is accepted, every refusal by its text."""

import hashlib
import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from numerics.drum import drums
from numerics.drum.shapes import named
from numerics.drum.shapes.grid_masks import mask_of
from numerics.drum.shapes.shape_files import MaskFile, PictureFile, PolygonFile, read_shape
from theory.errors import ArgumentError

L_VERTICES = named.l_shape(2.0).vertices.tolist()
ROOMS = np.array([[1, 1, 0, 1, 0], [1, 0, 0, 1, 1], [0, 0, 0, 1, 1]])  # of 3 and 5 nodes


def written(folder, name, content):
    """Path of a new file of bytes or text."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def npz(**arrays):
    """Bytes of an .npz file."""
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy(array):
    """Bytes of a .npy file."""
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def picture(coverage, kind="PNG"):
    """Bytes of a picture of coverage (x, y)."""
    file = io.BytesIO()
    levels = np.rint(255 * (1 - np.asarray(coverage, float).T[::-1])).astype(np.uint8)
    Image.fromarray(levels).save(file, kind)
    return file.getvalue()


# --- polygons

LINES = "\n".join(f"{x}, {y}" for x, y in L_VERTICES)
TEXTS = {
    "comma.csv": LINES,
    "titles.csv": "x,y\n" + LINES,
    "semicolon.csv": LINES.replace(",", ";"),
    "blanks.txt": "# an L\n\n" + LINES.replace(",", "\t") + "  # the last\n",
    "returns.TXT": LINES.replace("\n", "\r\n"),
    "mark.csv": "\ufeff" + LINES,
    "plain.json": json.dumps({"vertices": L_VERTICES}),
}


@pytest.mark.parametrize("name", TEXTS)
def test_polygon(tmp_path, name):
    """The L in every way of writing; named after the file, its unit, told by none, is length."""
    path = written(tmp_path, name, TEXTS[name])
    shape = read_shape(path)
    assert isinstance(shape, PolygonFile)
    np.testing.assert_array_equal(shape.polygon.vertices, L_VERTICES)
    assert shape.notes == ()
    assert shape.source.file == name
    assert shape.source.name == name.rpartition(".")[0]
    assert shape.source.unit == "length"
    assert shape.source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_json_with_everything(tmp_path):
    """Holes, a name, a unit; what was mended is told."""
    told = {
        "vertices": [[0, 0], [0, 3], [3, 3], [3, 0], [0, 0]],
        "holes": [[[1, 1], [2, 1], [2, 2], [1, 2]]],
        "name": "frame",
        "unit": "cm",
        "comment": "not read",
    }
    shape = read_shape(str(written(tmp_path, "drum.json", json.dumps(told))))
    assert shape.polygon.area == 8
    assert shape.source.name == "frame"
    assert shape.source.unit == "cm"
    assert shape.source.file == "drum.json"
    assert [note.partition(":")[0] for note in shape.notes] == ["vertices", "vertices", "holes[0]"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("l.csv", LINES.encode()),
        ("l.npy", npy(drums.l_shape(12).free)),
        ("l.png", picture(drums.l_shape(12).free)),
        ("own.json", json.dumps({"vertices": L_VERTICES, "unit": "cm"}).encode()),
    ],
)
def test_units_that_are_given(tmp_path, name, content):
    """Of any file; of one that says its own, only as it does; a line of text in any case."""
    path = written(tmp_path, name, content)
    assert read_shape(path, unit="cm").source.unit == "cm"
    with pytest.raises(ArgumentError, match=r"^unit: got ''; must be a line of text"):
        read_shape(path, unit="")
    if name == "own.json":
        with pytest.raises(
            ArgumentError, match=r"^unit: got m; must be as .* says, cm; leave it out$"
        ):
            read_shape(path, unit="m")


# --- masks


@pytest.mark.parametrize("kind", [bool, np.int8, np.uint16, int, float])
def test_masks(tmp_path, kind):
    """Nodes of an L in any numbers, alone or named; index (i, j) is node (i + 1, j + 1)."""
    drum = drums.l_shape(4)
    mask = drum.free[1:-1, 1:-1].astype(kind) * (1 if kind is bool else 3)
    for name, content in {
        "a.npy": npy(mask),
        "b.npz": npz(anything=mask),
        "c.npz": npz(mask=mask, other=np.ones(3)),
        "d.npz": npz(free=np.asfortranarray(mask), other=np.ones(3)),
    }.items():
        shape = read_shape(written(tmp_path, name, content), spacing=0.5)
        assert isinstance(shape, MaskFile)
        np.testing.assert_array_equal(shape.drum.free, drum.free)
        assert shape.drum.spacing == 0.5
        assert shape.source.file == name


def test_a_component_of_a_mask(tmp_path):
    """The largest, or all."""
    path = written(tmp_path, "rooms.npy", npy(ROOMS))
    assert read_shape(path, component="largest").drum.nodes == 5
    assert read_shape(path, component="all").drum.nodes == 8


# --- pictures


@pytest.mark.parametrize(
    ("name", "kind"), [("l.png", "PNG"), ("l.JPG", "JPEG"), ("l.jpeg", "JPEG")]
)
def test_pictures(tmp_path, name, kind):
    """The L of 20 spacings as polygon, as mask, as picture: the same nodes through all three doors, and
    an outline with the same corners, half a pixel inside of the clamped nodes."""
    drum = drums.l_shape(20)
    shape = read_shape(written(tmp_path, name, picture(drum.free, kind)), spacing=0.1)
    assert isinstance(shape, PictureFile)
    np.testing.assert_array_equal(shape.drum().free, np.pad(drum.free, 1))
    assert shape.drum().spacing == pytest.approx(0.1)
    assert shape.drum(4).spacing == pytest.approx(0.4)
    polygon = read_shape(written(tmp_path, "l.csv", LINES)).polygon
    np.testing.assert_array_equal(mask_of(polygon, 0.1).free, drum.free)
    mask = read_shape(written(tmp_path, "l.npy", npy(drum.free[1:-1, 1:-1]))).drum
    np.testing.assert_array_equal(mask.free, drum.free)
    outline, factor = shape.outline()
    assert len(outline.vertices) == 6
    edges = [0.05, 1.95, 3.95]
    expected = [(edges[i], edges[j]) for i, j in ((0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2))]
    for corner in expected:
        assert np.linalg.norm(outline.vertices - corner, axis=1).min() < 0.003
    assert factor == pytest.approx(1, abs=1e-3 if kind == "JPEG" else 2e-4)
    assert outline.area == pytest.approx(1.9 * (3.9 + 2.0), rel=2e-3)


def test_a_light_drum(tmp_path):
    """White on black, with invert."""
    free = drums.disk(12).free
    path = written(tmp_path, "disk.png", picture(~free))
    np.testing.assert_array_equal(read_shape(path, invert=True).drum().free, np.pad(free, 1))


def test_which_way_is_up(tmp_path):
    """A drawing of a wedge, thick below, at its left: y counts up from the lowest row."""
    rows = np.full((30, 40), 255, np.uint8)
    rows[20:, :] = 0
    rows[5:, :10] = 0
    path = tmp_path / "wedge.png"
    Image.fromarray(rows).save(path)
    shape = read_shape(path)
    assert shape.coverage.shape == (40, 30)
    assert shape.coverage[39, 0] == 1
    assert shape.coverage[39, 29] == 0
    assert shape.coverage[0, 24] == 1
    assert shape.coverage[0, 25] == 0
    np.testing.assert_allclose(shape.outline()[0].box, [[-0.5, -0.5], [39.5, 24.5]], atol=1e-9)


# --- refusals


def zip_bomb():
    """An .npz whose member expands to more bytes than any mask may have."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("mask.npy", "w", force_zip64=True) as member,
    ):
        np.lib.format.write_array_header_1_0(
            member, {"descr": "|b1", "fortran_order": False, "shape": (13_000, 10_001)}
        )
        for _ in range(13_000):
            member.write(bytes(10_001))
    return file.getvalue()


def header(shape, kind="|b1"):
    """A .npy file that announces a shape and holds one value."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": kind, "fortran_order": False, "shape": shape}
    )
    return file.getvalue() + b"\1"


def told(**content):
    """A JSON text."""
    return json.dumps(content)


NODES = r"must have at most 16,000,000 nodes; take a coarser one$"
TYPES = r"must hold truth values or integers"
REFUSED = {  # name of the file: content, what follows the path
    "none.json": (
        told(corners=[]),
        r"content: got \['corners'\]; must be an object with \"vertices\"",
    ),
    "list.json": ("[[0, 0], [1, 0], [0, 1]]", r"content: got list; must be an object with "),
    "hole.json": (
        '{"vertices": [[0, 0], [4, 0], [0, 4]], "hole": []}',
        r"content: got hole; are no keys; these are known: comment, holes, ",
    ),
    "torn.json": ('{"vertices": [[0, 0], [1,', r"must be intact and readable \(JSONDecodeError: "),
    "deep.json": ("[" * 100_000, r"must be intact and readable \(RecursionError: "),
    "nan.json": ('{"vertices": [[0, 0], [1, NaN], [1, 1]]}', r"vertices: got nan; must be finite "),
    "huge.json": (
        '{"vertices": [[0, 0], [1, 1e999], [1, 1]]}',
        r"vertices: got inf; must be finite",
    ),
    "null.json": ('{"vertices": null}', r"vertices: got shape \(\); must be pairs of numbers"),
    "ragged.json": (
        '{"vertices": [[0, 0], [1], [1, 1]]}',
        r"vertices: got \[\[0, 0\], \[1\], \[1, 1\]\]; ",
    ),
    "two.json": (
        told(vertices=[[0, 0], [1, 0]]),
        r"vertices: got 2 different vertices; must be at",
    ),
    "bowtie.json": (
        told(vertices=[[0, 0], [4, 4], [4, 0], [0, 4.5]]),
        r"vertices: got two sides that meet at .*; must not intersect or touch itself, by an exact test",
    ),
    "flat.json": (
        told(vertices=[[0, 0], [1, 1], [3, 3]]),
        r"vertices: got zero area; must enclose",
    ),
    "sliver.json": (
        told(vertices=[[0, 0], [1, 0], [1, 1e-7], [0, 1]]),
        r"vertices: got a side of length 1e-07; must be at least 1e-6 sqrt\(area\) = 7\.07e-07; merge",
    ),
    "outside.json": (
        told(vertices=L_VERTICES, holes=[[[3, 3], [3.5, 3], [3, 3.5]]]),
        r"holes\[0\]: got a ring through .*; must lie inside the outer ring",
    ),
    "touching.json": (
        told(vertices=L_VERTICES, holes=[[[0, 1], [1, 1], [1, 1.5]]]),
        r"holes\[0\]: got a side that meets one of vertices at .*without touching; move it$",
    ),
    "holes.json": (told(vertices=L_VERTICES, holes=3), r"holes: got 3; must be a list of rings; "),
    "name.json": (
        told(vertices=L_VERTICES, name=3),
        r"name: got 3; must be a text; put it into quotes",
    ),
    "unit.json": (told(vertices=L_VERTICES, unit=["m"]), r"unit: got \['m'\]; must be a text; "),
    "blank.json": (told(vertices=L_VERTICES, unit=" "), r"unit: got ' '; must be a line of text"),
    "lines.json": (told(vertices=L_VERTICES, name="a\nb"), r"name: got 'a\\nb'; must be a line of"),
    "$.csv": (LINES, r"name: got '\$'; must be a line of text without \$; write another$"),
    "furlongs.json": (
        told(vertices=L_VERTICES, unit="u" * 21),
        r"unit: got 'u+'; must have at most 20 letters; shorten it$",
    ),
    "many.csv": (
        "\n".join(f"{k},{k * k}" for k in range(10_001)),
        r"vertices: got 10,001 of them; must be at most 10,000, holes counted; leave out",
    ),
    "long.csv": (
        "0" * 4_000_001,
        r"file: got more than 4,000,000 bytes; must hold at most 10,000 ",
    ),
    "three.csv": (
        "0,0\n1,0,2\n1,1",
        r"line 2: got 1,0,2; must be two numbers, x and y; write 1\.5, 2",
    ),
    "words.csv": ("x,y\n0,0\n1,one", r"line 3: got 1,one; must be two numbers"),
    "titles.csv": ("x,y\nwide,high\n", r"line 2: got wide,high; must be two numbers"),
    "inf.txt": ("0 0\n1 inf\n1 1", r"vertices: got inf; must be finite numbers below 1e\+100; "),
    "empty.txt": ("", r"vertices: got 0 different vertices; must be at least 3; add some$"),
    "bytes.txt": (
        b"\xff\xfe\x00",
        r"must be intact and readable \(UnicodeDecodeError: .*; write it again",
    ),
    "flat.npy": (npy(np.ones(4)), r"mask: got \(4,\); must have two dimensions; pass one layer$"),
    "solid.npy": (npy(np.ones((2, 2, 2))), r"mask: got \(2, 2, 2\); must have two dimensions"),
    "none.npy": (npy(np.zeros((4, 5), int)), r"mask: got no free node; something has to move"),
    "nan.npy": (npy(np.array([[1, np.nan]])), r"mask: got nan; must be free or clamped everywhere"),
    "inf.npy": (npy(np.array([[1, np.inf]])), r"mask: got inf; must hold truth values or integers"),
    "half.npy": (
        npy(np.array([[1, 0.5]])),
        rf"mask: got 0\.5; {TYPES}; decide which nodes are free$",
    ),
    "text.npy": (
        npy(np.array([["a"]])),
        rf"mask: got dtype\('<U1'\); {TYPES}; convert it to bool$",
    ),
    "complex.npy": (npy(np.array([[1j]])), rf"mask: got dtype\('complex128'\); {TYPES}; convert"),
    "pickle.npy": (
        npy(np.array([[{}]])),
        r"must be intact and readable \(ValueError: Object arrays ",
    ),
    "rooms.npy": (
        npy(ROOMS),
        r"mask: got 2 components of 5, 3 nodes; .*; choose component largest or",
    ),
    "torn.npy": (npy(np.ones((9, 9)))[:-8], r"must be intact and readable \(ValueError: "),
    "announced.npy": (
        header((10**7, 10**7)),
        r"must be intact and readable \((Memory|Value)Error: ",
    ),
    "bomb.npz": (zip_bomb, rf"mask: got 130,0\d\d,\d{{3}} bytes; {NODES}"),
    "two.npz": (
        npz(a=ROOMS, b=ROOMS),
        r"arrays: got \['a', 'b'\]; must be one alone, or one of them n",
    ),
    "both.npz": (npz(mask=ROOMS, free=ROOMS), r"arrays: got \['free', 'mask'\]; must be one alone"),
    "torn.npz": (npz(a=ROOMS)[:60], r"must be intact and readable \(BadZipFile: "),
    "text.png": ("no picture", r"must be intact and readable \(UnidentifiedImageError: "),
    "torn.png": (picture(drums.disk(20).free)[:-60], r"must be intact and readable \("),
    "white.png": (
        picture(np.zeros((20, 20))),
        r"picture: got background alone; must have both colours",
    ),
    "black.jpg": (
        picture(np.ones((20, 20)), "JPEG"),
        r"picture: got drum alone; must have both colour",
    ),
    "thin.png": (
        picture(np.pad(np.ones((7, 30)), 4)),
        r"picture: got a drum of 210 pixels; must have room for a disc of 8 pixels; draw it larger$",
    ),
    "two.png": (
        picture(np.concatenate([np.pad(np.ones((9, 9)), 2)] * 2)),
        r"picture: got 2 components of 81, 81 nodes; must be connected; choose component largest$",
    ),
    "drum.gif": (
        "GIF89a",
        r"must end in \.json, \.csv, \.txt, \.npy, \.npz, \.png, \.jpg, \.jpeg; convert it",
    ),
    "drum": ("", r"must end in \.json, "),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path, name):
    """One line on `shape`, that begins with the path as given and names the bound."""
    content, text = REFUSED[name]
    path = written(tmp_path, name, content() if callable(content) else content)
    with pytest.raises(ArgumentError, match=text) as refusal:
        read_shape(path)
    assert refusal.value.argument == "shape"
    assert refusal.value.value == str(path)
    assert str(refusal.value).startswith(f"shape: got {str(path)[:100]}")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("nowhere.json", r"shape: got nowhere\.json; must be a file that exists; check the path$"),
        ("", r"shape: got ; must be a file that exists"),
        (".", r"shape: got \.; must be a file that exists"),
        ("a\0b.json", r"shape: got .*; must be (a usable path|a file that exists)"),
        (3.5, r"shape: got 3\.5; must be the path of a file; pass a text or a Path$"),
    ],
)
def test_no_file(path, text):
    """A path without a file."""
    with pytest.raises(ArgumentError, match=f"^{text}"):
        read_shape(path)


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        (
            "l.csv",
            {"spacing": 0.1},
            r"spacing: got 0\.1; has no meaning: .*l\.csv is a polygon; leave",
        ),
        (
            "l.csv",
            {"component": "largest"},
            r"component: got largest; has no meaning: .* is a polygon",
        ),
        (
            "l.csv",
            {"invert": True},
            r"invert: got True; has no meaning: .* is no picture; leave it out$",
        ),
        ("l.npy", {"invert": True}, r"invert: got True; has no meaning: .* is no picture"),
        ("l.npy", {"spacing": 0}, r"spacing: got 0; must be a positive and finite number"),
        (
            "l.npy",
            {"component": "both"},
            r"shape: got .*component: got both; must be largest or all",
        ),
        ("l.png", {"spacing": np.nan}, r"spacing: got nan; must be a positive"),
        (
            "l.png",
            {"component": "all"},
            r"shape: got .*component: got all; must be largest for a pic",
        ),
    ],
)
def test_options_refused(tmp_path, name, options, text):
    """An option that the kind of file has no use for is not passed over."""
    free = drums.l_shape(12).free
    contents = {"l.csv": LINES, "l.npy": npy(free), "l.png": picture(free)}
    path = written(tmp_path, name, contents[name])
    with pytest.raises(ArgumentError, match=f"^{text}"):
        read_shape(path, **options)


@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(["l.json", "l.csv", "l.npy", "l.npz", "l.png", "l.jpg"]),
    place=st.floats(0, 1),
    byte=st.integers(0, 255),
    cut=st.booleans(),
)
def test_damage(tmp_path, name, place, byte, cut):
    """A byte altered or the rest cut off: a shape as before or another one, or an error of the shape."""
    free = drums.l_shape(12).free
    contents = {
        "l.json": told(vertices=L_VERTICES).encode(),
        "l.csv": LINES.encode(),
        "l.npy": npy(free),
        "l.npz": npz(mask=free),
        "l.png": picture(free),
        "l.jpg": picture(free, "JPEG"),
    }
    content = contents[name]
    k = int(place * (len(content) - 1))
    damaged = content[:k] + bytes([byte]) + (b"" if cut else content[k + 1 :])
    found = outcome(written(tmp_path, name, damaged))
    if isinstance(found, ArgumentError):
        assert found.argument == "shape"
        assert "\n" not in str(found)
    else:
        assert isinstance(found, PolygonFile | MaskFile | PictureFile)


def outcome(path):
    """The shape, or why there is none; any other error is raised."""
    try:
        return read_shape(path)
    except ArgumentError as error:
        return error
