"""Networks and images of a user's own in `latent_basis`: exported programs, and functions from Python."""

import dataclasses
import functools
import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from command_line import FinishedRun, refusal, says
from scipy.special import expit, logit

from numerics.latent_basis.any_subject import subject_of
from numerics.latent_basis.linear_control import LinearControl
from theory.errors import ArgumentError
from validation import results
from validation.experiment import run as run_experiment
from validation.latent_basis import Config, LatentBasisExperiment, case, figures
from validation.latent_basis.case import LatentBasisCase
from validation.latent_basis.check_table import CHECKS
from validation.latent_basis.own import OwnSource, own_source
from validation.latent_basis.setting import Setting
from validation.latent_basis.verification.control import FUNCTIONS as OF_CONTROL

pytestmark = pytest.mark.slow  # whole runs

LATENT, SIDE, LABELS, RHO, DEVIATION = 6, 4, 3, 3.0, 0.6
COUNT, EACH = 4000, 600
EDGE = 1e-6  # from black and white: noisy images go beyond them
# a linear control whose images pass through a sigmoid: from black 0 to white 1, and every number known
KNOWN = LinearControl(
    separation=RHO,
    deviation=DEVIATION,
    latent_size=LATENT,
    pixels=SIDE * SIDE,
    labels=LABELS,
    generator=np.random.default_rng(0),
)
# of few coordinates a length scatters by more than LB44 allows for
HERE = {check.id for check in CHECKS if "FILE" in check.cases} - {"LB44"}
VERIFIED = {c.id for c in CHECKS if c.kind == "verification" and c.preset == "quick"}

Run = functools.partial(FinishedRun, "latent_basis")


def tensor(values):
    return torch.as_tensor(np.ascontiguousarray(values), dtype=torch.float64)


class Network(torch.nn.Module):
    """One of three maps of the control, on images (N, 1, 4, 4)."""

    def __init__(self):
        super().__init__()
        self.register_buffer("weights", tensor(KNOWN.weights))
        self.register_buffer("offset", tensor(KNOWN.offset))
        self.register_buffer("directions", tensor(KNOWN.directions[:LABELS]))

    def latents(self, images):
        pixels = images.flatten(1).clamp(EDGE, 1 - EDGE)
        return (torch.logit(pixels) - self.offset) @ self.weights


class Generator(Network):
    def forward(self, latents):
        pixels = torch.sigmoid(latents @ self.weights.T + self.offset)
        return pixels.reshape(-1, 1, SIDE, SIDE)


class Classifier(Network):
    def forward(self, images):
        return RHO * self.latents(images) @ self.directions.T


class Encoder(Network):
    def forward(self, images):
        mean = self.latents(images)
        return mean, torch.full_like(mean, DEVIATION)


class Exact(Network):
    """An encoder without noise."""

    def forward(self, images):
        return self.latents(images)


