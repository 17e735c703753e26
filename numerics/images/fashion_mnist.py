"""Fashion-MNIST: clothes of 28 x 28 pixels, from a folder or downloaded once."""

import xarray as xr

from numerics.images.idx_set import IdxSet, load_idx_set

BASE_URL = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"

FASHION_MNIST = IdxSet(
    "fashion_mnist",
    (
        "T-shirt/top",
        "trouser",
        "pullover",
        "dress",
        "coat",
        "sandal",
        "shirt",
        "sneaker",
        "bag",
        "ankle boot",
    ),
    {
        "train-images-idx3-ubyte.gz": (
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
        ),
        "train-labels-idx1-ubyte.gz": (
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
        ),
        "t10k-images-idx3-ubyte.gz": (
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
        ),
        "t10k-labels-idx1-ubyte.gz": (
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
        ),
    },
    folder="fashion",
)
"""Checksums of the original distribution."""


def fashion_mnist(
    split: str = "train", *, count: int | None = None, base_url: str = BASE_URL
) -> xr.Dataset:
    """Clothes of ten kinds, images of 28 x 28 pixels in [0, 1] (counts 0 to 255, over 255).

    The files come from the sub-folder `fashion` of the folder that the environment variable
    MODEWISE_DATA names, or are downloaded once from `base_url` and kept; either way their SHA-256
    is checked.

    Parameters
    ----------
    split : {"train", "test"}
        60,000 training or 10,000 test images, as many of each class.
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

    Source: H. Xiao, K. Rasul, R. Vollgraf, arXiv:1708.07747 (2017).
    """
    return load_idx_set(FASHION_MNIST, split, count, base_url)
