"""Exported programs from files: they do what the network does, and nothing is unpickled."""

import json
import pickle
import zipfile

import numpy as np
import pytest
import torch

from numerics.exported import exported
from theory.errors import ArgumentError

BATCH = torch.export.Dim("batch")


def network(dtype=torch.float32):
    torch.manual_seed(0)
    layers = torch.nn.Linear(3, 5), torch.nn.BatchNorm1d(5), torch.nn.Dropout(), torch.nn.Tanh()
    return torch.nn.Sequential(*layers).to(dtype).eval()


def stored(path, module, example=None, dynamic=({0: BATCH},)):
    if example is None:
        example = (torch.zeros(2, 3, dtype=next(module.parameters()).dtype),)
    torch.export.save(torch.export.export(module, example, dynamic_shapes=dynamic), path)
    return path


def changed(path, change):
    """Write the archive anew, with its entries changed."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("rows", [1, 2, 7])
def test_a_program_is_its_network(tmp_path, dtype, rows):
    """Batches of any length, float64 arrays in, in the precision that was exported; no gradients."""
    module = network(dtype)
    program = exported(stored(tmp_path / "g.pt2", module))
    batch = np.random.default_rng(0).standard_normal((rows, 3))
    made = program(batch)
    assert made.dtype == dtype
    assert not made.requires_grad
    with torch.no_grad():
        expected = module(torch.as_tensor(batch, dtype=dtype))
    torch.testing.assert_close(made, expected, rtol=1e-6, atol=1e-7)


def test_a_program_of_two_outputs(tmp_path):
    """An encoder's mean and deviation come as a pair."""

    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(3, 2)

        def forward(self, x):
            return self.layer(x), self.layer(x).exp()

    mean, deviation = exported(stored(tmp_path / "e.pt2", Encoder().eval()))(np.ones((4, 3)))
    torch.testing.assert_close(deviation, mean.exp())


def not_there(path):
    path.unlink()


def no_archive(path):
    path.write_bytes(b"PK but no archive")


def cut(path):
    path.write_bytes(path.read_bytes()[:-300])


def another_archive(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "text")


def a_bit(path):
    """A bit of a weight is another: the checksum tells."""
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        weight = next(i for i in archive.infolist() if i.filename.endswith("weight_0"))
    header = content[weight.header_offset :]
    name, extra = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    content[weight.header_offset + 30 + name + extra] ^= 1
    path.write_bytes(content)


def foreign_graph(path):
    def change(entries):
        name = next(name for name in entries if name.endswith("model.json"))
        entries[name] = b"{}"

    changed(path, change)


DAMAGED = [
    (not_there, "cannot be read"),
    (no_archive, "is no exported program, or damaged"),
    (cut, "is an archive, but no whole exported program"),
    (another_archive, "is an archive, but no whole exported program"),
    (a_bit, "is damaged: .*weight_0 does not have its checksum"),
    (foreign_graph, "cannot be read by torch"),
]


@pytest.mark.parametrize(("damage", "words"), DAMAGED)
def test_damaged_and_other_files(tmp_path, damage, words):
    """Each in one line with the file's name."""
    path = stored(tmp_path / "g.pt2", network())
    damage(path)
    with pytest.raises(ArgumentError, match=words) as refused:
        exported(path)
    assert "\n" not in str(refused.value)
    assert "g.pt2" in str(refused.value) or len(str(path)) > 100


class Trap:
    """Unpickled, it leaves a file."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return open, (str(self.mark), "w")


def weights_that_ask_for_it(entries, trap):
    name = next(n for n in entries if n.endswith("weights_config.json"))
    config = json.loads(entries[name])
    config["config"]["0.weight"]["use_pickle"] = True
    entries[name] = json.dumps(config).encode()
    entries[f"{name.rpartition('/')[0]}/weight_0"] = trap


def old_weights(entries, trap):
    entries["g/data/weights/model.pt"] = trap


def constants(entries, trap):
    name = next(n for n in entries if n.endswith("constants_config.json"))
    told = {
        "path_name": "opaque_obj_0",
        "is_param": False,
        "use_pickle": True,
        "tensor_meta": None,
    }
    entries[name] = json.dumps({"config": {"a": told}}).encode()
    entries["g/data/constants/opaque_obj_0"] = trap


def example_inputs(entries, trap):
    entries[next(n for n in entries if n.endswith("sample_inputs/model.pt"))] = trap


def compiled_code(entries, trap):
    entries["g/data/aotinductor/model/model.so"] = trap


PICKLED = [weights_that_ask_for_it, old_weights, constants, example_inputs, compiled_code]


@pytest.mark.parametrize("place", PICKLED)
def test_nothing_is_unpickled(tmp_path, place):
    """A pickle in any place where torch 2.13 would load one: refused, and its code has not run."""
    mark = tmp_path / "mark"
    path = stored(tmp_path / "g.pt2", network())
    changed(path, lambda entries: place(entries, pickle.dumps(Trap(mark))))
    with pytest.raises(ArgumentError, match="holds pickled objects"):
        exported(path)
    assert not mark.exists()


def test_batches_of_one_length(tmp_path):
    """A batch that was not exported as dynamic: the remedy says how."""
    path = stored(tmp_path / "g.pt2", network(), dynamic=None)
    with pytest.raises(ArgumentError, match=r"batches of 2 rows only.*dynamic_shapes=\(\{0"):
        exported(path)


def test_two_inputs(tmp_path):
    """A bilinear form takes two."""
    example = torch.zeros(2, 3), torch.zeros(2, 4)
    path = tmp_path / "b.pt2"
    stored(path, torch.nn.Bilinear(3, 4, 2), example, ({0: BATCH}, {0: BATCH}))
    with pytest.raises(ArgumentError, match="takes 2 inputs, must take one"):
        exported(path)