def exported(path, module, example):
    batch = torch.export.Dim("batch")
    program = torch.export.export(module.eval(), (example,), dynamic_shapes=({0: batch},))
    torch.export.save(program, path)
    return str(path)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Paths of programs and of labelled images from 0 to 1."""
    folder = tmp_path_factory.mktemp("own")
    latents = torch.zeros(2, LATENT, dtype=torch.float64)
    images = torch.full((2, 1, SIDE, SIDE), 0.5, dtype=torch.float64)
    known, labels = KNOWN.images(COUNT, np.random.default_rng(1))
    np.savez(folder / "mine.npz", images=expit(known).reshape(-1, SIDE, SIDE), labels=labels)
    return SimpleNamespace(
        folder=folder,
        generator=exported(folder / "g.pt2", Generator(), latents),
        classifier=exported(folder / "c.pt2", Classifier(), images),
        encoder=exported(folder / "e.pt2", Encoder(), images),
        exact=exported(folder / "exact.pt2", Exact(), images),
        images=str(folder / "mine.npz"),
    )


def options(files, **other):
    named = {name: getattr(files, name) for name in ("generator", "classifier", "encoder")}
    given = (
        named | {"dataset": files.images, "latent_size": LATENT, "black": 0.0, "each": EACH} | other
    )
    return Config(preset="quick", **given)


def line(config):
    """A configuration as it is typed."""
    default = Config()
    fields = [f.name for f in dataclasses.fields(Config)]
    changed = [n for n in fields if getattr(config, n) != getattr(default, n)]
    return " ".join(f"--{n.replace('_', '-')} {getattr(config, n)}" for n in changed)


@functools.cache
def of_the_control():
    return {name: float(function()) for name, function in OF_CONTROL.items()}


def plain(patch):
    """No figures and no film, and the linear control found once."""
    patch.setattr(figures, "drawn", lambda result: {})
    patch.setattr(figures, "films", lambda result: {})
    patch.setattr(case, "control_findings", lambda work: of_the_control())


@pytest.fixture(autouse=True)
def _plain(monkeypatch):
    plain(monkeypatch)


@pytest.fixture(scope="module")
def own(files, tmp_path_factory):
    """A run from the command line."""
    with pytest.MonkeyPatch.context() as patch:
        plain(patch)
        return Run(tmp_path_factory.mktemp("run"), line(options(files)))


# --- from the command line ------------------------------------------------------------------------


def test_the_run(own):
    """All rows that need no learning of ours hold; the others belong to named sets."""
    assert own.code == 0, own.printed
    assert own.said["case"] == "FILE"
    assert own.with_verdict("holds") == HERE | VERIFIED
    assert {"LB14", "LB38b", "LB39", "LB46"} <= HERE
    assert own.rows["LB33"]["reason"].startswith("another case")
    assert own.warned == []


def test_what_is_told_of_it(own, files):
    """Sizes of the user's: 3 labels, M = 6, two sets; the programs stand in the provenance."""
    assert any("Own generator, classifier and encoder" in note for note in own.said["notes"])
    assert any("3 labels, M = 6; 2 sets of class means" in note for note in own.said["notes"])
    told = own.said["provenance"]["data"]
    assert told["generator"] == files.generator
    assert (told["samples"], told["test"]) == (COUNT - COUNT // 4, COUNT // 4)
    assert list(own.tree["/setup"]["network"].values) == ["own networks"]


def test_numbers_of_own_networks(own):
    """They are a linear control: shares right, energies and shares of labels by its closed forms."""
    law, test = KNOWN.expected(), COUNT // 4
    trials = results.dataset(own.tree, "observed/trials").mean("trial").isel(seed=0, network=0)
    sd = np.sqrt(law.signed * (1 - law.signed) / test)
    for found in (trials["encode_decode"], trials["accuracy"].sel(way="symmetric signed")):
        assert float(found) == pytest.approx(law.signed, abs=4 * sd)
    sd = np.sqrt(law.absolute * (1 - law.absolute) / test)
    # six magnitudes of an estimated basis
    found = float(trials["accuracy"].sel(way="symmetric absolute"))
    assert found == pytest.approx(law.absolute, abs=4 * sd + 0.01)
    parts = results.dataset(own.tree, "observed/parts")
    assert parts["first_set_energy"].item() == pytest.approx(law.first_set_share, abs=0.02)
    assert parts["mean_deviation"].item() == pytest.approx(DEVIATION, abs=1e-12)
    share = results.array(own.tree, "setup", "share")
    np.testing.assert_allclose(share, 1 / 3, atol=5 * np.sqrt(2 / 9 / 1e5))


def test_linearity_of_a_generator_whose_start_is_unknown(own):
    """No untrained network beside it; its own order is that of a smooth map, near 2."""
    seen = results.dataset(own.tree, "observed/linearity")
    assert np.isnan(seen["overall"].sel(way="untrained")).all()
    np.testing.assert_allclose(seen["order"].sel(way="trained"), 2, atol=0.2)


def test_images_reach_the_networks_as_they_made_them(files):
    """Rows from black to white, in the shape of the generator's images."""
    source = own_source(options(files))
    assert source.images.shape == (COUNT - COUNT // 4, 1, SIDE, SIDE)
    assert source.test_images.min() > 0
    assert source.test_images.max() < 1
    stored = np.load(files.images)["images"]
    both = np.concatenate([source.images, source.test_images]).reshape(COUNT, -1)
    order = np.lexsort(both.T), np.lexsort(stored.reshape(COUNT, -1).T)
    np.testing.assert_allclose(both[order[0]], stored.reshape(COUNT, -1)[order[1]], atol=1e-6)


def test_larger_images_are_brought_to_the_generators_size(files, tmp_path):
    """--size averages blocks: 8 x 8 images for a generator of 4 x 4."""
    stored = np.load(files.images)
    large = np.repeat(np.repeat(stored["images"], 2, 1), 2, 2)
    np.savez(tmp_path / "large.npz", images=large, labels=stored["labels"])
    config = options(files, dataset=str(tmp_path / "large.npz"))
    with pytest.raises(
        ArgumentError, match=r"--generator: got images of shape \(1, 4, 4\).*64 pixels"
    ):
        own_source(config)
    source = own_source(dataclasses.replace(config, size=SIDE))
    np.testing.assert_allclose(source.images, own_source(options(files)).images, atol=1e-6)


def test_an_encoder_without_noise(files, tmp_path):
    """Trials do not differ: there is no scatter to hold a law against, and the row says so."""
    run = Run(tmp_path, line(options(files, encoder=files.exact, trials=20)))
    assert run.warned == []
    assert run.code == 0, run.printed
    assert run.rows["LB39"]["verdict"] == "not run"
    assert "less than one image" in run.rows["LB39"]["reason"]
    accuracy = results.array(run.tree, "observed/trials", "accuracy")
    assert float((accuracy.max("trial") - accuracy.min("trial")).max()) == 0
    assert run.rows["LB38b"]["verdict"] == "holds"


# --- from Python ----------------------------------------------------------------------------------


def generate(latents):
    return expit(latents @ KNOWN.weights.T + KNOWN.offset).reshape(-1, 1, SIDE, SIDE)


def latents_of(images):
    pixels = images.reshape(len(images), -1).clip(EDGE, 1 - EDGE)
    return (logit(pixels) - KNOWN.offset) @ KNOWN.weights


def classify(images):
    return RHO * latents_of(images) @ KNOWN.directions[:LABELS].T


def encode(images):
    mean = latents_of(images)
    return mean, np.full_like(mean, DEVIATION)


def source_of(files, **changes):
    """The same networks as functions of NumPy, the same images."""
    given = own_source(options(files))
    subject = subject_of(generate, classify, encode, latent_size=LATENT)
    values = {
        "subject": subject,
        **{n: getattr(given, n) for n in ("images", "labels", "test_images", "test_labels")},
        "shape": (SIDE, SIDE),
        "label_names": ("0", "1", "2"),
    }
    return OwnSource(**(values | changes))


def test_functions_say_what_programs_say(own, files, tmp_path):
    """The case with a source of one's own: the numbers of the run from the command line."""
    config = Config(dataset="mine", preset="quick", each=EACH)
    setting = Setting(config, source_of(files), range(1), sets=2, each=EACH)

    class Mine(LatentBasisExperiment):
        def case(self, config):
            return LatentBasisCase(setting)

        def verifications(self):
            return {}

    tree = run_experiment(Mine(), config, out=tmp_path).tree
    for name in ("accuracy", "ranks", "kept energy", "residuals"):
        found, expected = (results.ladder(t, name) for t in (tree, own.tree))
        for one, other in zip(found.rungs, expected.rungs, strict=True):
            np.testing.assert_allclose(one.value, other.value, rtol=1e-6, err_msg=one.name)
    rows = {row["id"]: row for row in json.loads(tree["/checks"].attrs["rows"])}
    assert {name for name in HERE if rows[name]["verdict"] != "holds"} == set()


def test_sources_that_are_none(files):
    """No encoder; classes that the classifier does not know."""
    alone = subject_of(generate, classify, latent_size=LATENT)
    with pytest.raises(ArgumentError, match=r"encoder: got None; .*encoded images"):
        source_of(files, subject=alone)
    with pytest.raises(ArgumentError, match="classifier: got 3 labels; the images have 2 classes"):
        source_of(files, label_names=("0", "1"))


# --- programs that cannot be used -----------------------------------------------------------------


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """Run with options that cannot be used; returns what was said."""
    monkeypatch.chdir(tmp_path)
    return lambda config: refusal("latent_basis", tmp_path, capsys, *line(config).split())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"generator": "gone.pt2"}, ("gone.pt2", "cannot be read")),
        ({"encoder": "images"}, ("mine.npz", "no whole exported program")),
        ({"classifier": "generator"}, ("classifier", "(16, 1, 4, 4)", "did not take it")),
        ({"encoder": "classifier"}, ("encoder", "(16, 3)", "(16, 6)")),
        ({"latent_size": 5}, ("generator", "(16, 5)", "did not take it")),
        ({"black": 2.0}, ("--black", "got 2.0", "below 1")),
        ({"sets": 3}, ("--sets", "got 3", "6 latents hold 2 sets of 3")),
    ],
    ids=["missing", "no program", "for another's", "no latents", "other latents", "black", "sets"],
)
def test_programs_that_do_not_fit(refused, files, changes, words):
    """Before anything is computed or written, in one line."""
    named = {
        name: getattr(files, value, value) if isinstance(value, str) else value
        for name, value in changes.items()
    }
    says(refused(options(files, **named)), "", *words)


def test_classes_that_the_classifier_does_not_know(refused, files, tmp_path):
    """Images of four classes for a classifier of three."""
    stored = np.load(files.images)
    np.savez(tmp_path / "four.npz", images=stored["images"], labels=np.arange(COUNT) % 4)
    said = refused(options(files, dataset="four.npz"))
    says(said, "classifier", "got 3 labels", "the images have 4 classes")
