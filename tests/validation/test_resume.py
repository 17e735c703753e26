"""Real runs that are killed again and again end where an undisturbed one ends, bit for bit."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from numerics.files import checksum, read_arrays, read_tree

pytestmark = pytest.mark.slow

OPTIONS = "--dataset digits --preset quick --trials 1 --updates 600 --quiet"
UPDATES = 600
# a checkpoint after every update, so that a kill finds one half-way; rows that know no option are left out
SCRIPT = """
import os, sys
import numerics.training
numerics.training.SECONDS_BETWEEN_CHECKPOINTS = 0.0
if "WRITTEN" in os.environ:
    write = numerics.training.write_arrays
    def told(path, arrays):
        print(path, file=open(os.environ["WRITTEN"], "a"))
        return write(path, arrays)
    numerics.training.write_arrays = told
from validation import cli
from validation.linear_cnn import LinearCNNExperiment
LinearCNNExperiment.verifications = lambda self: {}
cli.main("linear_cnn", sys.argv[1:])
"""
INCONCLUSIVE = 3  # 600 updates end before all modes are discovered, and there are rows left out


def begin(out, log=None):
    """Start the run in a process of its own; with a log, every checkpoint is named there."""
    if log is not None:
        log.touch()
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *OPTIONS.split(), "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=out.parent,
        env=os.environ | {"OMP_NUM_THREADS": "1"} | ({"WRITTEN": str(log)} if log else {}),
    )


def finish(process):
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def wait_for_checkpoints(process, out, count):
    """Wait until `count` new checkpoints were seen, or the run has ended."""
    seen = {p: p.stat().st_mtime_ns for p in out.glob(".linear_cnn/*/training_*.npz")}
    while count > 0 and process.poll() is None:
        for path in out.glob(".linear_cnn/*/training_*.npz"):
            with contextlib.suppress(FileNotFoundError):  # a run that has ended removes them
                written = path.stat().st_mtime_ns
                count -= seen.get(path) != written
                seen[path] = written
        time.sleep(0.002)


def updates_done(out, network="CNN"):
    files = list(out.glob(f".linear_cnn/*/training_{network}.npz"))
    return int(read_arrays(files[0])["updates_done"]) if files else 0


def values(out):
    """Checksum of all that a result says, without when, where and in how much time it was found."""
    tree = read_tree(out / "linear_cnn.nc")
    for name in ("provenance", "forecast"):
        del tree.attrs[name]
    return checksum(tree)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    out = tmp_path_factory.mktemp("undisturbed") / "results"
    code, said, err = finish(begin(out))
    assert (code, said, err) == (INCONCLUSIVE, "", "")
    return out


def test_the_same_seed_gives_the_same_values(undisturbed, tmp_path):
    """Another folder, another process: every number is the same bit for bit."""
    assert finish(begin(tmp_path / "results"))[0] == INCONCLUSIVE
    assert values(tmp_path / "results") == values(undisturbed)
    one, two = (read_tree(out / "linear_cnn.nc") for out in (undisturbed, tmp_path / "results"))
    seals = [json.loads(tree.attrs["forecast"])["sha256"] for tree in (one, two)]
    assert seals[0] == seals[1]
    assert np.isfinite(one["/ladders/CNN"]["value"].values).any()


def test_killed_five_times_it_ends_at_the_same_values(undisturbed, tmp_path):
    """One interrupt and five kills at random checkpoints after the seal; same command each time."""
    out, chance = tmp_path / "results", random.Random(0)

    process = begin(out)
    wait_for_checkpoints(process, out, 5)
    process.send_signal(signal.SIGINT)
    code, said, err = finish(process)
    assert (code, said) == (130, "")
    assert len(err.splitlines()) == 1
    assert "the same command goes on from there" in err
    (seal,) = out.glob(".linear_cnn/*/forecast.json")
    sealed = seal.read_bytes()
    progress = [updates_done(out)]
    assert 0 < progress[0] < UPDATES

    for _ in range(5):
        process = begin(out)
        wait_for_checkpoints(process, out, chance.randint(1, 25))
        process.send_signal(signal.SIGKILL)
        assert finish(process)[0] == -signal.SIGKILL
        progress.append(updates_done(out) + updates_done(out, "fully_connected"))
        assert seal.read_bytes() == sealed
        assert not (out / "linear_cnn.nc").exists()
    assert progress == sorted(progress), "no run starts over"
    assert progress[-1] > progress[0]

    # what a killed writer leaves behind is taken neither for a checkpoint nor for a result
    (out / ".linear_cnn.nc.x.part").write_bytes(b"torn")
    (seal.parent / ".training_CNN.npz.x.part").write_bytes(b"torn")
    assert finish(begin(out))[0] == INCONCLUSIVE
    assert values(out) == values(undisturbed)
    assert seal.read_bytes() == sealed
    said = json.loads((out / "linear_cnn.json").read_text())
    assert not [file for file in said["files"] if "part" in file]
    assert (out / ".linear_cnn.nc.x.part").read_bytes() == b"torn"
    assert {p.name for p in out.iterdir() if p.suffix != ".part"} == {
        p.name for p in undisturbed.iterdir()
    }


def test_killed_after_training_it_goes_on_to_the_same_end(undisturbed, tmp_path):
    """Both networks are trained; the judgement is made anew, the training is not."""
    out = tmp_path / "results"
    process = begin(out)
    while updates_done(out, "fully_connected") < UPDATES and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert finish(process)[0] == -signal.SIGKILL
    (seal,) = out.glob(".linear_cnn/*/forecast.json")
    log = (out.parent / "written").resolve()
    assert finish(begin(out, log))[0] == INCONCLUSIVE
    assert "training_" not in log.read_text()
    assert {p.name for p in seal.parent.iterdir()} == {"forecast.nc", "forecast.json", "finished"}
    assert values(out) == values(undisturbed)
