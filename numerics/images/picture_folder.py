"""Reader of a folder of pictures: one sub-folder a class."""

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import IO

import numpy as np

from numerics.images.arguments import in_one_line, refuse_larger
from numerics.images.array_files import Contents
from theory.errors import ArgumentError

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
EIGHT_BIT_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr")


def picture_paths(folder: Path, given: str) -> dict[str, list[Path]]:
    """Pictures of each class, sorted: sub-folder name to paths; hidden names are passed over.

    Raises
    ------
    ArgumentError
        On a folder without sub-folders, and on a sub-folder without pictures.
    """
    classes = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    if not classes:
        raise ArgumentError(
            "dataset",
            given,
            "must have one sub-folder for each class, has none",
            "put the pictures of each class into a sub-folder of its name",
        )
    found = {}
    for sub in classes:
        found[sub.name] = sorted(
            p
            for p in sub.iterdir()
            if p.suffix.lower() in SUFFIXES and p.is_file() and not p.name.startswith(".")
        )
        if not found[sub.name]:
            raise ArgumentError(
                "dataset",
                given,
                f"each sub-folder must hold pictures ({' '.join(SUFFIXES)}), {sub.name} holds none",
                "add pictures to it, or take it away",
            )
    return found


def read_folder(folder: Path, given: str, max_bytes: int) -> Contents:
    """Pictures as uint8: (sample, y, x) if all are grey, (sample, y, x, 3) otherwise."""
    paths = picture_paths(folder, given)
    every = [path for of_class in paths.values() for path in of_class]
    with warnings.catch_warnings():
        from PIL import Image

        warnings.simplefilter("error", Image.DecompressionBombWarning)
        width, height = header_size(every[0], given)
        refuse_larger(given, len(every) * width * height * 3, max_bytes, "the pictures")
        pictures = np.empty((len(every), height, width, 3), dtype=np.uint8)
        for picture, path in zip(pictures, every, strict=True):
            picture[...] = decode(path, (width, height), given)
    labels = np.repeat(list(paths), [len(of_class) for of_class in paths.values()])
    is_grey = bool((pictures == pictures[..., :1]).all())
    return Contents(pictures[..., 0] if is_grey else pictures, labels)


def header_size(path: Path, given: str) -> tuple[int, int]:
    """Width and height that a picture announces."""
    from PIL import Image

    with decoding(path, given), Image.open(path, formats=FORMATS) as opened:
        return opened.size


def decode(
    path: PurePath, size: tuple[int, int], given: str, content: IO[bytes] | None = None
) -> np.ndarray:
    """Pixels (y, x, 3) of one picture of 8 bits a channel, as uint8; its bytes may be given."""
    from PIL import Image

    with decoding(path, given), Image.open(content or str(path), formats=FORMATS) as opened:
        if opened.size != size:
            raise unusable(
                path,
                given,
                f"has {opened.size[0]} x {opened.size[1]} pixels, "
                f"the first picture {size[0]} x {size[1]}",
                "bring all pictures to one size",
            )
        if opened.mode not in EIGHT_BIT_MODES:
            raise unusable(
                path,
                given,
                f"has the mode {opened.mode}, not 8 bits a channel",
                "convert it to 8 bits",
            )
        frames = getattr(opened, "n_frames", 1)
        if frames != 1:
            raise unusable(path, given, f"holds {frames} frames", "keep one frame of it")
        if opened.mode in ("LA", "PA", "RGBA") or "transparency" in opened.info:
            opaque = np.asarray(opened.convert("RGBA"))
            if (opaque[..., 3] != 255).any():
                raise unusable(
                    path, given, "is partly transparent", "put it on a background, then save it"
                )
        return np.asarray(opened.convert("RGB"))


@contextlib.contextmanager
def decoding(path: PurePath, given: str) -> Iterator[None]:
    """Tell what Pillow stumbles over as an error of one picture: damaged, or announced too large."""
    try:
        yield
    except ArgumentError:
        raise
    # Damaged pictures surface as a dozen types: OSError, SyntaxError, struct.error, ...
    except Exception as error:
        raise unusable(
            path,
            given,
            f"cannot be decoded ({in_one_line(error)})",
            "replace the picture, or take it away",
        ) from error


def unusable(path: PurePath, given: str, expected: str, remedy: str) -> ArgumentError:
    """Error that names one picture of the folder."""
    return ArgumentError("dataset", given, f"{os.path.join(*path.parts[-2:])} {expected}", remedy)
