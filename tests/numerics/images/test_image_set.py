"""The common form of image sets, and what importing the room costs."""

import subprocess
import sys

import pytest
import xarray as xr

from numerics.images import digits, pure_cosines, shapes, white_noise_and_cosine


def test_import_is_light():
    """`import numerics.images` takes none of the heavy libraries with it."""
    code = (
        "import sys, numerics.images; "
        "print([m for m in ('sklearn', 'PIL', 'pooch', 'torch', 'netCDF4', 'matplotlib') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("make", [pure_cosines, digits, shapes, white_noise_and_cosine])
def test_netcdf_round_trip(make, tmp_path):
    """Written to netCDF and read again, a set is identical, attributes included."""
    images = make()
    images.to_netcdf(tmp_path / "set.nc")
    assert xr.load_dataset(tmp_path / "set.nc").identical(images)
