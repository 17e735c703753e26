"""Pure cosines and their sums: images against the Fourier transform, every refusal by its text."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.images import cosine_sums, pure_cosines
from numerics.images.pure_cosines import distinct_pairs, self_conjugate
from theory.errors import ArgumentError


def test_default_set_has_one_mode_a_class():
    """|DFT| of a cosine is a n^2/2 at f and -f, and a n^2 at f = 0; it is 0 elsewhere."""
    images = pure_cosines()
    assert images.image.dims == ("sample", "y", "x")
    assert images.image.dtype == np.float64
    assert images.label.dtype == np.int64
    assert images.label.values.tolist() == [0, 1, 2, 3]
    spectra = np.abs(np.fft.fft2(images.image.values))
    expected = np.zeros((4, 16, 16))
    expected[0, 0, 0] = 1.5 * 256
    for m, (u, v, a) in enumerate([(5, 2, 1.0), (1, 7, 0.5), (0, 4, 0.2)], start=1):
        expected[m, u, v] = expected[m, -u % 16, -v % 16] = a * 128
    np.testing.assert_allclose(spectra, expected, atol=1e-11)


def test_pixel_by_pixel():
    """Row 1, column 2 of 0.7 cos(2 pi (3 i + j)/5 + 0.4) is 0.7 cos(2 pi 5/5 + 0.4)."""
    images = pure_cosines(image_side=5, frequencies=[(3, 1)], amplitudes=[0.7], phases=[0.4])
    assert images.image.values[0, 1, 2] == pytest.approx(0.7 * math.cos(0.4), abs=1e-15)
    assert images.image.values[0, 2, 1] == pytest.approx(
        0.7 * math.cos(2 * math.pi * 7 / 5 + 0.4), abs=1e-15
    )


def test_attributes():
    """Units stand at both variables; names and provenance are JSON text."""
    images = pure_cosines()
    assert images.attrs["name"] == "pure_cosines"
    assert json.loads(images.attrs["class_names"]) == ["(0, 0)", "(5, 2)", "(1, 7)", "(0, 4)"]
    (step,) = json.loads(images.attrs["provenance"])
    assert step["source"] == "pure_cosines"
    assert step["image_side"] == 16
    assert step["classes"][1] == [{"u": 5, "v": 2, "amplitude": 1.0, "phase": 0.0}]
    for variable in ("image", "label"):
        assert images[variable].attrs["units"] == "1"
        assert images[variable].attrs["long_name"]


@settings(max_examples=50, deadline=None)
@given(data=st.data(), n=st.integers(2, 12))
def test_sum_is_the_sum_of_its_cosines(data, n):
    """A class of `cosine_sums` is the sum of the classes of `pure_cosines` with its terms."""
    pairs = data.draw(
        st.lists(st.sampled_from(distinct_pairs(n)), min_size=1, max_size=4, unique=True)
    )
    numbers = st.floats(0.1, 3)
    amplitudes = [data.draw(numbers) for _ in pairs]
    phases = [0.0 if self_conjugate(pair, n) else data.draw(st.floats(-3.0, 3.0)) for pair in pairs]
    separate = pure_cosines(
        image_side=n, frequencies=pairs, amplitudes=amplitudes, phases=phases
    ).image.sum("sample")
    terms = [(u, v, a, p) for (u, v), a, p in zip(pairs, amplitudes, phases, strict=True)]
    together = cosine_sums(n, [terms]).image.isel(sample=0)
    np.testing.assert_allclose(together, separate, atol=1e-13)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 8])
def test_distinct_pairs_cover_every_frequency_once(n):
    """There are (n^2 + s)/2 pairs, s = 4 (even n) or 1 (odd n); with their partners, all n^2."""
    pairs = distinct_pairs(n)
    assert len(pairs) == (n * n + (4 if n % 2 == 0 else 1)) // 2
    partners = {(-u % n, -v % n) for u, v in pairs}
    assert len(set(pairs) | partners) == n * n
    own = [pair for pair in pairs if self_conjugate(pair, n)]
    assert len(own) == (4 if n % 2 == 0 else 1)
    assert set(pairs) & partners == set(own)


def refused(call, argument):
    """Text of the ArgumentError that a call raises on an argument."""
    with pytest.raises(ArgumentError) as caught:
        call()
    assert caught.value.argument == argument
    assert "\n" not in str(caught.value)
    return str(caught.value)


ONE = {"frequencies": [(1, 2)], "amplitudes": [1.0]}
TWO = {"amplitudes": [1.0, 1.0]}


@pytest.mark.parametrize(
    ("arguments", "argument", "text"),
    [
        (
            {"image_side": 1},
            "image_side",
            "image_side: got 1; must be an integer, at least 2; pass 16, say",
        ),
        ({"image_side": 16.0}, "image_side", "image_side: got 16.0; must be an integer"),
        ({"image_side": True}, "image_side", "image_side: got True; must be an integer"),
        ({"image_side": 10**6}, "image_side", "32,000,000,000,000 bytes, more than the limit"),
        (
            {"amplitudes": [1.0]},
            "amplitudes",
            "amplitudes: got [1.0]; must have one entry for each of the 4 frequencies, has 1; "
            "give all of them the same length",
        ),
        ({**ONE, "phases": []}, "phases", "one entry for each of the 1 frequencies, has 0"),
        ({**ONE, "phases": 3}, "phases", "phases: got 3; must be a sequence"),
        ({"frequencies": [], "amplitudes": []}, "frequencies", "at least one class"),
        (
            {**ONE, "frequencies": [(1.5, 2)]},
            "frequencies",
            "frequencies: got 1.5; each component must be a whole number of cycles per image",
        ),
        ({**ONE, "frequencies": [(1, math.inf)]}, "frequencies", "got inf; each number must be"),
        ({**ONE, "frequencies": [(1, "2")]}, "frequencies", "got 2; each number must be finite"),
        ({**ONE, "frequencies": [(1, 2, 3)]}, "frequencies", "each frequency must be (u, v)"),
        ({**ONE, "frequencies": [7]}, "frequencies", "got 7; each frequency must be (u, v)"),
        (
            {**ONE, "amplitudes": [-1]},
            "amplitudes",
            "amplitudes: got -1; each amplitude must be positive",
        ),
        ({**ONE, "amplitudes": [0]}, "amplitudes", "got 0; each amplitude must be positive"),
        ({**ONE, "amplitudes": [math.nan]}, "amplitudes", "got nan; each number must be finite"),
        ({**ONE, "amplitudes": [1j]}, "amplitudes", "got 1j; each number must be finite and real"),
        ({**ONE, "phases": [None]}, "phases", "got None; each number must be finite"),
        (
            {**TWO, "frequencies": [(1, 2), (15, 14)]},
            "frequencies",
            "frequencies: got (15, 14); modulo 16 this is the pair {(1, 2), (15, 14)}, "
            "and classes 0 and 1 share it; each pair may be used once",
        ),
        (
            {**TWO, "frequencies": [(1, 2), (17, -14)]},
            "frequencies",
            "got (17, -14); modulo 16 this is the pair {(1, 2), (15, 14)}",
        ),
        (
            {"frequencies": [(8, 0)], "amplitudes": [1], "phases": [math.pi / 2]},
            "phases",
            "class 0 is zero there: at (8, 0), which is its own conjugate modulo 16",
        ),
    ],
)
def test_pure_cosines_refuses(arguments, argument, text):
    """Each argument out of range is named with its value, what is allowed, and what to do."""
    assert text in refused(lambda: pure_cosines(**arguments), argument)


@pytest.mark.parametrize(
    ("classes", "text"),
    [
        ([], "at least one class"),
        (5, "must be a sequence"),
        ([[]], "class 0 must be a sequence of at least one (u, v, amplitude, phase)"),
        ([3], "class 0 must be a sequence"),
        ([[(1, 2, 1.0)]], "each term of class 0 must be (u, v, amplitude, phase)"),
        ([[(1, 2, 0.0, 0.0)]], "each amplitude must be positive"),
        ([[(1, 2, 1, 0), (-1, -2, 1, 0)]], "{(1, 2), (3, 2)}, and class 0 uses it twice"),
        ([[(1, 2, 1, 0)], [(3, 2, 1, 0)]], "{(1, 2), (3, 2)}, and classes 0 and 1 share it"),
        ([[(0, 0, 1, 0)], [(2, 2, 1, -math.pi / 2)]], "class 1 is zero there: at (2, 2)"),
    ],
)
def test_cosine_sums_refuses(classes, text):
    """Errors of `cosine_sums` speak of `classes`, the one argument that holds the numbers."""
    assert text in refused(lambda: cosine_sums(4, classes), "classes")


def test_quarter_phase_is_a_sine_off_the_self_conjugate_frequencies():
    """cos(x + pi/2) = -sin(x): refused only where the image would be zero."""
    images = pure_cosines(**ONE, phases=[math.pi / 2])
    i, j = np.mgrid[:16, :16]
    np.testing.assert_allclose(images.image[0], -np.sin(2 * np.pi * (i + 2 * j) / 16), atol=1e-14)


def test_whole_floats_and_huge_integers_are_frequencies():
    """5.0 is 5, and 16 * 10^20 + 5 is 5 modulo 16, exactly."""
    plain = pure_cosines(frequencies=[(5, 2)], amplitudes=[1])
    for u in (5.0, np.int8(5), 16 * 10**20 + 5):
        assert pure_cosines(frequencies=[(u, 2)], amplitudes=[1]).image.identical(plain.image)
