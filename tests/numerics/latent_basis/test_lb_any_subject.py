"""Anybody's networks as a subject: modules, functions and programs are one; misfits are refused in a line."""

import pickle

import numpy as np
import pytest
import scipy.special
import torch

from numerics.exported import exported
from numerics.latent_basis.any_subject import subject_of
from numerics.latent_basis.subject import Encoding
from theory.errors import ArgumentError

M, SIDE, L = 6, 3, 4
DRAWN = np.random.default_rng(0)
A = DRAWN.normal(size=(M, SIDE * SIDE))
B = DRAWN.normal(size=(SIDE * SIDE, L))
E = DRAWN.normal(size=(SIDE * SIDE, M))
LATENTS = DRAWN.normal(size=(9, M))


def generate(z):
    return np.tanh(z @ A).reshape(len(z), 1, SIDE, SIDE)


def rows(x):
    return x.reshape(len(x), -1)


def logits(x):
    return rows(x) @ B


def encode(x):
    return rows(x) @ E, np.exp(0.1 * (rows(x) @ E))


def probabilities(x):
    return scipy.special.softmax(logits(x), axis=1)


def labels(x):
    return logits(x).argmax(axis=1)


class Pair(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.mean = torch.nn.Linear(SIDE * SIDE, M, bias=False)

    def forward(self, x):
        mean = self.mean(x.flatten(1))
        return mean, torch.exp(0.1 * mean)


def modules(dtype=torch.float64):
    """The functions above as modules, with a dropout and a batch normalisation that eval() makes idle."""
    generator = torch.nn.Sequential(
        torch.nn.Linear(M, SIDE * SIDE, bias=False),
        torch.nn.BatchNorm1d(SIDE * SIDE, eps=0.5),
        torch.nn.Dropout(),
        torch.nn.Tanh(),
        torch.nn.Unflatten(1, (1, SIDE, SIDE)),
    )
    classifier = torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(SIDE * SIDE, L, bias=False)
    )
    encoder = Pair()
    for layer, weights in ((generator[0], A), (classifier[1], B), (encoder.mean, E)):
        layer.weight.data = torch.tensor(weights.T)
    torch.nn.init.constant_(generator[1].get_buffer("running_var"), 0.5)  # and eps: the identity
    return tuple(module.to(dtype) for module in (generator, classifier, encoder))


@pytest.mark.parametrize(("dtype", "close"), [(torch.float64, 1e-13), (torch.float32, 2e-6)])
def test_modules_are_functions(dtype, close):
    """A module with idle dropout and normalisation is the same function, in its own precision."""
    subject = subject_of(*modules(dtype))
    assert (subject.latent_size, subject.labels) == (M, L)
    images = subject.decoded(LATENTS)
    assert images.dtype == (np.float64 if dtype is torch.float64 else np.float32)
    np.testing.assert_allclose(images, generate(LATENTS), atol=close)
    found = subject.probabilities(images)
    assert found.dtype == float
    np.testing.assert_allclose(found, probabilities(generate(LATENTS)), atol=close)
    encoding = subject.encoded(images)
    for values, expected in zip(
        (encoding.mean, encoding.deviation), encode(generate(LATENTS)), strict=True
    ):
        np.testing.assert_allclose(values, expected, atol=10 * close)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype):
    """A module in half precision works; NumPy sees single precision."""
    subject = subject_of(*modules(dtype))
    images = subject.decoded(LATENTS)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images, generate(LATENTS), atol=0.03)


def test_a_training_module_is_left_as_it_was():
    """Modes of each part, weights, running averages and gradients: bit for bit the same."""
    generator, classifier, encoder = modules()
    generator.train()
    generator[1].eval()
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    seen = []
    generator.register_forward_pre_hook(lambda *_: seen.append(torch.is_grad_enabled()))
    subject_of(generator, classifier, encoder).labels_of(LATENTS)
    assert seen
    assert not any(seen)
    assert [part.training for part in generator] == [True, False, True, True, True]
    assert generator.training
    assert all(torch.equal(before[name], value) for name, value in generator.state_dict().items())
    assert all(weight.grad is None for weight in generator.parameters())
    assert all(weight.requires_grad for weight in generator.parameters())


@pytest.mark.parametrize(
    ("classifier", "given"),
    [
        (logits, {}),
        (probabilities, {}),
        (lambda x: np.log(probabilities(x)), {}),
        (lambda x: torch.tensor(logits(x)), {}),
        (probabilities, {"outputs": "probabilities"}),
    ],
)
def test_what_a_classifier_returns(classifier, given):
    """Logits, probabilities, their logarithms: one and the same subject."""
    subject = subject_of(generate, classifier, latent_size=M, **given)
    np.testing.assert_allclose(
        subject.probabilities(generate(LATENTS)), probabilities(generate(LATENTS)), rtol=1e-12
    )


