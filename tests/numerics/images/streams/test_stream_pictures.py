"""Streams of folders of pictures: any depth, colours as Pillow's grey, 16 bits; what is refused."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from numerics.images import stream_of
from numerics.images.streams import pictures
from theory.errors import ArgumentError

GENERATOR = np.random.default_rng(0)
GREYS = GENERATOR.integers(0, 256, (5, 6, 7), np.uint8)
COLOURS = GENERATOR.integers(0, 256, (5, 6, 7, 3), np.uint8)
DEEP = GENERATOR.integers(0, 65536, (5, 6, 7), np.uint16)
NAMES = ("a/b/z.png", "a/c.png", "b.png", "c/1.png", "c/10.png")


def save(folder, arrays, names=NAMES):
    for name, array in zip(names, arrays, strict=True):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(array).save(folder / name)
    return folder


def together(stream):
    return np.concatenate(list(stream.blocks()))


def refused(folder, **arguments):
    with pytest.raises(ArgumentError) as caught:
        list(stream_of(folder, **arguments).blocks())
    assert "\n" not in str(caught.value)
    return str(caught.value)


def as_pillow(array):
    return np.asarray(Image.fromarray(array).convert("L"))


def test_grey_and_colour_at_any_depth(tmp_path):
    """Pictures in the order of their paths; colours as Pillow's mode L; hidden names passed over."""
    save(tmp_path / "mine", [GREYS[0], COLOURS[1], GREYS[2], COLOURS[3], GREYS[4]])
    save(tmp_path / "mine", GREYS[:2, :5], (".hidden.png", ".cache/x.png"))
    (tmp_path / "mine" / "notes.txt").write_text("no picture")
    stream = stream_of(tmp_path / "mine")
    assert (stream.name, stream.count, stream.shape) == ("mine", 5, (6, 7))
    assert stream.scale == 1 / 255
    expected = [as_pillow(a) for a in (GREYS[0], COLOURS[1], GREYS[2], COLOURS[3], GREYS[4])]
    found = together(stream)
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr"])
def test_modes(tmp_path, mode):
    """Every mode of 8 bits: the grey of its colours."""
    suffix = "tif" if mode in ("CMYK", "YCbCr") else "png"
    picture = Image.fromarray(COLOURS[0]).convert(mode)
    picture.save(tmp_path / f"a.{suffix}")
    np.testing.assert_array_equal(
        together(stream_of(tmp_path))[0], np.asarray(picture.convert("RGB").convert("L"))
    )


def test_decoded_block_by_block(tmp_path, monkeypatch):
    """No picture is decoded before its block is asked for, and then only those of the block."""
    save(tmp_path, GREYS)
    decoded = []
    decode = pictures.decode
    monkeypatch.setattr(
        pictures, "decode", lambda path, *rest: decoded.append(path.name) or decode(path, *rest)
    )
    monkeypatch.setattr("numerics.images.streams.sliced.block_starts", lambda *_: [0, 2, 4])
    blocks = stream_of(tmp_path).blocks()
    assert decoded == []
    assert len(next(blocks)) == 2
    assert decoded == ["z.png", "c.png"]


def test_provenance(tmp_path):
    """The checksum is of names and lengths: another name, another checksum."""
    one, same, other = (
        stream_of(save(tmp_path / f"{number}" / "set", GREYS, names)).provenance
        for number, names in enumerate((NAMES, NAMES, (*NAMES[:-1], "c/2.png")))
    )
    assert one == same
    assert one["listing_sha256"] != other["listing_sha256"]


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_sixteen_bits(tmp_path, suffix):
    """Grey pictures of 16 bits keep their values with a declared scale, and are refused without."""
    save(tmp_path, DEEP[:2], (f"a.{suffix}", f"b.{suffix}"))
    stream = stream_of(tmp_path, scale=1 / 65535)
    assert stream.scale == 1 / 65535
    np.testing.assert_array_equal(together(stream), DEEP[:2])
    assert "uint16 images need a declared scale" in refused(tmp_path)


def test_float_pictures(tmp_path):
    """TIFF of floats within [0, 1] needs no scale."""
    values = GREYS[:2].astype(np.float32) / 255
    save(tmp_path, values, ("a.tif", "b.tif"))
    np.testing.assert_array_equal(together(stream_of(tmp_path)), values)
    save(tmp_path, values - 0.5, ("a.tif", "b.tif"))
    assert "float32 images must lie in [0, 1]" in refused(tmp_path)


def png_of_deep_colours():
    """PNG of 8 x 8 colours of 16 bits a channel; Pillow can't write these."""

    def chunk(kind, content):
        checked = kind + content
        return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))

    rows = (b"\0" + np.arange(24, dtype=">u2").tobytes()) * 8
    header = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def test_deep_colours(tmp_path):
    """Pillow would cut colours of 16 bits to 8 without a word: refused, with a scale or without."""
    (tmp_path / "a.png").write_bytes(png_of_deep_colours())
    for arguments in ({}, {"scale": 1 / 65535}):
        assert "a.png has the mode RGB of 16 bits a channel" in refused(tmp_path, **arguments)


def test_ragged(tmp_path):
    """The first picture of another size is named before any is decoded."""
    save(tmp_path, [*GREYS[:3], GREYS[3, :5], GREYS[4, :4]])
    (tmp_path / "a" / "b" / "z.png").write_bytes((tmp_path / "b.png").read_bytes()[:-20])
    assert "c/1.png has 7 x 5 pixels, the first picture 7 x 6" in refused(tmp_path)


def test_mixed_depths(tmp_path):
    """A picture of 16 bits among those of 8 is named."""
    save(tmp_path, [*GREYS[:4], DEEP[4]])
    assert "c/10.png is uint16, the first picture uint8" in refused(tmp_path)


def test_other_refusals(tmp_path):
    """No pictures, transparency, several frames, damage, too small, too large."""
    (tmp_path / "empty").mkdir()
    assert "at some depth, holds none" in refused(tmp_path / "empty")
    half = np.full((6, 7, 4), 128, np.uint8)
    assert "is partly transparent" in refused(save(tmp_path / "alpha", [half], ["a.png"]))
    (tmp_path / "frames").mkdir()
    first, second = (Image.fromarray(array) for array in GREYS[:2])
    first.save(tmp_path / "frames" / "a.gif", save_all=True, append_images=[second])
    assert "holds 2 frames" in refused(tmp_path / "frames")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "a.png").write_bytes(b"no picture")
    assert "a.png cannot be decoded (UnidentifiedImageError" in refused(tmp_path / "damaged")
    assert "at least 4 x 4 pixels" in refused(save(tmp_path / "s", [GREYS[0, :3]], ["a.png"]))


def test_decompression_bomb(tmp_path, monkeypatch):
    """A picture that announces more pixels than Pillow thinks wise is refused, not warned of."""
    save(tmp_path, GREYS)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40)
    assert "z.png cannot be decoded (DecompressionBombWarning" in refused(tmp_path)
