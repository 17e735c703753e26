"""Script that reads a netCDF file through; it ends with 0 if that is safe to do.

    python -P netcdf_probe.py PATH MAX_BYTES

It stands alone, importing netCDF4 only, so that starting it takes a fifth of a second.
"""

import math
import sys


def announced_bytes(variable) -> int:
    """Bytes that a netCDF variable takes when read; a chunk may be larger than the variable."""
    chunk = variable.chunking()
    values = max(math.prod(variable.shape), 0 if chunk == "contiguous" else math.prod(chunk))
    # A text has no fixed size; what stands in the array is a reference of 16 bytes.
    return values * (16 if variable.dtype is str else variable.dtype.itemsize)


def read_through(path: str, max_bytes: int) -> None:
    """Read `image`, `label` and the attributes, unless they announce more than `max_bytes`."""
    import netCDF4

    with netCDF4.Dataset(path) as file:
        present = [file.variables[name] for name in ("image", "label") if name in file.variables]
        if sum(map(announced_bytes, present)) <= max_bytes:
            for variable in present:
                variable[...]
        for name in file.ncattrs():
            file.getncattr(name)


if __name__ == "__main__":
    read_through(sys.argv[1], int(sys.argv[2]))
