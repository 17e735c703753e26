"""Reader of netCDF-4 files: tried in a process of its own first, then read."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from numerics.images.arguments import refuse_larger
from numerics.images.array_files import Contents, empty_array
from numerics.images.netcdf_probe import announced_bytes
from theory.errors import ArgumentError

SECONDS_TO_START = 20.0
BYTES_PER_SECOND = 5e6
"""A file may take this long to be tried: the start, and its size at the pace of a slow disk."""


def read_nc(path: Path, given: str, max_bytes: int) -> Contents:
    """Variables `image` and `label`; names from the attribute `class_names` if there is one."""
    (images, labels), names = nc_variables(path, ("image", "label"), given, max_bytes)
    return Contents(images, labels, names)


def nc_images(path: Path, given: str, max_bytes: int) -> np.ndarray:
    """Variable `image`; the others are not read."""
    (images,), _ = nc_variables(path, ("image",), given, max_bytes)
    return images


def nc_variables(
    path: Path, names: tuple[str, ...], given: str, max_bytes: int
) -> tuple[list[np.ndarray], list[str] | None]:
    """Return the values of variables, none missing, and the texts of the attribute `class_names`."""
    with _opened(path, given, max_bytes) as file:
        values = _variables(file, names, given, max_bytes)
        texts = file.getncattr("class_names") if "class_names" in file.ncattrs() else None
    return values, _text_list(texts)


def _opened(path: Path, given: str, max_bytes: int):
    """Open netCDF-4 file that another process could read through."""
    import netCDF4

    with path.open("rb") as file:
        if file.read(8) != b"\x89HDF\r\n\x1a\n":
            # A damaged classic file makes the C library allocate gigabytes before it notices.
            raise ArgumentError(
                "dataset",
                given,
                "must be a netCDF-4 file (HDF5), not a classic netCDF or any other file",
                "write it with xarray's to_netcdf(path, engine='netcdf4')",
            )
    _refuse_unreadable(path, given, max_bytes)
    return netCDF4.Dataset(path)


def _variables(file, names: tuple[str, ...], given: str, max_bytes: int) -> list[np.ndarray]:
    """Values of these variables."""
    wanted = f"the variable{'s' * (len(names) > 1)} {' and '.join(names)}"
    missing = [name for name in names if name not in file.variables]
    if missing:
        raise ArgumentError(
            "dataset",
            given,
            f"must have {wanted}, lacks {' and '.join(missing)}, has {sorted(file.variables)}",
            "rename its variables",
        )
    variables = [file.variables[name] for name in names]
    refuse_larger(given, sum(map(announced_bytes, variables)), max_bytes, f"the values of {wanted}")
    return [_values(variable, given) for variable in variables]


def _refuse_unreadable(path: Path, given: str, max_bytes: int) -> None:
    """Raise ArgumentError if another process cannot read the file through in time.

    On one damaged file in a few hundred the HDF5 library never returns, and nothing can stop it
    inside this process. A file that was read through once is safe to open here.
    """
    probe = Path(__file__).with_name("netcdf_probe.py")
    seconds = SECONDS_TO_START + path.stat().st_size / BYTES_PER_SECOND
    # -P keeps this folder off the search path: the probe must not find our `digits` or `options`.
    command = [sys.executable, "-P", str(probe), str(path.resolve()), str(max_bytes)]
    remedy = "write it again, or pass another one"
    try:
        tried = subprocess.run(command, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise ArgumentError(
            "dataset", given, f"must be intact, but reading it takes over {seconds:.0f} s", remedy
        ) from None
    if tried.returncode != 0:
        reason = tried.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ArgumentError(
            "dataset",
            given,
            f"must be intact and readable ({reason or f'reader ended with {tried.returncode}'})",
            remedy,
        )


def _values(variable, given: str) -> np.ndarray:
    """Values of a netCDF variable, none of them missing."""
    if variable.dtype is not str and variable.dtype.kind not in "buifS":
        raise ArgumentError(
            "dataset",
            given,
            f"{variable.name} must hold real numbers or texts, holds {variable.dtype}",
            "convert it to float64",
        )
    if variable.size == 0:
        raise empty_array(given, variable.name, variable.shape)
    if variable.dtype is not str and variable.dtype.itemsize == 1:
        # of bytes every value is one, unless the file says otherwise: white is 255, netCDF's default fill
        variable.set_auto_mask("_FillValue" in variable.ncattrs())
    values = variable[...]
    missing = np.ma.count_masked(values)
    if missing:
        raise ArgumentError(
            "dataset",
            given,
            f"{variable.name} must have no missing or nan values, has {missing:,}",
            "fill them, or leave these images out",
        )
    values = np.ma.getdata(values)
    if values.dtype.kind == "O" and variable.dtype is str:
        return values.astype(str)
    if values.dtype.kind == "S" and values.ndim == 2:
        # Texts of fixed length are stored as one character an entry.
        return np.array([b"".join(row) for row in values])
    return values


def _text_list(text: object) -> list[str] | None:
    """List of texts from JSON, or None if it is anything else."""
    if not isinstance(text, str):
        return None
    try:
        names = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return names
    return None
