"""Files that come with a letter: kept once, known by their bytes, looked at for viruses."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from bot.attachment_model import AttachmentKind, AttachmentState, LetterLimits, Scan
from bot.attachments import Attachments
from bot.cases.model import Actor, Move
from bot.errors import NotFound
from bot.file_types import UNKNOWN, served_name, type_of
from bot.scanning import Scanner, Scanning
from bot.storage.archive import back_up
from bot.storage.tables import messages
from connectors.base import Inbound, InboundFile, InboundKind
from connectors.clamd import Clamd
from connectors.errors import Retryable, TooLarge
from tests.bot.conftest import World
from tests.fakes.town import town
from tests.servers import EICAR, running_clamd

NUMBER = "20260302000001"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PDF = b"%PDF-1.4\n%%EOF"
needs_clamd = pytest.mark.skipif(not Path("/usr/sbin/clamd").exists(), reason="no clamd here")


def letter(world: World, *files: InboundFile, name: str = "mail:1") -> Inbound:
    return Inbound(
        channel="mailbox",
        external_id=name,
        sender_id="zhang@example.com",
        conversation_id="mailbox:zhang@example.com",
        kind=InboundKind.LETTER,
        text="路灯坏了",
        sent_at=world.clock.now(),
        files=files,
    )


def held(world: World, *, scanned: bool = False, limits: LetterLimits | None = None) -> Attachments:
    return Attachments(
        world.storage, world.clock, world.ids, world.home / "attachments",
        max_bytes=10_000, scanned=scanned, letter_limits=limits,
    )  # fmt: skip


def on_disk(world: World) -> list[Path]:
    return [path for path in (world.home / "attachments").rglob("*") if path.is_file()]


class Says:
    """A scanner that says what a test wants."""

    def __init__(self, says: Callable[[bytes], str]) -> None:
        self.says = says

    async def scan(self, body: bytes) -> str:
        return self.says(body)


def bad(body: bytes) -> str:
    return "Virus" if body.startswith(b"BAD") else ""


class NoCases:
    """Cases that are told of nothing but what a test asks about."""

    def __init__(self) -> None:
        self.notes: list[tuple[str, str]] = []

    async def move(self, number: str, move: Move, actor: Actor, *, text: str, told_as: str) -> None:
        del move, actor
        if (number, told_as) not in self.notes:
            self.notes.append((number, told_as))
        assert "含有病毒" in text


def scanning(world: World, scanner: Scanner, cases: NoCases | None = None) -> Scanning:
    folder = world.home / "attachments"
    return Scanning(world.storage, folder, scanner, cases or NoCases(), town().wording)  # type: ignore[arg-type]  # all it uses


async def scanned_letter(world: World, *files: InboundFile) -> Attachments:
    """Stored, given to a case, waiting for the scanner."""
    attachments = held(world, scanned=True)
    services = await world.replica(attachments=attachments)
    services.inbox._keeper = attachments
    stored = await services.intake.store(letter(world, *files))
    await kept(world, stored.message.id)
    return attachments


async def kept(world: World, message_id: str) -> list[object]:
    async with world.storage.begin() as unit:
        await unit.attachments.attach_of(message_id, NUMBER)
        return list(await unit.attachments.of_case(NUMBER))


async def test_files_are_stored_with_their_letter_once(world: World) -> None:
    services = await world.replica()
    files = (
        InboundFile(name="照片.pdf", told_type="application/pdf", body=PNG),
        InboundFile(name="说明.docx", body=PDF),
        InboundFile(name="来信原文.eml", body=b"From: x", source=True),
    )
    first = await services.intake.store(letter(world, *files))
    again = await services.intake.store(letter(world, *files))
    assert (first.new, again.new) == (True, False)
    assert first.message.id == again.message.id
    rows = await kept(world, first.message.id)
    assert [(r.kind, r.content_type, r.served_as) for r in rows] == [  # type: ignore[attr-defined]
        (AttachmentKind.IMAGE, "image/png", "照片.pdf.png"),
        (AttachmentKind.FILE, "application/pdf", "说明.docx.pdf"),
        (AttachmentKind.SOURCE, "message/rfc822", "来信原文.eml"),
    ]
    assert len(on_disk(world)) == 3


async def test_what_is_too_large_or_too_many_is_noted_and_the_source_kept(world: World) -> None:
    attachments = held(world, limits=LetterLimits(files=2, bytes=10))
    services = await world.replica(attachments=attachments)
    services.inbox._keeper = attachments
    many = [InboundFile(name=f"{n}.txt", body=b"a" * (5 + 10 * (n == 1))) for n in range(4)]
    source = InboundFile(name="来信原文.eml", body=b"x", source=True)
    stored = await services.intake.store(letter(world, *many, source))
    rows = await kept(world, stored.message.id)
    assert [(r.name, r.state) for r in rows] == [  # type: ignore[attr-defined]
        ("0.txt", AttachmentState.KEPT),
        ("1.txt", AttachmentState.TOO_LARGE),
        ("2.txt", AttachmentState.TOO_MANY),
        ("3.txt", AttachmentState.TOO_MANY),
        ("来信原文.eml", AttachmentState.KEPT),
    ]


async def test_a_database_that_fails_leaves_files_the_next_try_finds(world: World) -> None:
    services = await world.replica()
    inbound = letter(world, InboundFile(name="a.pdf", body=PDF))
    attachments = services.attachments
    await attachments.keep(inbound, "m")  # as far as a process came that died
    before = on_disk(world)
    stored = await services.intake.store(inbound)
    await services.attachments.keep(inbound, stored.message.id)
    assert len(on_disk(world)) == len(before) + 1


@needs_clamd
async def test_nothing_is_opened_before_the_scanner_looked(world: World, tmp_path: Path) -> None:
    attachments = held(world, scanned=True)
    services = await world.replica(attachments=attachments)
    services.inbox._keeper = attachments
    files = [
        InboundFile(name="好.pdf", body=PDF),
        InboundFile(name="坏.txt", body=EICAR),
        InboundFile(name="大.bin", body=b"\x01" * 3_000_000),
    ]
    stored = await services.intake.store(letter(world, *files))
    rows = await kept(world, stored.message.id)
    with pytest.raises(NotFound, match="查毒"):
        await attachments.file(NUMBER, rows[0].id)  # type: ignore[attr-defined]
    assert (await attachments.waiting())[0] == 3
    with pytest.raises(Retryable):
        await scanning(world, Clamd(f"unix:{tmp_path}/nobody")).sweep()
    assert (await attachments.waiting())[0] == 3
    with running_clamd(tmp_path) as where:
        assert await scanning(world, Clamd(where)).sweep() == 3
    seen = await attachments.of_case(NUMBER)
    assert [one.scan for one in seen] == [Scan.CLEAN, Scan.DELETED, Scan.UNSCANNABLE]
    assert "Eicar" in seen[1].details["virus"]
    with pytest.raises(NotFound, match="病毒"):
        await attachments.file(NUMBER, seen[1].id)
    assert (await attachments.file(NUMBER, seen[0].id))[1] == PDF
    assert not any(EICAR in path.read_bytes() for path in on_disk(world))


async def test_every_copy_of_an_infected_file_is_gone_and_noted(world: World) -> None:
    twins = [InboundFile(name=f"{n}.txt", body=b"BAD 1") for n in range(2)]
    attachments, cases = await scanned_letter(world, *twins), NoCases()
    await scanning(world, Says(bad), cases).sweep()
    assert {one.scan for one in await attachments.of_case(NUMBER)} == {Scan.DELETED}
    assert on_disk(world) == []
    assert {number for number, _ in cases.notes} == {NUMBER}


async def test_a_process_that_dies_before_the_file_is_deleted_is_followed_by_one_that_does(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(self: Path, missing_ok: bool = False) -> None:
        raise RuntimeError("killed")

    attachments, cases = await scanned_letter(world, InboundFile(name="a", body=b"BAD")), NoCases()
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", dies)
        with pytest.raises(RuntimeError):
            await scanning(world, Says(bad), cases).sweep()
    [infected] = await attachments.of_case(NUMBER)
    assert not infected.may_be_opened
    await scanning(world, Says(bad), cases).sweep()
    assert on_disk(world) == []
    assert len(cases.notes) == 1


async def test_a_file_the_scanner_fails_over_holds_up_no_other(world: World) -> None:
    def fails(body: bytes) -> str:
        if body.startswith(b"POISON"):
            raise Retryable("scan_failed")
        return ""

    poison = [InboundFile(name=f"{n}", body=b"POISON%d" % n) for n in range(19)]
    attachments = await scanned_letter(world, *poison, InboundFile(name="b.pdf", body=PDF))
    sweeping = scanning(world, Says(fails))
    await sweeping.sweep()
    assert (await attachments.of_case(NUMBER))[-1].scan is Scan.CLEAN
    for _ in range(5):
        await sweeping.sweep()
    assert (await attachments.waiting())[0] == 0


async def test_a_picture_of_a_chat_is_scanned_too(world: World) -> None:
    class Platform:
        async def fetch(self, kind: object, details: object, *, max_bytes: int) -> bytes:
            return PNG

    attachments = held(world, scanned=True)
    services = await world.replica(attachments=attachments)
    stored = await services.intake.store(world.says("", kind=InboundKind.IMAGE))
    taken = await attachments.take(stored.message, Platform())  # type: ignore[arg-type]  # all it asks
    assert taken.scan is Scan.WAITING
    assert taken.has_file
    assert not taken.may_be_opened


async def test_a_backup_misses_no_file_that_was_deleted_for_its_virus(
    world: World, database_url: str, tmp_path: Path
) -> None:
    await scanned_letter(world, InboundFile(name="a.txt", body=b"BAD"))
    await scanning(world, Says(bad)).sweep()
    held_by = await back_up(database_url, world.home / "attachments", tmp_path / "backup")
    assert held_by.lost == ()


@pytest.mark.parametrize(("state", "left"), [("handled", 0), ("failed", 2), ("stored", 2)])
async def test_what_nobody_s_case_wants_is_forgotten_once_it_was_handled(
    world: World, state: str, left: int
) -> None:
    attachments = held(world, scanned=True)
    services = await world.replica(attachments=attachments)
    services.inbox._keeper = attachments
    files = (InboundFile(name="a", body=PDF), InboundFile(name="m", body=b"From: x", source=True))
    await services.intake.store(letter(world, *files))
    async with world.storage.begin() as unit:
        changed = sa.update(messages).values(state=state)
        await unit.attachments._connection.execute(changed)
    world.clock.advance(days=8)
    assert await attachments.sweep() == 2 - left
    assert len(on_disk(world)) == left


async def test_resends_with_other_bytes_leave_no_file_behind(world: World) -> None:
    attachments = held(world)
    replicas = [await world.replica(f"r{n}", attachments=attachments) for n in range(4)]
    for each in replicas:
        each.inbox._keeper = attachments
    sent = [letter(world, InboundFile(name="a.txt", body=b"x%d" % n)) for n in range(4)]
    pairs = zip(replicas, sent, strict=True)
    stored = await asyncio.gather(*(each.intake.store(one) for each, one in pairs))
    assert sum(one.new for one in stored) == 1
    assert len(on_disk(world)) == 1


@needs_clamd
async def test_the_scanner_is_asked_over_its_socket(tmp_path: Path) -> None:
    with running_clamd(tmp_path) as where:
        scanner = Clamd(where)
        assert (await scanner.ping()).startswith("ClamAV")
        assert await scanner.scan(b"") == ""
        assert "Eicar" in await scanner.scan(b"before " + EICAR)
        with pytest.raises(TooLarge):
            await scanner.scan(b"a" * 5_000_000)
    with pytest.raises(Retryable):
        await scanner.scan(b"a")


def zipped(*names: str) -> bytes:
    body = BytesIO()
    with zipfile.ZipFile(body, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return body.getvalue()


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        (PNG, "png"), (b"\xff\xd8\xff\xe0", "jpg"), (b"GIF89a", "gif"), (PDF, "pdf"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "webp"), (b"\0\0\0\x18ftypheic", "heic"),
        (b"\0\0\0\x18ftypisom", "mp4"), (b"\0\0\0\x18ftypqt  ", "mov"), (b"#!AMR\n", "amr"),
        (zipped("[Content_Types].xml", "word/document.xml"), "docx"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
        (zipped("[Content_Types].xml", "ppt/a.xml"), "pptx"), (zipped("a.txt"), "zip"),
        (zipped("[Content_Types].xml", "word/a.xml", "word/vbaProject.bin"), "zip"),
        (zipped("OFD.xml"), "ofd"), ("情况说明".encode("utf-16"), "txt"),
        (b"BM we write to you about the lights", "txt"),
        (b"BM" + (60).to_bytes(4, "little") + b"\0" * 60, "bmp"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "doc"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "xls"),
        (b"Rar!\x1a\x07\0", "rar"), (b"7z\xbc\xaf\x27\x1c", "7z"), (b"{\\rtf1", "rtf"),
        ("情况说明".encode("gbk"), "txt"), ("情况说明".encode(), "txt"),
        (b"<html><script>alert(1)</script>", "txt"), (b"<svg onload=x>", "txt"),
        (b"MZ\x90\0\x03\0\0\0", "bin"), (b"\x7fELF\x02\x01\x01", "bin"), (b"", "bin"),
        (b"PK\x03\x04broken", "bin"),
    ],
)  # fmt: skip
def test_a_file_is_known_by_its_bytes(body: bytes, ending: str) -> None:
    assert type_of(body).ending == ending


@given(st.binary(max_size=600))
def test_any_bytes_have_a_type(body: bytes) -> None:
    found = type_of(body)
    assert found.media_type
    assert found.ending
    assert (found.media_type == UNKNOWN) == (found.ending == "bin")


@given(st.text(max_size=300), st.sampled_from(["pdf", "png", "txt", "bin"]))
def test_a_served_name_is_a_name_and_says_what_the_file_is(name: str, ending: str) -> None:
    served = served_name(name, ending)
    assert served.endswith(f".{ending}")
    assert len(served) > len(ending) + 1
    assert len(served) <= 130
    assert served.isprintable()
    assert not set(served) & set('/\\<>:"|?*\0\r\n\u202e')
    served.encode()


@pytest.mark.parametrize(
    ("name", "ending", "served"),
    [
        ("../../etc/passwd", "txt", "passwd.txt"), ("a.exe", "bin", "a.exe.bin"),
        ("c:\\x\\合同.pdf", "pdf", "合同.pdf"), ("con.pdf", "pdf", "_con.pdf"),
        ("", "pdf", "附件.pdf"),
        ("照片.JPEG", "jpg", "照片.jpg"), ("fdp\u202eexe.png", "bin", "fdp_exe.png.bin"),
    ],
)  # fmt: skip
def test_names_of_files(name: str, ending: str, served: str) -> None:
    assert served_name(name, ending) == served
