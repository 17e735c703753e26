"""EuroSAT: satellite pictures of 64 x 64 pixels, read from their archive."""

from __future__ import annotations

import contextlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import numpy as np

from numerics.images.arguments import in_one_line
from numerics.images.original_files import original_file
from numerics.images.picture_folder import decode
from numerics.images.stream import ImageStream
from numerics.images.streams.pixel_form import grey_bytes, pixel_form
from numerics.images.streams.sliced import sliced_stream
from theory.errors import ArgumentError

BASE_URL = "https://zenodo.org/records/7711810/files/"
ARCHIVE = "EuroSAT_RGB.zip"
ARCHIVE_SHA256 = "b4f5b234ecb7d7ff9c6cddb046543b4717c53fd6e9815be6c0e80cc614f51b90"
SIDE = 64


def eurosat(*, base_url: str = BASE_URL) -> ImageStream:
    """All 27,000 pictures of 64 x 64 pixels, in the order of their sorted paths, as grey bytes.

    The archive, EuroSAT_RGB.zip (95 MB), comes from the folder that MODEWISE_DATA names, or is
    downloaded once from `base_url`; its checksum is verified, and pictures are decoded from it block
    by block.

    Raises
    ------
    ArgumentError
        On an archive that is missing, altered or unreachable.

    Source: P. Helber, B. Bischke, A. Dengel, D. Borth, IEEE JSTARS 12, 2217 (2019).
    """
    path = original_file(ARCHIVE, ARCHIVE_SHA256, base_url, "eurosat")
    names = _pictures_in(path)
    form = pixel_form((len(names), SIDE, SIDE), np.dtype(np.uint8), None, str(path))

    @contextlib.contextmanager
    def opened() -> Iterator[_ZippedPictures]:
        with zipfile.ZipFile(path) as archive:
            yield _ZippedPictures(archive, names, str(path))

    source = {"source": "eurosat", "files": {path.name: ARCHIVE_SHA256}, "scale": form.scale}
    return sliced_stream(opened, form, len(names), name="eurosat", provenance=source)


class _ZippedPictures:
    """Grey pictures of an open archive; a slice of them is decoded when it is asked for."""

    def __init__(self, archive: zipfile.ZipFile, names: list[str], given: str):
        self.archive, self.names, self.given = archive, names, given

    def __getitem__(self, part: slice) -> np.ndarray:
        return np.stack([self._grey(name) for name in self.names[part]])

    def _grey(self, name: str) -> np.ndarray:
        """Grey bytes (y, x) of one picture."""
        content = io.BytesIO(self.archive.read(name))
        return grey_bytes(decode(PurePosixPath(name), (SIDE, SIDE), self.given, content))


def _pictures_in(path: Path) -> list[str]:
    """Names of the pictures in an archive, sorted."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(name for name in archive.namelist() if name.endswith(".jpg"))
    except (OSError, zipfile.BadZipFile) as error:
        raise ArgumentError(
            "dataset",
            str(path),
            f"must be an intact archive ({in_one_line(error)})",
            "delete it, and it is downloaded again",
        ) from error
    return names