def test_logits_that_sum_to_one():
    """Some are negative, so they are no probabilities: the softmax is taken."""

    def centred(x):
        return logits(x) - logits(x).mean(axis=1, keepdims=True) + 1 / L

    subject = subject_of(generate, centred, latent_size=M)
    np.testing.assert_allclose(
        subject.probabilities(generate(LATENTS)), probabilities(generate(LATENTS)), rtol=1e-12
    )


def test_a_classifier_that_names_labels():
    """Labels alone become certain ones, and their number has to be said."""
    subject = subject_of(generate, labels, latent_size=M, labels=L)
    found, confidence = subject.labels_of(LATENTS)
    np.testing.assert_array_equal(found, labels(generate(LATENTS)))
    assert (confidence == 1).all()
    with pytest.raises(ArgumentError, match=r"labels: got None; must be given"):
        subject_of(generate, labels, latent_size=M)


def test_it_is_decided_once():
    """A classifier that returns probabilities for the first images and others later is refused then."""
    other = np.full((1, 1, SIDE, SIDE), 5.0)
    subject = subject_of(generate, lambda x: (1 + (x.max() > 4)) * probabilities(x), latent_size=M)
    with pytest.raises(ArgumentError, match=r"sums from 2 to 2; must be probabilities"):
        subject.probabilities(other)


@pytest.mark.parametrize(
    "encoder",
    [encode, lambda x: list(encode(x)), lambda x: Encoding(*encode(x))],
    ids=["pair", "list", "encoding"],
)
def test_encoders(encoder):
    """Pairs of any kind say mean and deviation."""
    encoding = subject_of(generate, logits, encoder, latent_size=M).encoded(generate(LATENTS))
    np.testing.assert_array_equal(encoding.deviation, encode(generate(LATENTS))[1])


def test_an_encoder_of_latents_alone_and_none():
    """Latents alone have no deviation; without an encoder there is nothing to encode with."""
    subject = subject_of(generate, logits, lambda x: rows(x) @ E, latent_size=M)
    encoding = subject.encoded(generate(LATENTS))
    np.testing.assert_array_equal(encoding.mean, rows(generate(LATENTS)) @ E)
    assert not encoding.deviation.any()
    with pytest.raises(ArgumentError, match="encoder: got None; there is none"):
        subject_of(generate, logits, latent_size=M).encoded(generate(LATENTS))


def test_programs_from_files(tmp_path):
    """The three modules, exported: the same labels and encodings."""
    batch = torch.export.Dim("batch")
    image = torch.zeros(2, 1, SIDE, SIDE, dtype=torch.float64)
    latent = torch.zeros(2, M, dtype=torch.float64)
    programs = []
    for number, (module, example) in enumerate(zip(modules(), (latent, image, image), strict=True)):
        path = tmp_path / f"{number}.pt2"
        program = torch.export.export(module.eval(), (example,), dynamic_shapes=({0: batch},))
        torch.export.save(program, path)
        programs.append(exported(path))
    subject = subject_of(*programs, latent_size=M)
    np.testing.assert_array_equal(subject.labels_of(LATENTS)[0], labels(generate(LATENTS)))
    np.testing.assert_allclose(
        subject.encoded(generate(LATENTS)).mean, encode(generate(LATENTS))[0], atol=1e-12
    )


def test_exported_modules_themselves():
    """A program's own module refuses eval(); its mode is written into it, so it is not asked."""
    batch = torch.export.Dim("batch")
    example = torch.zeros(2, M, dtype=torch.float64)
    program = torch.export.export(modules()[0].eval(), (example,), dynamic_shapes=({0: batch},))
    subject = subject_of(program.module(), logits, latent_size=M)
    np.testing.assert_allclose(subject.decoded(LATENTS), generate(LATENTS), atol=1e-13)


def test_a_device_is_for_copies():
    """The modules given stay where they are, and what becomes of them does not matter."""
    generator, classifier, _ = modules()
    subject = subject_of(generator, classifier, device="cpu")
    torch.nn.init.zeros_(generator[0].weight)
    np.testing.assert_allclose(subject.decoded(LATENTS), generate(LATENTS), atol=1e-13)


def test_subjects_travel_to_workers():
    """Pickled and back: the same labels and encodings, of modules and of functions."""
    for models in (modules(), (generate, logits, encode)):
        subject = subject_of(*models, latent_size=M)
        again = pickle.loads(pickle.dumps(subject))
        np.testing.assert_array_equal(again.labels_of(LATENTS)[1], subject.labels_of(LATENTS)[1])
        images = subject.decoded(LATENTS)
        np.testing.assert_array_equal(again.encoded(images).mean, subject.encoded(images).mean)


