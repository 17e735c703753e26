"""Files of published data sets: from the folder that the user names, or downloaded once."""

import hashlib
import logging
import os
from collections.abc import Iterable
from pathlib import Path

from numerics.images.arguments import in_one_line
from theory.errors import ArgumentError

FOLDER_VARIABLE = "MODEWISE_DATA"
"""Environment variable that names a folder with the files; then nothing is downloaded."""

SPELT = {"sha256": "SHA-256", "md5": "MD5"}


def data_folder() -> Path | None:
    """Folder that MODEWISE_DATA names, or None if it is not set."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return Path(folder) if folder else None


def cache_folder() -> Path:
    """Folder in which downloads are kept."""
    import pooch

    return Path(pooch.os_cache("modewise"))


def original_file(
    file_name: str, checksum: str, base_url: str, dataset: str, *, folder: str = ""
) -> Path:
    """Path of a set's only file: from the user's folder if there is one, else downloaded once.

    `folder` is its sub-folder there and in the cache. Raises as the two functions below.
    """
    in_folder = str(Path(folder) / file_name)
    users = data_folder()
    if users is not None:
        return file_in_folder(users, in_folder, checksum, dataset)
    return downloaded_file(
        file_name, checksum, base_url, dataset, cache=folder, instead=[in_folder]
    )


def file_in_folder(folder: Path, file_name: str, checksum: str, dataset: str) -> Path:
    """Path of one file that the user already has, its checksum verified.

    `checksum` is the SHA-256, or `md5:` and the MD5 where the publisher gives no other.

    Raises
    ------
    ArgumentError
        If the file is missing or altered; the error speaks of `dataset`.
    """
    path = folder / file_name
    algorithm, _, expected = checksum.rpartition(":")
    algorithm = algorithm or "sha256"
    remedy = f"let {FOLDER_VARIABLE} name a folder with the original files, or unset it to download"
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, algorithm).hexdigest()
    except OSError as error:
        raise ArgumentError(
            "dataset",
            dataset,
            f"{FOLDER_VARIABLE}={folder} must hold {file_name} ({error.strerror})",
            remedy,
        ) from error
    if found != expected:
        raise ArgumentError(
            "dataset",
            dataset,
            f"{path} must have the {SPELT[algorithm]} {expected}, has {found}",
            remedy,
        )
    return path


def downloaded_file(
    file_name: str,
    checksum: str,
    base_url: str,
    dataset: str,
    *,
    cache: str = "",
    instead: Iterable[str],
) -> Path:
    """Path of one file in the cache folder, downloaded unless it is there, its checksum verified.

    Parameters
    ----------
    file_name, checksum, base_url : str
        The file, its SHA-256 (or `md5:` and its MD5), and the address of the folder it lies in.
    dataset : str
        Name of the data set, of which the error speaks.
    cache : str
        Sub-folder of the cache: two data sets may use one file name.
    instead : iterable of str
        Files that the user's own folder must hold where the download fails.

    Raises
    ------
    ArgumentError
        If the file cannot be reached, or is not the original.
    """
    import pooch

    logger = pooch.get_logger()
    level = logger.level
    store = pooch.create(
        path=cache_folder() / cache,
        base_url=base_url.rstrip("/") + "/",
        registry={file_name: checksum},
    )
    # pooch announces each download on standard error; a library keeps quiet.
    logger.setLevel(logging.WARNING)
    try:
        return Path(store.fetch(file_name))
    except (OSError, ValueError) as error:
        raise ArgumentError(
            "dataset",
            dataset,
            f"{file_name} must be downloadable from {base_url} ({in_one_line(error)})",
            f"set {FOLDER_VARIABLE} to a folder that holds {', '.join(instead)}",
        ) from error
    finally:
        logger.setLevel(level)
