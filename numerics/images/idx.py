"""Reader of the IDX format, in which MNIST and its relatives are distributed."""

import gzip
import math
import os
import struct
import zlib
from typing import BinaryIO

import numpy as np

from numerics.images.arguments import in_one_line
from theory.errors import ArgumentError

DTYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""Type code (third byte of the file) to big-endian dtype."""

DEFLATE_RATIO = 1032
"""Most bytes that one byte of deflate can expand to."""

CHUNK = 2**20


def read_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """Array of one IDX file, packed with gzip or not; in native byte order.

    The header is two zero bytes, a type code, the number d of dimensions, d sizes (big-endian
    uint32); the values follow, the last index fastest, and nothing after them.

    Raises
    ------
    ArgumentError
        If the file is missing, damaged, truncated, longer than announced, or announces more than
        it can hold; at most one byte more than announced is unpacked.

    Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database, "File formats".
    """
    given = os.fspath(path)
    try:
        with open(given, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            packed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if packed:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    return _read(unpacked, size * DEFLATE_RATIO, given)  # type: ignore[arg-type]
            return _read(file, size, given)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(given, f"must be an intact file ({in_one_line(error)})") from error
    except ValueError as error:
        if isinstance(error, ArgumentError):
            raise
        raise _damaged(given, f"must be the path of a file ({error})") from error


def _read(file: BinaryIO, most: int, given: str) -> np.ndarray:
    """Array of an open file that can hold `most` bytes."""
    header = _exactly(file, 4, given)
    dtype = DTYPES.get(header[2])
    if header[:2] != b"\0\0" or dtype is None:
        raise _damaged(
            given, f"must begin with the IDX magic 00 00 and a type code, has {header.hex(' ')}"
        )
    dimensions = header[3]
    if not 1 <= dimensions <= 64:
        raise _damaged(given, f"must have from 1 to 64 dimensions, announces {dimensions}")
    shape = struct.unpack(f">{dimensions}I", _exactly(file, 4 * dimensions, given))
    announced = math.prod(shape) * np.dtype(dtype).itemsize
    if announced == 0:
        raise _damaged(given, f"must hold at least one value, announces the shape {shape}")
    # Compared before a byte is allocated: a header of 16 bytes can announce terabytes.
    most -= 4 + 4 * dimensions
    if announced > most:
        raise _damaged(
            given, f"announces {announced:,} bytes (shape {shape}), but can hold at most {most:,}"
        )
    payload = _exactly(file, announced, given)
    if file.read(1):
        raise _damaged(given, f"must end after the {announced:,} bytes announced; more follow")
    values = np.frombuffer(payload, dtype=dtype).reshape(shape)
    return values.astype(values.dtype.newbyteorder("="))


def _exactly(file: BinaryIO, count: int, given: str) -> bytearray:
    """Next `count` bytes; read in pieces, so that memory grows with what is there."""
    payload = bytearray()
    while len(payload) < count:
        piece = file.read(min(CHUNK, count - len(payload)))
        if not piece:
            raise _damaged(
                given, f"is truncated: {count:,} bytes must follow here, {len(payload):,} are there"
            )
        payload += piece
    return payload


def _damaged(given: str, expected: str) -> ArgumentError:
    """Error for a file that is no intact IDX file."""
    return ArgumentError("path", given, expected, "download the file again, or pass another one")
