"""CIFAR-10 as a stream: photographs of 32 x 32 pixels, grey."""

from numerics.images.arguments import LARGEST_BYTES, require_split
from numerics.images.cifar10 import BASE_URL, read_pixels
from numerics.images.stream import ImageStream
from numerics.images.streams.sliced import array_stream


def cifar10(split: str = "train", *, base_url: str = BASE_URL) -> ImageStream:
    """Photographs of 32 x 32 pixels, grey by the 8-bit rule, as bytes.

    Where MODEWISE_DATA names a folder, these are all images of the subset there (14,000 for
    training, by class); otherwise the whole split, downloaded once from `base_url`, in the official
    order. The name tells the two apart. Source and checksums: `numerics.images.cifar10`.

    Raises
    ------
    ArgumentError
        On an unknown split, a file that is missing, altered or unreachable, and Pillow without
        WebP.
    """
    require_split(split)
    read = read_pixels(split, None, None, LARGEST_BYTES, base_url)
    source = {
        "source": "cifar10",
        "split": split,
        "files": {read.path.name: read.sha256},
        "subset": read.subset,
    }
    return array_stream(read.pixels, scale=None, name=read.name, given="cifar10", source=source)
