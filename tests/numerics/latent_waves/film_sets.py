"""The image sets that the films of these tests are made of; moments of each are computed once."""

import functools
import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_sample_image

from numerics.images.cifar_mosaics import read_mosaics
from numerics.images.idx import read_idx
from numerics.images.stream import ImageStream
from numerics.latent_waves.eigenimages import eigenimages
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.lattice import radius
from numerics.latent_waves.moments import half_moments, second_moments

BLOCK = 2048


def stream(images, scale=None):
    """Images of an array (m, h, w) as a stream; bytes are 255ths."""
    if scale is None:
        scale = 1 / 255 if images.dtype == np.uint8 else 1.0
    return ImageStream(
        "test",
        images.shape[1:],
        len(images),
        scale,
        lambda: (images[start : start + BLOCK] for start in range(0, len(images), BLOCK)),
        {},
    )


def moments(images, scale=None):
    return second_moments(stream(images, scale))


def gaussian(side, slope, p, count, seed=0):
    """Stationary Gaussian images of power |k|_p^-slope without a mean."""
    images = np.random.default_rng(seed).standard_normal((count, side, side))
    radii = np.fft.ifftshift(radius((side, side), p))
    with np.errstate(divide="ignore"):
        weights = np.where(radii > 0, radii ** (-slope / 2), 0.0)
    for start in range(0, count, BLOCK):
        block = images[start : start + BLOCK]
        block[...] = np.fft.ifft2(np.fft.fft2(block) * weights).real
    return images


def patches(which, side, count, seed=0):
    """Patches anywhere in a sample photograph, grey, in [0, 1]."""
    photograph = load_sample_image(f"{which}.jpg") @ [0.299, 0.587, 0.114] / 255
    generator = np.random.default_rng(seed)
    rows = generator.integers(0, photograph.shape[0] - side + 1, count)
    columns = generator.integers(0, photograph.shape[1] - side + 1, count)
    windows = np.lib.stride_tricks.sliding_window_view(photograph, (side, side))
    return windows[rows, columns]


def data_folder():
    folder = os.environ.get("MODEWISE_DATA")
    if not folder:
        pytest.skip("MODEWISE_DATA is not set: no folder with MNIST, FashionMNIST and CIFAR10")
    return Path(folder)


def cifar10_grey():
    """The training images of the subset by the 8-bit rule L."""
    colours, _, _ = read_mosaics(data_folder() / "cifar10_subset.npz", "train", None, None, 2**40)
    weighted = colours.astype(np.uint32) @ np.array([19595, 38470, 7471], np.uint32)
    return ((weighted + 32768) >> 16).astype(np.uint8)


SETS = {
    "digits": lambda: load_digits().images / 16,
    "mnist": lambda: read_idx(data_folder() / "train-images-idx3-ubyte.gz"),
    "fashion_mnist": lambda: read_idx(data_folder() / "fashion/train-images-idx3-ubyte.gz"),
    "cifar10": cifar10_grey,
    "flower_32": lambda: patches("flower", 32, 40_000),
    "flower_16": lambda: patches("flower", 16, 20_000),
    "china_32": lambda: patches("china", 32, 40_000),
    "gaussian_20": lambda: gaussian(32, 3, 2.0, 20_000),
    "gaussian_13": lambda: gaussian(32, 2, 1.3, 20_000),
    "china_16": lambda: patches("china", 16, 20_000),
}


@functools.cache
def halves(name, seed=0):
    """Moments of both halves of a set."""
    return half_moments(stream(SETS[name]()), seed)


@functools.cache
def energies(name, which="all", seed=0):
    """E(k, j) of all images of a set, or of half "a" or "b"; and the rank."""
    first, second = halves(name, seed)
    eigen = eigenimages({"all": first + second, "a": first, "b": second}[which])
    return spectral_energies(eigen.vectors, eigen.shape), eigen.rank
