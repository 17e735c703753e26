"""Drums as sound: what is written, what is read back, at which pitch, and what is refused.

The signals are the exact ones of the struck square: M spacings a side, struck and heard at node
(M // 2, M // 2), q_n = sum_mn (4 / M^2) sin^2 sin^2 cos(n theta_mn), as in test_estimators.py.
"""

import functools
import re
import struct
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.io import wavfile

from numerics.drum import sound
from numerics.drum.estimators.one_line import hann_two_point
from numerics.drum.estimators.peaks import fft_bin
from theory.errors import ArgumentError

SIDES = range(13, 22)


@functools.cache
def struck_square(side, time_step, samples=40_000, block=300):
    number = np.arange(1, side)
    heard = np.abs(np.sin(number * np.pi * (side // 2) / side)) > 1e-12
    number = number[heard]
    weights = np.sin(number * np.pi * (side // 2) / side) ** 2
    squares = np.sin(number * np.pi / (2 * side)) ** 2
    angles = 2 * np.arcsin(time_step * np.sqrt(np.add.outer(squares, squares).ravel()))
    amplitudes = (4 / side**2) * np.outer(weights, weights).ravel()
    starts = np.exp(1j * np.arange(0, samples, block)[:, None] * angles) * amplitudes
    steps = np.exp(1j * np.arange(block)[:, None] * angles)
    signal = starts.real @ steps.real.T - starts.imag @ steps.imag.T
    return signal.ravel()[:samples]


def fundamental_angle(side, time_step):
    return 2 * np.arcsin(time_step * np.sqrt(2) * np.sin(np.pi / (2 * side)))


def lowest_eigenvalue(side):
    return 8 * np.sin(np.pi / (2 * side)) ** 2


def largest_step(side):
    return 1 / (np.sqrt(2) * np.cos(np.pi / (2 * side)))


@pytest.mark.parametrize(
    ("sample_type", "time_step", "bar"),
    [("float32", 0.5, 1e-8), ("float32", 0.1, 2e-9), ("int16", 0.5, 1e-6), ("int16", 0.1, 1e-6)],
)
def test_a_drum_is_heard_from_its_file(sample_type, time_step, bar, tmp_path):
    """Sides 13 to 21, written and read: the same bin, and the angle of the fundamental."""
    for side in SIDES:
        signal = struck_square(side, time_step)
        path = sound.write_wav(tmp_path / "drum.wav", signal, sample_type=sample_type)
        samples, rate = sound.read_wav(path)
        assert (len(samples), rate) == (40_000, 44_100)
        assert fft_bin(samples) == fft_bin(signal)
        angle = sound.heard_angle(hann_two_point(samples, 1 / rate), rate=rate)
        assert angle == pytest.approx(fundamental_angle(side, time_step), rel=bar)


def test_the_paper_s_drums_need_no_other_pitch():
    """At dt = 0.1 side 13 sounds at 239.30 Hz, side 21 at 148.36 Hz; the loud line at 1406.1 Hz."""
    assert sound.heard_frequency(fundamental_angle(13, 0.1)) == pytest.approx(239.30, abs=5e-3)
    assert sound.heard_frequency(fundamental_angle(21, 0.1)) == pytest.approx(148.36, abs=5e-3)
    assert sound.heard_frequency(2 * np.arcsin(0.1)) == pytest.approx(1406.1, abs=5e-2)


@pytest.mark.parametrize(("side", "share"), [(13, 0.02), (20, 0.02), (64, 0.4 / 64)])
@pytest.mark.parametrize("pitch", [110.0, 220.0, 300.0])
def test_the_step_sets_the_pitch(side, share, pitch):
    """Two seconds at 44,100 Hz: the pitch is heard as it was wanted."""
    step = sound.step_for_pitch(pitch, lowest_eigenvalue(side), largest_step=largest_step(side))
    signal = struck_square(side, step, samples=88_200)
    assert hann_two_point(signal, 1 / 44_100, share=share) == pytest.approx(pitch, rel=1e-8)


@settings(deadline=None)
@given(
    pitch=st.floats(1, 20_000),
    eigenvalue=st.floats(1e-6, 1e3),
    speed=st.floats(0.1, 10),
    rate=st.sampled_from([8000, 44_100, 192_000]),
    room=st.floats(1e-3, 1),
)
def test_a_step_for_every_pitch_that_is_possible(pitch, eigenvalue, speed, rate, room):
    """The mode of the returned step is heard at the pitch; what is refused is above the limit."""
    omega = speed * np.sqrt(eigenvalue)
    largest = room * 2 / omega
    highest = rate / np.pi * np.arcsin(0.95 * room)
    options = {"largest_step": largest, "speed": speed, "rate": rate}
    if pitch >= highest:
        with pytest.raises(ArgumentError, match="must be below"):
            sound.step_for_pitch(pitch, eigenvalue, **options)
    else:
        step = sound.step_for_pitch(pitch, eigenvalue, **options)
        assert step < 0.95 * largest * (1 + 1e-12)
        angle = 2 * np.arcsin(step * omega / 2)
        assert sound.heard_frequency(angle, rate=rate) == pytest.approx(pitch, rel=1e-9)


def test_angle_and_frequency_are_inverse():
    """The angle pi is half the rate."""
    angles = np.array([0.1, np.pi])
    heard = sound.heard_frequency(angles, rate=8000)
    assert heard[1] == pytest.approx(4000, rel=1e-15)
    np.testing.assert_allclose(sound.heard_angle(heard, rate=8000), angles, rtol=1e-15)


def test_the_samples_times_one_gain_and_nothing_else(tmp_path):
    """32-bit floats, bit for bit: no window, no fade, no offset."""
    signal = struck_square(13, 0.5, samples=1000)
    path = sound.write_wav(tmp_path / "new" / "drum.wav", signal, gain=0.25, rate=8000)
    rate, stored = wavfile.read(path)
    assert (rate, stored.dtype) == (8000, np.float32)
    assert stored.tobytes() == (0.25 * signal).astype(np.float32).tobytes()
    assert [file.name for file in path.parent.iterdir()] == ["drum.wav"]


def test_16_bits_are_rounded(tmp_path):
    """Half a step of 1 / 32767 away at most; full scale comes back as 1."""
    signal = np.concatenate([[1.0, -1.0], struck_square(14, 0.5, samples=1000)])
    path = sound.write_wav(tmp_path / "drum.wav", signal, gain=1.0, sample_type="int16")
    samples, _ = sound.read_wav(path)
    assert samples[:2].tolist() == [1.0, -1.0]
    assert np.abs(samples - signal).max() <= 0.5 / 32767 * (1 + 1e-12)


def test_the_bytes_are_those_of_the_file(tmp_path):
    """In memory as on disk; the default gain is 1 dB below full scale."""
    signal = struck_square(13, 0.5, samples=1000)
    path = sound.write_wav(tmp_path / "drum.wav", signal)
    assert path.read_bytes() == sound.wav_bytes(signal)
    assert sound.wav_bytes(signal) == sound.wav_bytes(signal, gain=10**-0.05)


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (np.array([0, 128, 255], dtype=np.uint8), [-128 / 127, 0, 1]),
        (np.array([-(2**31), 0, 2**31 - 1], dtype=np.int32), [-1, 0, 1]),
        (np.array([-0.5, 0, 2], dtype=np.float64), [-0.5, 0, 2]),
    ],
)
def test_other_kinds_of_samples(stored, expected, tmp_path):
    """8 and 32 bits and 64-bit floats, in units of full scale."""
    wavfile.write(tmp_path / "a.wav", 8000, stored)
    samples, rate = sound.read_wav(tmp_path / "a.wav")
    assert rate == 8000
    np.testing.assert_allclose(samples, expected, rtol=1e-9)


def test_24_bits(tmp_path):
    """Three bytes a sample, the smallest step and full scale; ten of these are clipped."""
    path = tmp_path / "a.wav"

    def write(values):
        data = b"".join(value.to_bytes(3, "little", signed=True) for value in values)
        head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 24000, 3, 24)
        body = b"WAVE" + head + struct.pack("<4sI", b"data", len(data)) + data
        path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)

    write([0, 1, -1, 2**23 - 1])
    np.testing.assert_allclose(
        sound.read_wav(path)[0], np.array([0, 1, -1, 2**23]) / 2**23, atol=2e-7
    )
    write([0, 0, *[2**23 - 1] * 10])
    with pytest.raises(ArgumentError, match="is clipped"):
        sound.read_wav(path)


def test_titles_in_a_file_are_passed_over(tmp_path):
    """A chunk that means nothing to us is no reason to refuse, and warns nobody."""
    content = sound.wav_bytes(np.array([0.5, -0.5]))
    path = tmp_path / "a.wav"
    path.write_bytes(content + b"note" + struct.pack("<I", 4) + b"drum")
    np.testing.assert_allclose(sound.read_wav(path)[0], np.array([0.5, -0.5]) * sound.GAIN, 1e-7)


@pytest.mark.filterwarnings("error")
def test_any_damage_is_one_line(tmp_path):
    """Cut or changed at random: read, or refused in one line that names the file."""
    generator = np.random.default_rng(7)
    path = tmp_path / "a.wav"
    signal, lines = np.cos(0.3 * np.arange(60)), []
    for kind in ("float32", "int16"):
        whole = sound.wav_bytes(signal, sample_type=kind)
        for trial in range(600):
            content = bytearray(whole)
            for place in generator.integers(len(content) if trial % 2 else 58, size=trial % 4):
                content[place] = generator.integers(256)
            path.write_bytes(content[: generator.integers(1000)])
            lines += refusal(path)
    assert len(lines) > 500
    assert all(line.startswith("file: got ") and "\n" not in line for line in lines)


def refusal(path):
    """The text with which a file is refused, in a list; none where it is read."""
    try:
        sound.read_wav(path)
    except ArgumentError as error:
        return [str(error)]
    return []


def test_a_listening_copy_keeps_pitch_and_loudness():
    """Two drums a second long: one gain over both, half a second of decay, silent at the end."""
    signals = np.stack([struck_square(side, 0.1, samples=44_100) for side in (13, 20)])
    signals[1] *= 0.5
    copies = sound.listening_copy(signals)
    assert np.abs(copies).max() == pytest.approx(10**-0.05, rel=1e-14)
    np.testing.assert_allclose(copies[:, 0], 10**-0.05 * np.array([1, 0.5]), rtol=1e-12)
    decay = np.exp(-np.arange(44_100) / 22_050)
    fade = np.ones(44_100)
    fade[-220:] = np.cos(np.arange(1, 221) * np.pi / 440) ** 2
    np.testing.assert_allclose(copies, 10**-0.05 * signals * decay * fade, atol=1e-13)
    assert np.abs(copies[:, -1]).max() < 1e-15
    for signal, copy in zip(signals, copies, strict=True):
        assert fft_bin(copy, share=0.02) == pytest.approx(fft_bin(signal), abs=1)
    assert len(sound.wav_bytes(copies[0], gain=1.0)) > 4 * 44_100


def test_drums_take_turns():
    """Two tones, half a second each, three times over: 220 and 330 cycles a second, by turns."""
    seconds = np.arange(2 * sound.RATE) / sound.RATE
    tones = np.stack([np.cos(2 * np.pi * pitch * seconds) for pitch in (220, 330)])
    parts = sound.alternating(tones).reshape(6, sound.RATE // 2)
    heard = [np.abs(np.fft.rfft(part)).argmax() / 0.5 for part in parts]
    assert heard == [220, 330] * 3
    assert np.array_equal(parts[0], parts[2])


def test_a_listening_copy_of_any_length():
    """Shorter than its fade it is all fade; a single sample would be silent, and is refused."""
    short = sound.listening_copy(np.ones(10))
    assert (np.diff(short) < 0).all()
    assert short[-1] == pytest.approx(0, abs=1e-15)
    assert sound.listening_copy(np.ones((2, 3, 400)), rate=8000, decay=0.1).shape == (2, 3, 400)


TONE = np.cos(0.1 * np.arange(200))
BAD_WRITES = {
    "empty": (lambda w: w(np.zeros(0)), "signal: got shape (0,); must be (samples,), one at least"),
    "two": (
        lambda w: w(np.ones((2, 9))),
        "signal: got shape (2, 9); must be (samples,), one at le",
    ),
    "nan": (
        lambda w: w(np.array([1, np.nan])),
        "signal: got 1 samples that are not finite; must be finite; take a time step below",
    ),
    "loud": (
        lambda w: w(2 * TONE),
        "gain: got 0.8912509381337456; must be 0.5 at most for a signal that reaches 2; pass one gain",
    ),
    "no gain": (
        lambda w: w(TONE, gain=0.0),
        "gain: got 0.0; must be positive and finite; pass 0.89",
    ),
    "rate": (lambda w: w(TONE, rate=0), "rate: got 0; must be a positive whole number; pass 44100"),
    "half a rate": (lambda w: w(TONE, rate=0.5), "rate: got 0.5; must be a positive whole number;"),
    "type": (
        lambda w: w(TONE, sample_type="int24"),
        "sample_type: got int24; must be 'float32' or 'int16'; pass 'float32'",
    ),
}


@pytest.mark.parametrize("case", BAD_WRITES)
def test_refuses_to_write(case, tmp_path):
    """One line, and no file."""
    call, text = BAD_WRITES[case]
    path = tmp_path / "drum.wav"
    with pytest.raises(ArgumentError, match=f"^{re.escape(text)}"):
        call(functools.partial(sound.write_wav, path))
    assert list(tmp_path.iterdir()) == []


def test_refuses_a_folder_as_file(tmp_path):
    """As every file of ours is written."""
    with pytest.raises(ArgumentError, match="cannot be written"):
        sound.write_wav(tmp_path, TONE)


CLIPPED = np.concatenate([TONE, np.full(10, -1.0), TONE])
BAD_READS = {
    "stereo": (np.stack([TONE, TONE], axis=1), "has 2 channels; mix it down to one channel"),
    "empty": (np.zeros(0, dtype=np.int16), "has no samples; record it again"),
    "silent": (np.zeros(50, dtype=np.int16), "is silent; record it louder"),
    "silent bytes": (np.full(50, 128, dtype=np.uint8), "is silent; record it louder"),
    "nan": (np.array([0.5, np.nan]), "has samples that are not finite; record it again"),
    "clipped": (CLIPPED, "is clipped (10 equal samples at full scale); record it softer"),
    "clipped 16": (
        (32767 * CLIPPED).astype(np.int16),
        "is clipped (10 equal samples at full scale); record it softer",
    ),
    "clipped 8": (
        np.concatenate([[128, 200], np.full(10, 255)]).astype(np.uint8),
        "is clipped (10 equal samples at full scale); record it softer",
    ),
}


@pytest.mark.parametrize("case", BAD_READS)
def test_refuses_a_recording(case, tmp_path):
    """One line that names the file, what is wrong with it, and what to do."""
    stored, text = BAD_READS[case]
    path = tmp_path / "a.wav"
    wavfile.write(path, 8000, stored)
    with pytest.raises(ArgumentError, match=f"^file: got {re.escape(f'{path}; {text}')}$"):
        sound.read_wav(path)


def test_refuses_a_rate_of_nothing(tmp_path):
    """A header that says 0 samples a second: no frequency could be heard."""
    path = tmp_path / "a.wav"
    path.write_bytes(sound.wav_bytes(TONE, rate=7777).replace(struct.pack("<I", 7777), bytes(4)))
    with pytest.raises(ArgumentError, match="has a rate of 0 samples a second"):
        sound.read_wav(path)


@pytest.mark.parametrize("length", [9, 10])
def test_nine_equal_samples_are_not_clipped(length, tmp_path):
    """Ten are; ten at full scale with both signs, or ten below it, are not."""
    path = tmp_path / "a.wav"
    for values in (np.full(length, 1.0), np.full(20, 0.9), (-1.0) ** np.arange(20)):
        wavfile.write(path, 8000, np.concatenate([[0.5], values, [0.5]]))
        if length == 10 and values[0] == values[1] == 1:
            with pytest.raises(ArgumentError, match="is clipped"):
                sound.read_wav(path)
        else:
            sound.read_wav(path)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, "cannot be read (No such file or directory); name a file"),
        (b"", "is no WAV file that can be read ("),
        (b"no WAV file at all, only text", "is no WAV file that can be read (File format b'no W"),
        (sound.wav_bytes(TONE)[:-50], "is no WAV file that can be read (Reached EOF prematurely"),
        (sound.wav_bytes(TONE)[:30], "is no WAV file that can be read ("),
    ],
    ids=["missing", "nothing", "text", "torn", "head only"],
)
def test_refuses_what_is_no_wav_file(content, text, tmp_path):
    """Missing, empty, foreign, torn."""
    path = tmp_path / "a.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ArgumentError, match=f"^file: got {re.escape(f'{path}; {text}')}") as caught:
        sound.read_wav(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: sound.step_for_pitch(
                5000.0, lowest_eigenvalue(13), largest_step=largest_step(13)
            ),
            "pitch: got 5000.0; must be below 1622.85 Hz, at 0.95 of the largest stable step; take a",
        ),
        (
            # sin(pi f / rate) falls again above half the rate: it must not slip through there
            lambda: sound.step_for_pitch(44_000.0, 0.1, largest_step=0.7),
            "pitch: got 44000.0; must be below ",
        ),
        (
            lambda: sound.step_for_pitch(0.0, 0.1, largest_step=0.7),
            "pitch: got 0.0; must be positive and finite; pass a positive one",
        ),
        (
            lambda: sound.step_for_pitch(100.0, np.nan, largest_step=0.7),
            "eigenvalue: got nan; must be positive and finite; pass a positive one",
        ),
        (
            lambda: sound.step_for_pitch(100.0, 4.0, largest_step=2.0),
            "largest_step: got 2.0; must be 1 at most, where the mode itself turns unstable; pass 2",
        ),
        (
            lambda: sound.listening_copy(TONE, decay=0.0),
            "decay: got 0.0; must be positive and finite; pass a positive one",
        ),
        (
            lambda: sound.listening_copy(np.zeros(10)),
            "signals: got silence; one of them must sound; strike the drum",
        ),
        (
            lambda: sound.listening_copy(np.array(1.0)),
            "signals: got shape (); must be (..., samples) and finite; take a time step below",
        ),
        (
            lambda: sound.listening_copy(np.ones(1)),
            "signals: got silence; one of them must sound; strike the drum",
        ),
    ],
)
def test_further_refusals(call, text):
    """Pitches and copies that are not possible."""
    with pytest.raises(ArgumentError, match=f"^{re.escape(text)}") as caught:
        call()
    assert "\n" not in str(caught.value)


def test_scipy_comes_with_the_first_sound():
    """Who imports the module does not load the reader of sound files."""
    code = "import sys, numerics.drum.sound; print('scipy.io' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
