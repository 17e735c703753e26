"""PatchCamelyon by download: a small file that an HDF5 library wrote; unpacked once; damage."""

import gzip
import hashlib
import importlib
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from numerics.images import streams
from theory.errors import ArgumentError

# The function of the same name hides the module in `numerics.images.streams`.
module = importlib.import_module("numerics.images.streams.pcam")

PLAIN = (Path(__file__).parents[1] / "plain_hdf5.h5.gz").read_bytes()
"""Written by h5py 3.16: `x` (3, 96, 96, 3), uint8, chunks of two images, no named dimensions.

Image m has (40 m + 2 y + x + 50 c) mod 256 at row y, column x, channel c.
"""


def colours():
    m, y, x, c = np.indices((3, 96, 96, 3))
    return ((40 * m + 2 * y + x + 50 * c) % 256).astype(np.uint8)


def netcdf(tmp_path, **variables):
    """Packed netCDF-4 file of these variables."""
    path = tmp_path / "made.nc"
    with netCDF4.Dataset(path, "w") as file:
        for name, values in variables.items():
            dimensions = [f"{name}{axis}" for axis in range(values.ndim)]
            for dimension, length in zip(dimensions, values.shape, strict=True):
                file.createDimension(dimension, length)
            file.createVariable(name, values.dtype, dimensions)[...] = values
    return gzip.compress(path.read_bytes(), 1)


@pytest.fixture
def served(serve, monkeypatch):
    """Serve a file under its name and with its checksum: address and requests."""

    def start(content):
        monkeypatch.setattr(module, "PACKED_MD5", f"md5:{hashlib.md5(content).hexdigest()}")
        return serve({module.PACKED: content})

    return start


def test_download(served, tmp_path):
    """A plain HDF5 file read by netCDF's library: grey bytes; downloaded and unpacked once."""
    address, asked = served(PLAIN)
    stream = streams.pcam(base_url=address)
    assert (stream.name, stream.shape, stream.count) == ("pcam", (96, 96), 3)
    for _ in range(2):
        np.testing.assert_array_equal(
            np.concatenate(list(stream.blocks())), streams.grey_bytes(colours())
        )
    (unpacked,) = (tmp_path / "cache" / "modewise" / "unpacked").iterdir()
    before = unpacked.stat().st_mtime_ns
    assert streams.pcam(base_url=address).count == 3
    assert unpacked.stat().st_mtime_ns == before
    assert asked == [f"/{module.PACKED}"]


def test_white_pixels_are_values(served, tmp_path):
    """Bytes of 255, where netCDF might see missing values, are pixels."""
    white = np.full((1, 8, 8, 3), 255, np.uint8)
    address, _ = served(netcdf(tmp_path, x=white))
    (block,) = streams.pcam(base_url=address).blocks()
    assert (block == 255).all()


def test_from_the_folder(served, tmp_path, monkeypatch):
    """The packed file lies in the folder that MODEWISE_DATA names; another one is refused."""
    served(PLAIN)
    (tmp_path / module.PACKED).write_bytes(PLAIN)
    monkeypatch.setenv("MODEWISE_DATA", str(tmp_path))
    assert streams.pcam().count == 3
    (tmp_path / module.PACKED).write_bytes(PLAIN + b"x")
    with pytest.raises(ArgumentError, match="must have the MD5"):
        streams.pcam()


def test_damage(served, tmp_path):
    """A packed file that breaks off: nothing is left of it."""
    address, _ = served(PLAIN[:-100])
    with pytest.raises(ArgumentError, match="must unpack") as caught:
        streams.pcam(base_url=address)
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "cache" / "modewise" / "unpacked").iterdir()) == []


def test_other_content(served, tmp_path):
    """HDF5 without the variable x."""
    address, _ = served(netcdf(tmp_path, y=np.zeros((1, 8, 8, 3), np.uint8)))
    with pytest.raises(ArgumentError, match=r"must hold x, holds \['y'\]"):
        streams.pcam(base_url=address)


def test_no_hdf5(served):
    """Something else, packed."""
    address, _ = served(gzip.compress(b"no HDF5"))
    with pytest.raises(ArgumentError, match="must be an intact HDF5 file"):
        streams.pcam(base_url=address)