def noisy(z):
    return generate(z) + np.random.default_rng().normal(size=(len(z), 1, SIDE, SIDE))


def normalised(z):
    return generate(z) - generate(z).mean(axis=0)


def holed(z):
    images = generate(z).copy()
    images[3, 0, 2, 1] = np.nan
    return images


MISFITS = [
    (generate, logits, None, {"outputs": "odds"}, r"outputs: got odds; must be one of logits, "),
    (generate, logits, None, {}, r"latent_size: got None; cannot be read off this generator"),
    (
        generate,
        logits,
        None,
        {"latent_size": 1},
        r"batch of shape \(16, 1\); the generator did not",
    ),
    (generate, logits, None, {"latent_size": 0}, r"latent_size: got 0; must be positive"),
    (
        generate,
        logits,
        None,
        {"latent_size": M + 1},
        r"shape \(16, 7\); the generator did not",
    ),
    (noisy, logits, None, {"latent_size": M}, r"the same latents must make the same images twice"),
    (normalised, logits, None, {"latent_size": M}, r"same image alone and among others"),
    (holed, logits, None, {"latent_size": M}, r"got nan; .*not for latent 3 at \(0, 2, 1\)"),
    (lambda z: z[:, 0], logits, None, {"latent_size": M}, r"\(16,\) for latents \(16, 6\)"),
    (lambda z: "image", logits, None, {"latent_size": M}, r"generator: got str of <U5"),
    (
        generate,
        lambda x: x,
        None,
        {"latent_size": M},
        r"\(16, 1, 3, 3\) for images \(16, 1, 3, 3\)",
    ),
    (
        generate,
        lambda x: x @ B,
        None,
        {"latent_size": M},
        r"classifier: got a batch of shape \(16, 1",
    ),
    (generate, lambda x: logits(x)[:, 0], None, {"latent_size": M}, r"\(16,\) and type float64"),
    (generate, logits, None, {"latent_size": M, "labels": 5}, r"\(16, 4\); must be \(16, 5\)"),
    (
        generate,
        lambda x: labels(x) + 1,
        None,
        {"latent_size": M, "labels": 4},
        r"label 4; must be from 0 to 3",
    ),
    (
        generate,
        lambda x: labels(x) * 0.5,
        None,
        {"latent_size": M, "outputs": "labels", "labels": L},
        r"labels of type float64; must be whole numbers",
    ),
    (
        generate,
        logits,
        None,
        {"latent_size": M, "outputs": "probabilities"},
        r"rows with sums from .*must be probabilities",
    ),
    (
        lambda z: rows(generate(z)),
        lambda x: x,
        None,
        {"latent_size": M},
        r"labels: got 9; must be from 2 to .*, 6",
    ),
    (generate, logits, lambda x: rows(x), {"latent_size": M}, r"\(16, 9\) .*must be \(16, 6\)"),
    (generate, logits, lambda x: (*encode(x), 0), {"latent_size": M}, r"encoder: got 3 outputs"),
    (generate, logits, lambda x: -rows(x) @ E * np.inf, {"latent_size": M}, r"not for image 0 at"),
    (
        generate,
        logits,
        lambda x: (rows(x) @ E, -np.ones((len(x), M))),
        {"latent_size": M},
        r"deviation of the encoder: got -1.0; must not be negative",
    ),
]


@pytest.mark.parametrize(("generator", "classifier", "encoder", "given", "words"), MISFITS)
def test_misfits(generator, classifier, encoder, given, words):
    """What does not fit is refused at once, in one line with both shapes."""
    with pytest.raises(ArgumentError, match=words) as refused:
        subject_of(generator, classifier, encoder, **given)
    assert "\n" not in str(refused.value)


def test_dropout_at_work_is_seen():
    """A function that hides a network in training mode."""
    generator, classifier, _ = modules()
    with pytest.raises(ArgumentError, match="put dropout and batch normalisation in evaluation"):
        subject_of(lambda z: generator.train()(torch.tensor(z)), classifier, latent_size=M)


def test_later_batches_are_held_to_the_first():
    """Images of another shape and latents of another length: both shapes are named."""
    subject = subject_of(generate, logits, encode, latent_size=M)
    flat = rows(generate(LATENTS))
    with pytest.raises(ArgumentError, match=r"\(9, 9\); must be \(N, 1, 3, 3\)"):
        subject.probabilities(flat)
    with pytest.raises(ArgumentError, match=r"\(9, 9\); must be \(N, 1, 3, 3\)"):
        subject.encoded(flat)
    for decode in (subject.decoded, subject.labels_of):
        with pytest.raises(ArgumentError, match=r"\(9, 5\); must be \(N, 6\)"):
            decode(LATENTS[:, 1:])
