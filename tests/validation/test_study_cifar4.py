"""The study on CIFAR-4, cut to a few updates: its rows, and that it goes on where it was stopped."""

import json
import os

import pytest

from validation.linear_cnn import study_cifar4
from validation.linear_cnn.study_cifar4 import Run


@pytest.mark.slow
def test_rows_and_going_on(tmp_path, monkeypatch, capsys):
    """Each run has its losses; a second call takes up what is kept and says the same."""
    if not os.environ.get("MODEWISE_DATA"):
        pytest.skip("MODEWISE_DATA does not name a folder with the images of CIFAR-10")
    few = tuple(Run(run.network, run.gradient, run.epsilon, 200) for run in study_cifar4.RUNS)
    monkeypatch.setattr(study_cifar4, "RUNS", few)
    out = tmp_path / "study.json"
    study_cifar4.main(["--out", str(out)])
    first = out.read_text()
    said = json.loads(first)
    assert [row["network"] for row in said["runs"]] == [run.network for run in few]
    for row in said["runs"]:
        assert 0 < row["best_test_loss"] <= row["last_test_loss"] < 0.26
        assert row["curve"]["updates"][-1] == 200
        assert len(row["curve"]["strength"]) == 3
    # the fully connected network has half of its first mode by then, full batch
    assert 100 < said["runs"][1]["updates_until_half"][0] < 200
    study_cifar4.main(["--out", str(out)])
    assert out.read_text() == first
    assert "test loss" in capsys.readouterr().out


def test_only_one_way_to_call_it():
    """Anything but --out FILE gets the usage."""
    with pytest.raises(SystemExit, match="usage"):
        study_cifar4.main(["--fast"])
