"""PatchCamelyon: microscope pictures of 96 x 96 pixels, read from their HDF5 file."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numerics.files import write_atomically
from numerics.images.arguments import in_one_line
from numerics.images.original_files import cache_folder, original_file
from numerics.images.stream import ImageStream
from numerics.images.streams.pixel_form import pixel_form
from numerics.images.streams.sliced import sliced_stream
from theory.errors import ArgumentError

BASE_URL = "https://zenodo.org/records/2546921/files/"
PACKED = "camelyonpatch_level_2_split_train_x.h5.gz"
PACKED_MD5 = "md5:1571f514728f59376b705fc836ff4b63"
VARIABLE = "x"


def pcam(*, base_url: str = BASE_URL) -> ImageStream:
    """262,144 training pictures of 96 x 96 pixels, grey by the 8-bit rule, as bytes.

    The packed file (6.4 GB) comes from the folder that MODEWISE_DATA names, or is downloaded once
    from `base_url`; its checksum is verified each time. It is unpacked once into the cache (7.2 GB)
    and read from there block by block.

    Raises
    ------
    ArgumentError
        On a file that is missing, altered, damaged or unreachable.

    Source: B. S. Veeling, J. Linmans, J. Winkens, T. Cohen, M. Welling, MICCAI (2018).
    """
    packed = original_file(PACKED, PACKED_MD5, base_url, "pcam")
    path = _unpacked(packed, cache_folder() / "unpacked" / _unpacked_name())
    with _opened(path) as images:
        form = pixel_form(images.shape, images.dtype, None, str(path))
        count = len(images)
    source = {"source": "pcam", "files": {packed.name: PACKED_MD5}, "scale": form.scale}
    return sliced_stream(lambda: _opened(path), form, count, name="pcam", provenance=source)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """Variable of an open file; netCDF's library reads any HDF5 file, dimensions without names too."""
    import netCDF4

    try:
        file = netCDF4.Dataset(path)
    except OSError as error:
        raise _damaged(path, f"must be an intact HDF5 file ({in_one_line(error)})") from error
    with file:
        if VARIABLE not in file.variables:
            raise _damaged(path, f"must hold {VARIABLE}, holds {sorted(file.variables)}")
        variable = file.variables[VARIABLE]
        # a byte of 255 is a pixel rather than a missing value
        variable.set_auto_maskandscale(False)
        yield variable


def _unpacked_name() -> str:
    """Name that changes with the checksum: another original is unpacked anew."""
    return f"{PACKED_MD5.removeprefix('md5:')}.h5"


def _unpacked(packed: Path, target: Path) -> Path:
    """Unpacked file, written whole or not at all."""
    if target.is_file():
        return target

    def unpack(part: Path) -> None:
        try:
            with gzip.open(packed) as source, part.open("wb") as file:
                shutil.copyfileobj(source, file, 2**20)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise _damaged(packed, f"must unpack ({in_one_line(error)})") from error

    return write_atomically(target, unpack)


def _damaged(path: Path, expected: str) -> ArgumentError:
    """Error for a file that cannot be used."""
    return ArgumentError("dataset", str(path), expected, "delete it, and it is made again")
