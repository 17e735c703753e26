"""Files are whole or not there, and what is read is what was written, bit for bit."""

import random
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics import files
from theory.errors import ArgumentError


@pytest.fixture
def tree():
    """Every kind of value that a result holds: complex, nan, -0.0, text, empty groups."""
    odd = np.array([0.0, -0.0, np.nan, np.inf, -np.inf, 5e-324, np.nextafter(1, 2)])
    ladders = xr.Dataset(
        {
            "strength": (("trial", "mode"), np.arange(6.0).reshape(2, 3), {"units": "1"}),
            "spectrum": ("mode", np.array([1 + 2j, np.nan - 0.0j, -0.0 - 3j])),
            "odd": ("time", odd),
            "text": ("mode", np.array(["one", "zwölf", ""], dtype=object)),
            "count": ("mode", np.array([1, -2, 3], dtype="int32")),
            "seen": ("mode", np.array([True, False, True])),
        },
        coords={"mode": [1, 2, 3], "trial": [7, 8]},
        attrs={"quantity": "strength", "scale": 0.1},
    )
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs={"provenance": '{"seed": 0}', "version": 1}),
            "/ladders/full": ladders,
            "/checks": xr.Dataset({"found": ("check", np.array([0.5, np.nan]))}),
            "/observed": xr.Dataset(),
        }
    )


def test_a_tree_comes_back_identical(tree, tmp_path):
    """Xarray finds no difference, and neither does the checksum of all bits."""
    before = files.checksum(tree)
    back = files.read_tree(files.write_tree(tmp_path / "new" / "tree.nc", tree))
    xr.testing.assert_identical(back, tree)
    assert files.checksum(tree) == before == files.checksum(back)
    assert np.signbit(back["/ladders/full"].odd.values[1])
    assert back["/ladders/full"].spectrum.dtype == complex
    assert "observed" in back.children


def test_the_checksum_does_not_depend_on_order(tree):
    """Groups, variables and attributes in another order are the same tree."""
    backwards = {node.path: node.to_dataset(inherit=False) for node in tree.subtree}
    for path, dataset in backwards.items():
        turned = dataset[list(dataset.data_vars)[::-1]]
        turned.attrs = dict(reversed(dataset.attrs.items()))
        backwards[path] = turned
    other = xr.DataTree.from_dict(dict(reversed(backwards.items())))
    assert files.checksum(other) == files.checksum(tree)


@settings(deadline=None, max_examples=50)
@given(
    variable=st.sampled_from(["strength", "spectrum", "odd", "count", "mode"]),
    position=st.integers(0),
    bit=st.integers(0, 7),
)
def test_any_bit_changes_the_checksum(variable, position, bit):
    """One bit of one value, of a coordinate too."""
    values = {
        "strength": np.arange(6.0),
        "spectrum": np.array([1 + 2j, np.nan]),
        "odd": np.array([0.0, np.nan]),
        "count": np.arange(3, dtype="int32"),
        "mode": np.arange(3),
    }

    def built(changed):
        data = {name: (f"dimension_{name}", array) for name, array in changed.items()}
        coordinate = data.pop("mode")
        return xr.DataTree.from_dict({"/a": xr.Dataset(data, coords={"mode": coordinate})})

    bits = bytearray(values[variable].tobytes())
    bits[position % len(bits)] ^= 1 << bit
    flipped = np.frombuffer(bytes(bits), dtype=values[variable].dtype)
    assert files.checksum(built(values)) != files.checksum(built(values | {variable: flipped}))


def replace_checks(tree, change):
    tree["checks"] = xr.DataTree(change(tree["/checks"].to_dataset()))


