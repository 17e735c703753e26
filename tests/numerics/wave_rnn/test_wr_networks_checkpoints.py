"""Weights of one's own: a state dict of torch, never anything else."""

import dataclasses
import pickle
import warnings

import pytest
import torch

from numerics.wave_rnn.networks.architecture import Architecture
from numerics.wave_rnn.networks.build import build
from numerics.wave_rnn.networks.checkpoints import load_checkpoint
from theory.errors import ArgumentError

SMALL = Architecture("nwm", 1, 4, encoder=4, steps=6, time_step=0.6, head=(8,))


def saved(path, change=lambda state: state, architecture=SMALL):
    state = change(build(architecture, seed=3).state_dict())
    torch.save(state, path)
    return path


@pytest.mark.parametrize("model", ["nwm", "conv_lstm", "cnn", "unet"])
@pytest.mark.parametrize("name", ["own.pt", "own.pth"])
def test_a_network_comes_back(tmp_path, model, name):
    """The same logits, bit for bit, running statistics of the U-Net included."""
    architecture = dataclasses.replace(SMALL, model=model)
    network = build(architecture, seed=3)
    seen = torch.rand(2, 1, 16, 16)
    network(seen)
    torch.save(network.state_dict(), tmp_path / name)
    found = load_checkpoint(tmp_path / name, architecture)
    assert found.architecture == architecture
    assert torch.equal(found.eval()(seen), network.eval()(seen))


class Evil:
    """What unpickling would run."""

    def __reduce__(self):
        return print, ("unpickled",)


def without(name):
    return lambda state: {key: value for key, value in state.items() if key != name}


def changed(name, value):
    return lambda state: dict(state) | {name: value}


FAULTS = [
    (without("kernel"), "does not fit: kernel is missing; change the architecture, or the names"),
    (changed("kernel2", torch.ones(1)), "does not fit: kernel2 is not known;"),
    (
        changed("kernel", torch.ones(2, 2, 5, 5)),
        r"kernel has the shape \(2, 2, 5, 5\), not \(2, 2, 3, 3\)",
    ),
    (changed("kernel", torch.ones(2, 2, 3, 3, dtype=torch.int64)), "kernel is torch.int64, not"),
    (changed("kernel", torch.ones(2, 2, 3, 3, dtype=torch.complex64)), "kernel is torch.complex64"),
    (changed("kernel", torch.full((2, 2, 3, 3), torch.nan)), "kernel is not finite"),
    (
        changed("kernel", torch.full((2, 2, 3, 3), torch.nan).to(torch.float8_e4m3fn)),
        "kernel is not finite",
    ),
    (changed("kernel", torch.ones(2, 2, 3, 3).to_sparse()), "kernel is no dense tensor"),
    (changed("kernel", torch.ones(2, 2, 3, 3, device="meta")), "kernel is no dense tensor"),
    (lambda state: {f"net.{key}": value for key, value in state.items()}, "; 47 more; change"),
    (lambda state: torch.ones(3), "holds a Tensor, no tensors by name; save it with torch.save"),
    (lambda state: {"state_dict": dict(state)}, "holds a dict, no tensors by name"),
    (lambda state: {"epoch": 3}, "holds a dict, no tensors by name"),
    (changed("kernel", Evil()), "is damaged or holds other objects than tensors"),
]


@pytest.mark.parametrize(("change", "told"), FAULTS)
def test_what_does_not_fit(tmp_path, capsys, change, told):
    """One line that names the file, what is wrong with it and what to do; nothing is run."""
    path = saved(tmp_path / "own.pt", change)
    with pytest.raises(ArgumentError, match=rf"checkpoint: got .*own\.pt; .*{told}") as error:
        load_checkpoint(path, SMALL)
    assert "\n" not in str(error.value)
    assert "unpickled" not in capsys.readouterr().out


def test_another_architecture(tmp_path):
    """Weights of `last` for `linear`: the head reads 2 features instead of 8."""
    path = saved(tmp_path / "own.pt", architecture=dataclasses.replace(SMALL, readout="last"))
    told = r"head\.layers\.0\.weight has the shape \(8, 2\), not \(8, 8\)"
    with pytest.raises(ArgumentError, match=told):
        load_checkpoint(path, SMALL)


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x03\x04 cut off"])
def test_a_damaged_file(tmp_path, content):
    """Empty, text, cut off."""
    path = tmp_path / "own.pt"
    path.write_bytes(content)
    with pytest.raises(ArgumentError, match="is damaged or holds other objects than tensors"):
        load_checkpoint(path, SMALL)


def as_program(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the way to make one
        torch.jit.trace(torch.nn.Identity(), torch.ones(1)).save(str(path))


def as_pickle(path):
    path.write_bytes(pickle.dumps({"kernel": 1}, protocol=4))


@pytest.mark.parametrize("save", [as_program, as_pickle])
def test_files_of_which_torch_warns_first(tmp_path, save):
    """TorchScript, a pickle of protocol 4: the error says it all, without a warning."""
    save(tmp_path / "own.pt")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ArgumentError, match="is damaged or holds other objects than tensors"):
            load_checkpoint(tmp_path / "own.pt", SMALL)
        with pytest.raises(UserWarning):
            torch.load(tmp_path / "own.pt", weights_only=True)


def test_other_warnings_are_heard(tmp_path, monkeypatch):
    """Only what is needless is silenced."""
    load = torch.load

    def loud(*given, **options):
        warnings.warn("something else", UserWarning, stacklevel=2)
        return load(*given, **options)

    monkeypatch.setattr(torch, "load", loud)
    with pytest.warns(UserWarning, match="something else"):
        load_checkpoint(saved(tmp_path / "own.pt"), SMALL)


def test_a_missing_file_and_another_ending(tmp_path):
    """Each by its own line."""
    with pytest.raises(ArgumentError, match=r"cannot be read: .*No such file"):
        load_checkpoint(tmp_path / "own.pt", SMALL)
    with pytest.raises(ArgumentError, match=r"must end in \.pt or \.pth"):
        load_checkpoint(tmp_path / "own.npz", SMALL)
