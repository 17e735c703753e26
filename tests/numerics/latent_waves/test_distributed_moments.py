"""Second moments from dask: the same bits on threads and processes, and when a process is killed."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from numerics.images import stream_of as images_stream
from numerics.images.stream import ImageStream
from numerics.latent_waves import distributed
from numerics.latent_waves.distributed import moments_of_array, moments_on_cluster, tree_sum
from numerics.latent_waves.moments import moments_of, second_moments
from theory.errors import ArgumentError

COUNT, SHAPE = 3000, (12, 10)


def random_bytes(count=COUNT, shape=SHAPE, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), dtype=np.uint8)


def stream_of(images, block=170, count=None):
    scale = 1 / 255 if images.dtype == np.uint8 else 1.0
    return ImageStream(
        "test",
        images.shape[1:],
        len(images) if count is None else count,
        scale,
        lambda: (images[begin : begin + block] for begin in range(0, len(images), block)),
        {},
    )


def assert_same(one, two):
    """Equal to the last bit."""
    assert (one.count, one.shape, one.scale) == (two.count, two.shape, two.scale)
    np.testing.assert_array_equal(one.sums, two.sums)
    np.testing.assert_array_equal(one.products, two.products)


@pytest.fixture(scope="module")
def cluster():
    """Two workers of dask, each a process of its own; one that dies is started anew."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as started:
        yield started


@pytest.fixture
def client(cluster):
    from distributed import Client

    with Client(cluster, set_as_default=False) as connected:
        yield connected


@pytest.mark.parametrize("parts", range(1, 20))
def test_a_tree_has_every_part_once_and_in_order(parts):
    """Sums of 1 to 19 parts, as nested pairs: all leaves in order, ceil(log2) levels."""
    tree = tree_sum(list(range(parts)), lambda left, right: (left, right))

    def leaves(node):
        return [node] if isinstance(node, int) else leaves(node[0]) + leaves(node[1])

    def depth(node):
        return 0 if isinstance(node, int) else 1 + max(map(depth, node))

    assert leaves(tree) == list(range(parts))
    assert depth(tree) == (parts - 1).bit_length()


CHUNKS = [(COUNT, *SHAPE), (700, 5, 3), ((0, 999, 0, 2001), *SHAPE)]


@pytest.mark.parametrize("chunks", CHUNKS)
@pytest.mark.parametrize("scheduler", ["threads", "synchronous"])
def test_a_dask_array_gives_the_bits_of_one_process(chunks, scheduler):
    """LW28: random bytes in any chunks, cut across images and empty ones too."""
    import dask.array

    images = random_bytes()
    found = moments_of_array(dask.array.from_array(images, chunks=chunks))
    assert_same(found.compute(scheduler=scheduler), second_moments(stream_of(images)))


def test_a_dask_array_of_floats():
    """Equal to rounding; an image with NaN is refused by its number where it is met."""
    import dask.array

    images = np.random.default_rng(3).random((2000, 4, 4))
    found = moments_of_array(dask.array.from_array(images, chunks=(300, 4, 4))).compute()
    expected = moments_of(images, 1.0)
    assert (found.count, found.scale) == (2000, 1.0)
    np.testing.assert_allclose(found.products, expected.products, rtol=1e-13)
    images[1307, 2, 2] = np.nan
    with pytest.raises(ArgumentError, match="images must be finite; image 1307, counted from 0"):
        moments_of_array(dask.array.from_array(images, chunks=(300, 4, 4))).compute()


def test_a_dask_array_of_colours_and_of_16_bits():
    """The 8-bit grey rule, and a declared scale: what the stream of the same array gives."""
    import dask.array

    rng = np.random.default_rng(4)
    colours = rng.integers(0, 256, (90, 5, 4, 3), dtype=np.uint8)
    deep = rng.integers(0, 2**16, (90, 5, 4), dtype=np.uint16)
    for images, scale in ((colours, None), (deep, 1 / 65535)):
        array = dask.array.from_array(images, chunks=(40, *[2] * (images.ndim - 1)))
        found = moments_of_array(array, scale=scale).compute()
        expected = second_moments(images_stream(images, scale=scale))
        assert (found.count, found.scale) == (expected.count, expected.scale)
        np.testing.assert_allclose(found.products, expected.products, rtol=1e-13)


