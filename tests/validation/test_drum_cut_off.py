"""Runs of both cases of `drum` that are cut off: they go on where they were, to the same end."""

import functools
import json

import numpy as np
import pytest
from interruptions import CutOffError, cut_off, values

from numerics.drum.network import StruckNetwork
from validation.drum import Config, DrumExperiment
from validation.experiment import Report, run

pytestmark = pytest.mark.usefixtures("one_thread")

OPTIONS = {"square": {"sides": "13,14", "steps": 2000}, "mask": {"steps": 1500, "modes": 6}}
MEASURING, SOUND = "validation.drum.square.measuring", "validation.drum.sound"
KEPT = ("network.npz", "stepping.nc", "survey.nc")
ENDS = {  # case: what is not reached any more, and what was kept before
    "square, network": (f"{MEASURING}._stepping", KEPT[:1]),
    "square, stepping": (f"{MEASURING}._survey", KEPT[:2]),
    "square, survey": (f"{SOUND}.recorded", KEPT),
    "mask, network": (f"{SOUND}.recorded", KEPT[:1]),
}
SEALED = ("forecast.nc", "forecast.json")


class Heard(DrumExperiment):
    """Without pictures, and without the rows that need no drum: they are the same in every run."""

    def case(self, config):
        case = super().case(config)
        case.report = lambda result: Report()
        return case

    def verifications(self):
        return {}


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """Run a case to its end, anywhere or in a folder; return its tree. Anywhere: once."""
    folder = tmp_path_factory.mktemp("drum")
    np.save(folder / "blob.npy", np.ones((8, 6), bool))
    shapes = {"square": "square", "mask": str(folder / "blob.npy")}

    @functools.cache
    def run_to_the_end(case, out=None):
        config = Config(shape=shapes[case], time_step=(0.5,), preset="quick", **OPTIONS[case])
        return run(Heard(), config, out=out or folder / case).tree

    return run_to_the_end


def stored(store):
    """Content of all files that a run keeps, and when it was written."""
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in store.iterdir()}


@pytest.mark.parametrize(
    "end", [pytest.param(end, marks=pytest.mark.slow if "square" in end else ()) for end in ENDS]
)
def test_a_run_that_is_cut_off_goes_on(ended, tmp_path, monkeypatch, end):
    """What was kept is not computed again, the seal is not written anew, the end is the same."""
    case, _ = end.split(", ")
    missed, kept = ENDS[end]
    undisturbed = ended(case)
    with monkeypatch.context() as patch:
        patch.setattr(missed, cut_off)
        with pytest.raises(CutOffError):
            ended(case, tmp_path)
    (store,) = tmp_path.glob(".drum/*")
    before = stored(store)
    assert before.keys() == {*kept, *SEALED}

    monkeypatch.setattr(StruckNetwork, "update", cut_off)  # the network is not asked again
    resumed = ended(case, tmp_path)
    assert values(resumed) == values(undisturbed)
    after = stored(store)
    assert after.keys() == {*SEALED, "finished"}
    assert all(after[name] == before[name] for name in SEALED)
    assert json.loads(resumed.attrs["provenance"])["resumed"] is True
