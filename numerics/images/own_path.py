"""A path of the user's: what reads it, what it is called, what its files' bytes add up to."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from numerics.images.arguments import in_one_line
from theory.errors import ArgumentError

Reader = TypeVar("Reader")


class OwnPath(NamedTuple, Generic[Reader]):
    """A path, the text that was given for it, and the reader of what lies there."""

    location: Path
    given: str
    reader: Reader


def own_path(
    path: str | os.PathLike[str],
    files: Mapping[str, Reader],
    folder: tuple[Reader, str] | None = None,
    *,
    example: str,
    argument: str = "dataset",
) -> OwnPath[Reader]:
    """Return a path with the reader of what lies there.

    Parameters
    ----------
    path : str or path
        Of a file or folder; of a file alone where folders have no reader.
    files : mapping of str to reader
        Readers of files by their suffixes, in lower case.
    folder : pair of reader and str, optional
        That of a folder, and what a folder must be, as an error tells it.
    example, argument : str
        A call that writes a file, and what the path is called, as an error tells them.

    Raises
    ------
    ArgumentError
        On what is no path, and on a path without a file or folder that has a reader.

    Examples
    --------
    >>> own_path("", {}, example="numpy.save(path, images)")
    Traceback (most recent call last):
        ...
    theory.errors.ArgumentError: dataset: got ; must be a file that exists; check the path
    """
    kind = "file or folder" if folder else "file"
    try:
        given = os.fsdecode(path)
    except TypeError:
        raise ArgumentError(
            argument, path, f"must be the path of a {kind}", "pass a text or a Path"
        ) from None
    location = Path(given)
    try:
        is_folder, is_file = location.is_dir(), location.is_file()
    except (OSError, ValueError) as error:
        raise ArgumentError(
            argument, given, f"must be a usable path ({in_one_line(error)})", "pass another path"
        ) from error
    # An empty text would be the current folder: an unset variable rather than a choice.
    if given and is_folder and folder:
        return OwnPath(location, given, folder[0])
    if not is_file:
        raise ArgumentError(argument, given, f"must be a {kind} that exists", "check the path")
    suffix = location.suffix.lower()
    if suffix not in files:
        raise ArgumentError(
            argument,
            given,
            f"must end in {', '.join(files)}" + (f" or be {folder[1]}" if folder else ""),
            f"convert it, for instance with {example}",
        )
    return OwnPath(location, given, files[suffix])


def sha256_of(files: Sequence[Path]) -> str:
    """SHA-256 of the bytes of a file, or of the names and bytes of several, with their folders' names."""
    digest = hashlib.sha256()
    for path in files:
        if len(files) > 1:
            digest.update(f"{path.parent.name}/{path.name}\0".encode(errors="surrogateescape"))
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()
