"""A run of `wave_rnn` that was interrupted goes on to the same end, bit for bit."""

import pytest
from wave_rnn_runs import Run, plain

import numerics.training
from numerics.files import read_arrays
from numerics.wave_rnn.training import trained
from validation import cli
from validation.wave_rnn import case

pytestmark = pytest.mark.slow  # whole runs

NETWORKS = ("nwm_linear", "cnn_2")
OPTIONS = "--updates 20 --images 64 --seeds 1 --processes 1 --readout linear --watch 5 --schedule constant"


@pytest.fixture(scope="module", autouse=True)
def _plain():
    with plain():
        yield


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return Run(tmp_path_factory.mktemp("undisturbed"), OPTIONS)


def interrupted(out):
    """Run the command until it is interrupted: code 130, no result; returns its store."""
    with pytest.raises(SystemExit) as ended:
        cli.main("wave_rnn", [*OPTIONS.split(), "--out", str(out), "--quiet"])
    assert ended.value.code == 130
    assert not list(out.glob("wave_rnn*"))
    (store,) = (out / ".wave_rnn").iterdir()
    return store


def stop_in(name, patch):
    """Interrupt the training of a network when half of its updates are made."""
    train = trained.train

    def halved(learner, grid, *, checkpoint, progress):
        def until(done, total):
            if checkpoint.stem.startswith(f"training_{name}") and done >= total // 2:
                raise KeyboardInterrupt
            if progress is not None:
                progress(done, total)

        return train(learner, grid, checkpoint=checkpoint, progress=until)

    patch.setattr(trained, "train", halved)


def seconds(run):
    """The times of the trainings, by network."""
    (table,) = (t for t in run.said["tables"] if t["title"].startswith("training times"))
    return {row[0]: row[-1] for row in table["rows"]}


def test_interrupted_in_every_training_it_ends_at_the_same_values(
    undisturbed, tmp_path, monkeypatch, capsys
):
    """Stopped half-way in each network, one after the other: what was done stays, nothing is redone."""
    monkeypatch.setattr(numerics.training, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    out = tmp_path / "results"
    for number, name in enumerate(NETWORKS):
        with monkeypatch.context() as patch:
            stop_in(name, patch)
            store = interrupted(out)
        assert "the same command goes on" in capsys.readouterr().err
        kept = {path.stem for path in store.glob("training_*.npz")}
        # eight digits of the images' checksum end the name
        assert {name[:-9] for name in kept} == {
            f"training_{name}_0" for name in NETWORKS[: number + 1]
        }
        assert not (store / "forecast.json").exists()
    kept_seconds = float(read_arrays(next(store.glob("training_nwm*")))["seconds"])
    made = []
    update = trained.SegmentationLearner.update

    def counted(learner, index):
        made.append(index)
        return update(learner, index)

    monkeypatch.setattr(trained.SegmentationLearner, "update", counted)
    run = Run(tmp_path, OPTIONS)
    assert made == list(range(9, 20)), "of the second network, from its last checkpoint on"
    assert run.forecast() == undisturbed.forecast()
    assert run.values() == undisturbed.values()
    assert kept_seconds <= seconds(run)["nwm linear"] < 2 * kept_seconds + 1
    assert {path.name for path in store.iterdir()} == {"forecast.nc", "forecast.json", "finished"}


def test_interrupted_after_the_seal_it_takes_up_the_forecast(undisturbed, tmp_path, monkeypatch):
    """The measurement begins anew, the forecast does not: nothing is trained again."""
    out = tmp_path / "results"

    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(case, "measure", stop)
        store = interrupted(out)
    sealed = (store / "forecast.nc").read_bytes()
    monkeypatch.setattr(trained.SegmentationLearner, "update", stop)
    run = Run(tmp_path, OPTIONS)
    assert "going on from an unfinished run" in run.printed
    assert (store / "forecast.nc").read_bytes() == sealed
    assert run.values() == undisturbed.values()


def test_a_forecast_that_was_changed_is_not_taken_up(tmp_path, monkeypatch, capsys):
    """Refused in one line that says how to start over."""
    out = tmp_path / "results"

    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(case, "measure", stop)
        store = interrupted(out)
    seal = store / "forecast.json"
    seal.write_text(seal.read_text().replace('"sha256": "', '"sha256": "0'))
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        cli.main("wave_rnn", [*OPTIONS.split(), "--out", str(out), "--quiet"])
    said = capsys.readouterr().err.strip()
    assert ended.value.code == 2
    assert len(said.splitlines()) == 1
    assert "not the one that was sealed" in said
    assert "--fresh" in said
