"""MNIST: handwritten digits of 28 x 28 pixels, from a folder or downloaded once."""

import xarray as xr

from numerics.images.idx_set import IdxSet, load_idx_set

BASE_URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"

MNIST = IdxSet(
    "mnist",
    tuple(str(digit) for digit in range(10)),
    {
        "train-images-idx3-ubyte.gz": (
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
        ),
        "train-labels-idx1-ubyte.gz": (
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
        ),
        "t10k-images-idx3-ubyte.gz": (
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
        ),
        "t10k-labels-idx1-ubyte.gz": (
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
        ),
    },
)
"""Checksums of the original distribution."""


def mnist(
    split: str = "train", *, count: int | None = None, base_url: str = BASE_URL
) -> xr.Dataset:
    """Digits 0 to 9, images of 28 x 28 pixels in [0, 1] (counts 0 to 255, divided by 255).

    The files come from the folder that the environment variable MODEWISE_DATA names, or are
    downloaded once from `base_url` and kept; either way their SHA-256 is checked.

    Parameters
    ----------
    split : {"train", "test"}
        60,000 training or 10,000 test images.
    count : int, optional
        Only the first `count` images.
    base_url : str
        Address of the folder to download from.

    Returns
    -------
    Dataset
        `image` (sample, y, x) and `label` (sample,).

    Raises
    ------
    ArgumentError
        On an unknown split, a count out of range, a file that is missing, altered or unreachable.

    Source: Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, Proc. IEEE 86, 2278 (1998).
    """
    return load_idx_set(MNIST, split, count, base_url)
