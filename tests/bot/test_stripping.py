"""Metadata goes, the picture stays: told by Pillow, which had no part in the stripping."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image, ImageOps, PngImagePlugin, TiffImagePlugin

from bot.attachment_files import content_type
from bot.stripping import Malformed, stripped

SECRETS = (b"SECRET", b"GPS", b"PhoneMaker", b"28.19")
TURNED = 6


def picture() -> Image.Image:
    """A picture of no symmetry."""
    made = Image.new("RGB", (40, 24))
    made.putdata([(x * 6, y * 10, (x * y) % 255) for y in range(24) for x in range(40)])
    return made


def exif(orientation: int = TURNED) -> Image.Exif:
    """Device, time and place of a phone's camera."""
    made = Image.Exif()
    made[0x010F], made[0x0132], made[0x0112] = "PhoneMaker", "2026:01:01 SECRET", orientation
    rational = TiffImagePlugin.IFDRational
    made.get_ifd(0x8825).update({1: "N", 2: (rational(28), rational(19), rational(1))})
    made.get_ifd(0x8825)[29] = "2026:01:01 SECRET"
    return made


def written(kind: str, **more: object) -> bytes:
    """A file of this format with everything in it that its writer could be told."""
    file = io.BytesIO()
    if kind == "PNG":
        told = PngImagePlugin.PngInfo()
        told.add_text("Comment", "SECRET 28.19")
        told.add_itxt("XML:com.adobe.xmp", "<x>SECRET</x>")
        more["pnginfo"] = told
    picture().save(file, kind, **more)
    return file.getvalue()


def opened(body: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(body))
    found.load()
    return found


def pixels(body: bytes) -> bytes:
    """As a viewer draws them, upright."""
    return ImageOps.exif_transpose(opened(body)).convert("RGB").tobytes()


FILES = {
    "jpeg": written("JPEG", exif=exif(), comment=b"SECRET", xmp=b"<x>SECRET</x>", quality=90),
    "progressive": written("JPEG", exif=exif(), progressive=True, icc_profile=b"profile" * 9),
    "png": written("PNG", exif=exif()),
    "webp": written("WEBP", exif=exif(), xmp=b"<x>SECRET</x>"),
    "gif": written("GIF", comment=b"SECRET"),
}


@pytest.mark.parametrize("name", FILES)
def test_no_secret_is_left_and_every_pixel_is(name: str) -> None:
    body = FILES[name]
    assert any(secret in body for secret in SECRETS)
    bare = stripped(body + b"SECRET behind the end", content_type(body))
    assert [secret for secret in SECRETS if secret in bare] == []
    assert pixels(bare) == pixels(body)
    assert content_type(bare) == content_type(body)


@pytest.mark.parametrize("name", ["jpeg", "progressive", "png", "webp"])
def test_of_exif_the_orientation_alone_is_kept(name: str) -> None:
    body = FILES[name]
    assert dict(opened(body).getexif()) != {0x0112: TURNED}
    found = opened(stripped(body, content_type(body))).getexif()
    assert dict(found) == {0x0112: TURNED}
    assert dict(found.get_ifd(0x8825)) == {}


@pytest.mark.parametrize(("kind", "name"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp")])
def test_an_upright_picture_keeps_no_exif_at_all(kind: str, name: str) -> None:
    body = written(kind, exif=exif(1))
    bare = stripped(body, f"image/{name}")
    assert dict(opened(bare).getexif()) == {}
    assert stripped(bare, f"image/{name}") == bare


def test_colours_keep_their_profile_and_a_cmyk_picture_its_sense() -> None:
    assert opened(stripped(FILES["progressive"], "image/jpeg")).info["icc_profile"]
    file = io.BytesIO()
    picture().convert("CMYK").save(file, "JPEG", exif=exif(1))
    body = file.getvalue()
    assert opened(stripped(body, "image/jpeg")).tobytes() == opened(body).tobytes()


def test_an_animated_picture_still_moves() -> None:
    file = io.BytesIO()
    turned = picture().rotate(180)
    picture().save(file, "GIF", save_all=True, append_images=[turned], loop=0, comment=b"SECRET")
    bare = opened(stripped(file.getvalue(), "image/gif"))
    assert (bare.n_frames, bare.info["loop"], "comment" in bare.info) == (2, 0, False)


def test_a_thumbnail_and_another_picture_behind_go() -> None:
    jfif = b"JFIF\0\1\1\0\0\1\0\1\1\1abc"
    body = FILES["jpeg"]
    segment = b"\xff\xe0" + (len(jfif) + 2).to_bytes(2, "big") + jfif
    bare = stripped(body[:2] + segment + body[2:] + body, "image/jpeg")
    assert b"abc" not in bare
    assert bare.count(b"\xff\xd8\xff") == 1


def test_a_picture_cut_off_on_its_way_is_shown_as_far_as_it_came() -> None:
    body = FILES["progressive"]
    bare = stripped(body[: len(body) * 3 // 4], "image/jpeg")
    assert [secret for secret in SECRETS if secret in bare] == []
    assert bare.endswith(b"\xff\xd9")


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, name) + content


def test_a_film_loses_place_and_time_and_none_of_its_offsets() -> None:
    head = box(b"ftyp", b"mp42\0\0\0\0mp42")
    dated = box(b"mvhd", b"\0\0\0\0" + b"SECRETED" + b"m" * 88)
    track = box(b"trak", box(b"tkhd", b"\x01\0\0\0" + b"SECRETED" * 2 + b"t" * 70)
                + box(b"mdia", box(b"mdhd", b"\0\0\0\0SECRETED" + b"d" * 12)))  # fmt: skip
    user = box(b"udta", box(b"\xa9xyz", b"\0\x12\x15\xc7+28.19+115.78SECRET/"))
    frames = box(b"mdat", b"frames" * 20)
    body = head + box(b"moov", dated + track + user) + frames + box(b"uuid", b"SECRET" * 4)
    bare = stripped(body, content_type(body))
    assert [secret for secret in SECRETS if secret in bare] == []
    assert (len(bare), bare.index(frames)) == (len(body), body.index(frames))
    assert b"m" * 88 in bare
    assert bare.count(b"free") == 2


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xd8\xff\xe0" + b"j" * 400, "image/jpeg"),
        (b"\xff\xd8\xff\xe1\x00\x01", "image/jpeg"),
        (b"\xff\xd8 no marker", "image/jpeg"),
        (b"\xff\xd8\xff\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\0\0\xff\xffIHDR", "image/png"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\0\0\0\0", "image/png"),
        (b"RIFF\xff\xff\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\x10\0\0\0WEBPVP8 \xff\0\0\0\0\0\0\0", "image/webp"),
        (b"RIFF\x0c\0\0\0WEBPVP8X\0\0\0\0", "image/webp"),
        (b"GIF89a", "image/gif"),
        (b"GIF89a\1\0\1\0\0\0\0\x99", "image/gif"),
        (b"\0\0\0\x18ftypmp42" + b"v" * 400, "video/mp4"),
        (b"", "image/jpeg"),
        (b"what", "text/html"),
    ],
)
def test_what_nobody_can_read_is_refused_not_passed_on(body: bytes, kind: str) -> None:
    with pytest.raises(Malformed):
        stripped(body, kind)
