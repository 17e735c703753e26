"""Eigenimages by sums of products, and films of rings by one product, against the direct ways.

Run ``MODEWISE_DATA=FOLDER python tests/benchmarks/latent_waves.py [--out FILE]``; without the folder
MNIST is downloaded once. First the ways have to agree; then the clock runs, in one process and one
thread: products and their eigenvectors against torch's singular value decomposition of all images,
the film of ring means by loops over frames and radii against one sparse product. Memory is what a
fresh process grows by: for MNIST, for a million images made block by block beside a tenth of them,
and for the first 400 frames of 20,000 images of 96 x 96 pixels, these on all cores by the wall clock.
Exits with 1 if a bar is missed.
"""

import functools
import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from timing import Row, alternating, growth_of, peak_memory, print_growth, require, run

from numerics.images import ImageStream, streams
from numerics.latent_waves.eigenimages import Eigenimages, eigenimages, eigenimages_of
from numerics.latent_waves.film import spectral_energies
from numerics.latent_waves.lattice import radius, ring_means
from numerics.latent_waves.moments import moments_of, second_moments

COUNTS, REPETITIONS = (60_000, 20_000), 3
WHOLE = COUNTS[0]
SEEN = 1e-3  # of s_0: frames from here up have to agree
FASTER, SMALLER = 2.5, 2.0
FEW, MANY, BLOCK = 100_000, 1_000_000, 1000
CONSTANT = 0.95  # of the growth for few images to that for many
RINGS, HALF_WIDTH, RING_BAR, RING_TURNS = 14, 1.0, 4.0, 5
LARGE, LARGE_SIDE, FIRST = 20_000, 96, 400
LARGE_SECONDS, LARGE_BYTES = 600.0, 6 * 2**30
SUMS, DIRECT, TRIANGLE = "products, eigenvectors", "torch.linalg.svd, float64", "triangular factor"


# --- images ---------------------------------------------------------------------------------------


@functools.cache
def digits() -> np.ndarray:
    """The training images of MNIST, (60000, 28, 28), bytes."""
    return np.concatenate(list(streams.mnist().blocks()))


def first_digits(count: int) -> ImageStream:
    images = digits()[:count]
    cuts = range(BLOCK, count, BLOCK)
    return ImageStream("mnist", (28, 28), count, 1 / 255, lambda: iter(np.split(images, cuts)), {})