CHANGES = {
    "attribute of the tree": lambda t: t.attrs.update(version=2),
    "attribute of a group": lambda t: t["/ladders/full"].attrs.update(scale=np.nextafter(0.1, 1)),
    "attribute of a variable": lambda t: t["/ladders/full"].strength.attrs.update(units="Hz"),
    "attribute added": lambda t: t["/checks"].attrs.update(more=""),
    "group added": lambda t: t.update({"more": xr.DataTree()}),
    "variable renamed": lambda t: replace_checks(t, lambda d: d.rename(found="asked")),
    "dimension renamed": lambda t: replace_checks(t, lambda d: d.rename(check="row")),
    "one text": lambda t: t["/ladders/full"]["text"].values.__setitem__(0, "two"),
    "sign of zero": lambda t: t["/ladders/full"].odd.values.__setitem__(1, 0.0),
    "kind of number": lambda t: replace_checks(t, lambda d: d.astype("float32")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_any_change_changes_the_checksum(tree, what):
    """Names, dimensions, attributes and texts are part of it."""
    before = files.checksum(tree)
    CHANGES[what](tree)
    assert files.checksum(tree) != before


def test_arrays_come_back_identical(tmp_path):
    """npz: names, kinds and bits."""
    arrays = {
        "kernel": np.array([1 + 1j, -0.0, np.nan]),
        "updates_done": np.array(7),
        "empty": np.zeros((0, 3), dtype="float32"),
    }
    back = files.read_arrays(files.write_arrays(tmp_path / "state.npz", arrays))
    assert back.keys() == arrays.keys()
    for name, array in arrays.items():
        assert (back[name].dtype, back[name].shape) == (array.dtype, array.shape)
        assert back[name].tobytes() == array.tobytes()


def test_text_is_utf8(tmp_path):
    """The bytes are those of UTF-8, on every system."""
    path = files.write_text(tmp_path / "page.html", "λ ≤ 1\n")
    assert path.read_bytes() == "λ ≤ 1\n".encode()


def test_the_old_file_stays_if_the_writer_fails(tmp_path):
    """An error halfway leaves the old content, no remains, and comes through unchanged."""
    path = files.write_text(tmp_path / "a.txt", "old")

    def fail(part):
        part.write_text("half")
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        files.write_atomically(path, fail)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_refuses_a_folder_that_is_a_file(tmp_path):
    """The folder and what to do are named."""
    (tmp_path / "out").write_text("")
    with pytest.raises(
        ArgumentError, match=r"out: got .*a\.txt; cannot be written \(.*\); choose anoth"
    ):
        files.write_text(tmp_path / "out" / "a.txt", "text")


@pytest.mark.parametrize("content", [None, b"", b"no netCDF file", b"\x89HDF\r\n\x1a\n torn"])
def test_refuses_what_is_no_tree(tmp_path, content):
    """A missing, empty, foreign or torn file: an error that names it."""
    path = tmp_path / "tree.nc"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(
        ArgumentError, match=r"file: got .*tree.nc; cannot be read: .*; write it anew"
    ):
        files.read_tree(path)


REWRITE = """
    import itertools, sys
    from pathlib import Path
    import numpy as np, xarray as xr
    from numerics import files

    folder = Path(sys.argv[1])
    for number in itertools.count(1):
        values = np.full(100_000, float(number))
        files.write_arrays(folder / "state.npz", {"a": values, "b": values})
        data = xr.Dataset({"a": ("update", values), "b": ("update", values)})
        files.write_tree(folder / "tree.nc", xr.DataTree.from_dict({"/group": data}))
        print(number, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is asked for")
def test_killed_while_writing(tmp_path):
    """20 times a process that rewrites two files is killed at a random moment.

    After each, both files are readable and of one piece: all values are one number, not older than
    the last that the process had finished, not newer than the one it was at.
    """
    chance = random.Random(0)
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(REWRITE), str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout.readline() == "1\n"  # from here on the files are there
        time.sleep(chance.uniform(0.0, 0.05))
        process.send_signal(signal.SIGKILL)
        finished = int((process.stdout.read().splitlines() or ["1"])[-1])
        process.wait()
        group = files.read_tree(tmp_path / "tree.nc")["/group"]
        arrays = files.read_arrays(tmp_path / "state.npz")
        for stored in ((arrays["a"], arrays["b"]), (group.a.values, group.b.values)):
            numbers = np.unique(stored)
            assert len(numbers) == 1
            assert finished <= numbers[0] <= finished + 1


def test_a_folder_where_the_file_should_go_is_refused(tmp_path):
    """One error that names the path; nothing is left beside it."""
    (tmp_path / "result.json").mkdir()
    with pytest.raises(ArgumentError, match=r"result\.json; cannot be written"):
        files.write_text(tmp_path / "result.json", "new")
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]


def test_what_is_kept_is_computed_once_and_comes_back_bit_for_bit(tmp_path):
    """The second call reads what the first wrote, labels too; a computation that fails leaves no file."""
    calls = []

    def compute():
        calls.append(1)
        values = xr.DataArray([0.1, np.nan, -0.0], dims="side", coords={"side": [3, 4, 7]})
        return xr.Dataset({"x": values.assign_attrs(units="m"), "n": 3})

    first, second = (files.kept(tmp_path / "part.nc", compute) for _ in range(2))
    assert len(calls) == 1
    assert first.identical(compute())
    assert second.identical(first)
    assert second["x"].values.tobytes() == first["x"].values.tobytes()

    def fail():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.kept(tmp_path / "other.nc", fail)
    assert [file.name for file in tmp_path.iterdir()] == ["part.nc"]