def test_two_workers_give_the_bits_of_one_process(client):
    """LW28: a dask array and a stream, on two processes."""
    import dask.array

    images = random_bytes()
    expected = second_moments(stream_of(images))
    array = dask.array.from_array(images, chunks=(250, *SHAPE))
    assert_same(client.compute(moments_of_array(array)).result(), expected)
    assert_same(moments_on_cluster(stream_of(images), client), expected)


@pytest.mark.slow
@pytest.mark.parametrize("part_bytes", [1, 50 * 120, 10**9])
def test_parts_of_any_size(client, monkeypatch, part_bytes):
    """From one image to all; several rounds, of which the progress tells; no bit differs."""
    monkeypatch.setattr(distributed, "PART_BYTES", part_bytes)
    images, told = random_bytes(400), []
    found = moments_on_cluster(
        stream_of(images), client, progress=lambda done, total: told.append((done, total))
    )
    assert_same(found, second_moments(stream_of(images)))
    assert told[-1] == (400, 400)
    assert len(told) == {1: 50, 6000: 2, 10**9: 1}[part_bytes]


def killed_worker(cluster):
    """Kill a worker that has work to do or results; return their keys."""
    while True:
        for worker in list(cluster.scheduler.workers.values()):
            held = [task.key for task in [*worker.processing, *worker.has_what]]
            if held:
                nannies = cluster.workers.values()
                (pid,) = [n.pid for n in nannies if n.worker_address == worker.address]
                os.kill(pid, signal.SIGKILL)
                return held
        time.sleep(0.01)


@pytest.mark.slow
@pytest.mark.parametrize("when", [10, 17, 24])
def test_a_killed_worker_changes_no_bit(cluster, client, monkeypatch, when):
    """25 parts in rounds of 8; while one is read a worker is killed; what it had is done again."""
    monkeypatch.setattr(distributed, "PART_BYTES", 2**20)
    images, lost = random_bytes(25_000, (32, 32)), []

    def blocks():
        for number in range(25):
            if number == when:
                lost.extend(killed_worker(cluster))
            yield images[1000 * number : 1000 * (number + 1)]

    stream = ImageStream("killing", (32, 32), 25_000, 1 / 255, blocks, {})
    found = moments_on_cluster(stream, client)
    assert lost, "it was at work"
    assert_same(found, second_moments(stream_of(images)))


def test_dask_is_loaded_by_its_users_alone():
    """The module is at hand without the extra `scale`."""
    code = "import sys, numerics.latent_waves.distributed; print(*sys.modules)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"dask", "distributed", "torch"} & set(ended.stdout.split()) == set()


def dask_array(shape, dtype, chunks=-1):
    import dask.array

    return dask.array.zeros(shape, dtype=dtype, chunks=chunks)


def of_unknown_length():
    array = dask_array((6, 4, 4), np.uint8)
    return array[array.sum((1, 2)) == 0]


REFUSED = {
    "flat": (
        (lambda: dask_array((9, 16), np.uint8)),
        r"dataset: got dask array of shape \(9, 16\), uint8; must be images shaped",
    ),
    "16 bits": ((lambda: dask_array((2, 4, 4), np.uint16)), "need a declared scale"),
    "none": ((lambda: dask_array((0, 4, 4), np.uint8)), "must hold at least one image"),
    "unknown": (of_unknown_length, r"shape \(nan, 4, 4\), .*compute_chunk_sizes"),
    "many pixels": (
        (lambda: dask_array((1, 142, 142), np.uint8)),
        "20164 pixels an image; at most 20000",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_dask_cannot_sum_is_refused(what):
    """Before anything is computed."""
    array, text = REFUSED[what]
    with pytest.raises(ArgumentError, match=text):
        moments_of_array(array())


def test_a_stream_that_ends_early_is_refused(client):
    """As in one process."""
    with pytest.raises(
        ArgumentError, match="got 30 images; must be at least one, and 31 as announced"
    ):
        moments_on_cluster(stream_of(random_bytes(30), count=31), client)