def generated(count: int) -> ImageStream:
    """Images of random bytes, made as they are asked for."""

    def blocks() -> Iterator[np.ndarray]:
        rng = np.random.default_rng(0)
        for _ in range(count // BLOCK):
            yield rng.integers(0, 256, (BLOCK, 28, 28), dtype=np.uint8)

    return ImageStream("random bytes", (28, 28), count, 1 / 255, blocks, {})


# --- ways to the eigenimages ----------------------------------------------------------------------


def by_sums(count: int) -> Eigenimages:
    return eigenimages_of(first_digits(count))


def by_triangle(count: int) -> Eigenimages:
    return eigenimages_of(first_digits(count), smallest=1e-9)


def by_torch(count: int) -> Eigenimages:
    rows = torch.from_numpy(digits()[:count].reshape(count, -1)).to(torch.float64) / 255
    _, values, vectors = torch.linalg.svd(rows, full_matrices=False)
    return Eigenimages(values.numpy(), vectors.numpy().T, (28, 28), len(values), DIRECT)


WAYS: dict[str, Callable[[int], Eigenimages]] = {
    SUMS: by_sums,
    DIRECT: by_torch,
    TRIANGLE: by_triangle,
}


def magnitudes(images: Eigenimages) -> np.ndarray:
    """Return the film of magnitudes, (n, J)."""
    return np.sqrt(spectral_energies(images.vectors, images.shape))


def difference(found: Eigenimages, expected: Eigenimages) -> float:
    """Return the largest difference of two films, in frames that both have and that can be seen."""
    count, values = found.singular_values.size, expected.singular_values
    seen = values[:count] > SEEN * values[0]
    return float(abs(magnitudes(found) - magnitudes(expected)[:, :count])[:, seen].max())


# --- ways to the film of ring means ---------------------------------------------------------------


def ring_film(images: Eigenimages) -> np.ndarray:
    """Return u(x, j), (rings, J), by one sparse product."""
    return ring_means(radius(images.shape), RINGS, HALF_WIDTH) @ magnitudes(images)


def ring_film_by_loops(images: Eigenimages) -> np.ndarray:
    """Return u(x, j) as the paper's code does: a transform a frame, a mask a frame and radius."""
    radii = radius(images.shape)
    film = np.empty((RINGS, images.vectors.shape[1]))
    for j, vector in enumerate(images.vectors.T):
        spectrum = np.fft.fftshift(np.fft.fft2(vector.reshape(images.shape), norm="ortho"))
        frame = np.abs(spectrum)
        for x in range(1, RINGS + 1):
            film[x - 1, j] = frame[np.abs(radii - x) <= HALF_WIDTH + 1e-9].mean()
    return film


def ring_film_by_masks(images: Eigenimages) -> np.ndarray:
    """Return u(x, j) with all transforms at once and each mask made once."""
    film = magnitudes(images)
    distances = np.abs(radius(images.shape).ravel() - np.arange(1, RINGS + 1)[:, None])
    masks = distances <= HALF_WIDTH + 1e-9
    frames = range(film.shape[1])
    means = [film[mask, j].mean() for mask, j in itertools.product(masks, frames)]
    return np.reshape(means, (RINGS, -1))


# --- rows -----------------------------------------------------------------------------------------


def agreement() -> dict[str, tuple[float, float]]:
    """Return how much the ways differ, and the bars."""
    found = {}
    for count in COUNTS:
        expected = by_torch(count)
        for name in (SUMS, TRIANGLE):
            found[f"frames, m = {count}: {name}"] = difference(WAYS[name](count), expected), 1e-8
    film = ring_film(expected)
    for name, way in (("loops", ring_film_by_loops), ("masks", ring_film_by_masks)):
        found[f"ring means: {name}"] = float(abs(way(expected) - film).max()), 1e-12
    found["products of 3000 generated images"] = products_error(), 0.0
    found["first 50 frames of all"] = first_frames_error(), 1e-8
    return found


def products_error() -> float:
    """Return how much sums of products of bytes differ from those of 64-bit integers."""
    stream = generated(3000)
    rows = np.concatenate(list(stream.blocks())).reshape(3000, -1).astype(np.int64)
    return float(abs(second_moments(stream).products - rows.T @ rows).max())


def first_frames_error() -> float:
    """Return how much the first eigenimages, asked for alone, differ from those among all."""
    moments = moments_of(digits()[:2000], 1 / 255)
    return difference(eigenimages(moments, 50), eigenimages(moments))


def times() -> list[Row]:
    """Time the ways to the eigenimages, in turn."""
    rows = []
    for count in COUNTS:
        works = {name: functools.partial(way, count) for name, way in WAYS.items()}
        taken = alternating(works, REPETITIONS)
        how = f"{REPETITIONS} turns"
        rows += [
            _time_row(f"m = {count}: {name}", taken[name], taken[DIRECT], bar, how)
            for name, bar in zip(WAYS, (FASTER, None, None), strict=True)
        ]
    return rows


def ring_times() -> list[Row]:
    """Time the ways to the film of ring means, in turn."""
    images = by_sums(COUNTS[-1])
    ways = {
        "one product": ring_film,
        "loops over frames and radii": ring_film_by_loops,
        "loops, transforms and masks made before": ring_film_by_masks,
    }
    works = {name: functools.partial(way, images) for name, way in ways.items()}
    taken = alternating(works, RING_TURNS)
    loops = taken["loops over frames and radii"]
    return [
        _time_row(f"ring means: {name}", taken[name], loops, bar, f"784 frames, {RINGS} rings")
        for name, bar in zip(ways, (RING_BAR, None, None), strict=True)
    ]


def _time_row(
    name: str, seconds: list[float], slow: list[float], bar: float | None, how: str
) -> Row:
    ratio = statistics.median(np.array(slow) / seconds)
    return Row(name, statistics.median(seconds), ratio, bar, how)


def memory() -> list[Row]:
    """Return what fresh processes grow by: each way for all of MNIST, few and many images."""
    grown = {name: growth_of("latent_waves", f"print_growth_by({name!r})") for name in WAYS}
    how = "growth of a fresh process that holds the images as bytes"
    rows = [
        _memory_row(
            f"memory, m = {WHOLE}: {name}", grown[name], grown[DIRECT] / grown[name], bar, how
        )
        for name, bar in zip(WAYS, (SMALLER, None, None), strict=True)
    ]
    few, many = (growth_of("latent_waves", f"print_growth_for({count})") for count in (FEW, MANY))
    how = "growth of a fresh process, images made block by block"
    return [
        *rows,
        _memory_row(f"memory, m = {FEW}: {SUMS}", few, 1.0, None, how),
        _memory_row(f"memory, m = {MANY}: {SUMS}", many, few / many, CONSTANT, how),
    ]


def _memory_row(name: str, size: float, ratio: float, bar: float | None, how: str) -> Row:
    return Row(name, size / 2**20, ratio, bar, how, "MiB")


def print_growth_by(name: str) -> None:
    digits()
    print_growth(lambda: WAYS[name](1000), lambda: WAYS[name](WHOLE))


def print_growth_for(count: int) -> None:
    print_growth(
        lambda: eigenimages(second_moments(generated(BLOCK))),
        lambda: eigenimages(second_moments(generated(count))),
    )


def large() -> list[Row]:
    """Return time and peak of a fresh process on all cores; ratios are of the limits to them."""
    threads = str(os.cpu_count())
    told = subprocess.run(
        [sys.executable, "-c", "import latent_waves; latent_waves.print_large()"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parent,
        env=os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads},
    )
    found = json.loads(told.stdout)
    require({"residual of the first frames, n = 9216": (found["residual"], 1e-12)})
    name = f"m = {LARGE}, n = {LARGE_SIDE**2}: first {FIRST} frames"
    seconds, peak = found["seconds"], found["peak"]
    how = f"wall clock, {threads} threads; products {found['products']:.0f} s"
    return [
        Row(name, seconds, LARGE_SECONDS / seconds, 1.0, f"{how}; limit {LARGE_SECONDS:g} s"),
        _memory_row(
            f"memory, {name}", peak, LARGE_BYTES / peak, 1.0, "peak of the process; limit 6 GiB"
        ),
    ]


def print_large() -> None:
    """Print seconds, peak and residual of the first frames of Gaussian images."""
    begin = time.perf_counter()
    moments = second_moments(streams.gaussian(LARGE, image_side=LARGE_SIDE))
    products = time.perf_counter() - begin
    found = eigenimages(moments, FIRST)
    seconds, peak = time.perf_counter() - begin, peak_memory()
    squares = (found.singular_values / moments.scale) ** 2
    left = moments.products @ found.vectors - found.vectors * squares
    residual = float(abs(left).max() / squares[0])
    print(
        json.dumps({"seconds": seconds, "products": products, "peak": peak, "residual": residual})
    )


def work() -> tuple[dict[str, float], list[Row]]:
    """Check agreement, then time."""
    errors = require(agreement())
    return errors, times() + ring_times() + memory() + large()


if __name__ == "__main__":
    title = "MNIST 60,000 x 784; a million images; 96 x 96 pixels"
    sys.exit(run(__doc__, title, work))
