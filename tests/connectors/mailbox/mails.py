"""Mails as real programs send them, each for one oddity, and what must be read in each.

`python -m tests.connectors.mailbox.mails` writes them to `tests/payloads/mailbox`.
"""

# ruff: noqa: E501 - a mail's line is as long as it is
from __future__ import annotations

import base64
import quopri
import struct
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "payloads" / "mailbox"
OURS = "<0123456789abcdef.ours@mail.fengcheng.example>"
MATTER = "您好，剑光街道桥东路的路灯坏了五盏，晚上走路看不见，请派人修一修。"
LINES = "第一，路灯坏了。\n第二，井盖也松了。\n请尽快处理，谢谢。"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One mail, and what must be read in it; None and absent names are not looked at."""

    name: str
    raw: bytes
    sender: str = "zhang@example.com"
    subject: str = "路灯坏了"
    text: str | None = MATTER
    holds: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    files: tuple[tuple[str, int], ...] = ()
    automatic: str = ""
    faults: tuple[str, ...] = ()
    more: dict[str, object] = field(default_factory=dict)


def word(said: str, charset: str = "utf-8", kind: str = "B") -> bytes:
    """An encoded word (RFC 2047)."""
    raw = said.encode(charset)
    if kind == "B":
        return b"=?%s?B?%s?=" % (charset.encode(), base64.b64encode(raw))
    return b"=?%s?Q?%s?=" % (
        charset.encode(),
        quopri.encodestring(raw, header=True).replace(b"=\n", b""),
    )


def b64(raw: bytes) -> bytes:
    """Base64 in lines of 76."""
    return base64.encodebytes(raw).replace(b"\n", b"\r\n")


def mail(
    body: bytes,
    *fields: bytes,
    sender: bytes = b"=?utf-8?B?5byg5LiJ5Liw?= <zhang@example.com>",
    subject: bytes | None = None,
    kind: bytes | None = b"text/plain; charset=utf-8",
    encoding: bytes | None = b"8bit",
    date: bytes | None = b"Mon, 20 Jul 2026 09:12:44 +0800",
    message_id: bytes | None = b"<letter-1@example.com>",
    mime: bool = True,
) -> bytes:
    """A mail: header fields in the usual order, then the body as it is."""
    head = [b"Return-Path: <zhang@example.com>", b"Received: from mx.example.com by box; x"]
    if sender:
        head.append(b"From: " + sender)
    head.append(b"To: szxx@mail.fengcheng.example")
    if subject is None:
        head.append(b"Subject: " + word("路灯坏了"))
    elif subject:
        head.append(b"Subject: " + subject)
    if date:
        head.append(b"Date: " + date)
    if message_id:
        head.append(b"Message-ID: " + message_id)
    if mime:
        head.append(b"MIME-Version: 1.0")
    if kind:
        head.append(b"Content-Type: " + kind)
    if encoding:
        head.append(b"Content-Transfer-Encoding: " + encoding)
    return b"\r\n".join([*head, *fields]) + b"\r\n\r\n" + body


def parts(
    *each: bytes, kind: bytes = b"mixed", fields: tuple[bytes, ...] = (), end: bool = True
) -> bytes:
    """A mail of several parts."""
    body = b"".join(b"--=_b\r\n" + part + b"\r\n" for part in each)
    tail = b"--=_b--\r\n" if end else b""
    told = b'multipart/%s; boundary="=_b"' % kind
    return mail(body + tail, *fields, kind=told, encoding=None)


def part(body: bytes, *fields: bytes) -> bytes:
    """One part."""
    return b"\r\n".join(fields) + b"\r\n\r\n" + body


def plain(said: str, charset: str = "utf-8") -> bytes:
    """A part of plain text."""
    told = b"Content-Type: text/plain; charset=" + charset.encode()
    return part(b64(said.encode(charset)), told, b"Content-Transfer-Encoding: base64")


def html(said: str) -> bytes:
    """A part of HTML."""
    return part(
        b64(said.encode()),
        b"Content-Type: text/html; charset=utf-8",
        b"Content-Transfer-Encoding: base64",
    )


def attached(body: bytes, disposition: bytes, kind: bytes = b"application/octet-stream") -> bytes:
    """A part that is a file."""
    return part(
        b64(body),
        b"Content-Type: " + kind,
        b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: " + disposition,
    )


def winmail(said: bytes, name: bytes, body: bytes) -> bytes:
    """A `winmail.dat` with a text and a file (MS-OXTNEF)."""

    def attribute(level: int, name: int, kind: int, data: bytes) -> bytes:
        checksum = sum(data) & 0xFFFF
        return (
            struct.pack("<BHHI", level, name, kind, len(data)) + data + struct.pack("<H", checksum)
        )

    return b"".join(
        (
            struct.pack("<IH", 0x223E9F78, 1),
            attribute(1, 0x9006, 8, struct.pack("<I", 0x00010000)),
            attribute(1, 0x9007, 6, struct.pack("<II", 936, 0)),
            attribute(1, 0x800C, 2, said + b"\x00"),
            attribute(2, 0x9002, 6, b"\x01\x00" + b"\x00" * 12),
            attribute(2, 0x8010, 1, name + b"\x00"),
            attribute(2, 0x800F, 6, body),
        )
    )


def _charsets() -> list[Mail]:
    gbk, big5 = MATTER.encode("gbk"), "您好，剪光街道的路燈壞了，請派人修理。".encode("big5")
    traditional = "您好，剪光街道的路燈壞了，請派人修理。"
    label = b"text/plain; charset=%s"
    return [
        Mail(name="utf8-8bit", raw=mail(MATTER.encode())),
        Mail(name="gbk-labelled", raw=mail(gbk, kind=label % b"GBK")),
        Mail(name="gb2312-labelled-gb18030-inside",
             raw=mail("镕铭𠀀，路灯坏了".encode("gb18030"), kind=label % b"gb2312"),
             text="镕铭𠀀，路灯坏了"),
        Mail(name="gb18030-base64", raw=mail(b64(MATTER.encode("gb18030")), kind=label % b"gb18030",
                                             encoding=b"base64")),
        Mail(name="gbk-no-label", raw=mail(gbk, kind=None, encoding=None, mime=False),
             faults=("charset",)),
        Mail(name="gbk-labelled-utf8", raw=mail(gbk), faults=("charset",)),
        Mail(name="utf8-labelled-gbk", raw=mail(MATTER.encode(), kind=label % b"gbk"),
             faults=("charset",)),
        Mail(name="gbk-labelled-latin1", raw=mail(gbk, kind=label % b"iso-8859-1"),
             faults=("charset",)),
        Mail(name="gbk-labelled-ascii", raw=mail(gbk, kind=label % b"us-ascii"),
             faults=("charset",)),
        Mail(name="gbk-odd-label", raw=mail(gbk, kind=label % b"gb_2312-80")),
        Mail(name="unknown-label", raw=mail(gbk, kind=label % b"x-unknown"), faults=("charset",)),
        Mail(name="big5-labelled", raw=mail(big5, kind=label % b"big5"), text=traditional),
        Mail(name="big5-labelled-latin1", raw=mail(big5, kind=label % b"iso-8859-1"),
             text=traditional, faults=("charset",)),
        Mail(name="hz", raw=mail("路灯坏了。".encode("hz"), kind=label % b"hz-gb-2312",
                                 encoding=b"7bit"), text="路灯坏了。"),
        Mail(name="utf16-base64", raw=mail(b64(MATTER.encode("utf-16")), kind=label % b"utf-16",
                                           encoding=b"base64")),
        Mail(name="utf8-bom", raw=mail(b"\xef\xbb\xbf" + MATTER.encode())),
        Mail(name="quoted-printable", raw=mail(
            quopri.encodestring(MATTER.encode("gbk")).replace(b"\n", b"\r\n"),
            kind=label % b"gb2312", encoding=b"quoted-printable")),
        Mail(name="quoted-printable-cut", raw=mail(
            quopri.encodestring(MATTER.encode())[:-2], encoding=b"quoted-printable"),
            text=None, holds=("剑光街道桥东路",), faults=("charset",)),
        Mail(name="base64-spoilt", raw=mail(
            b64(MATTER.encode())[:40] + b"*!" + b64(MATTER.encode())[40:], encoding=b"base64"),
            faults=("base64",)),
        Mail(name="latin1-really", raw=mail("Grüße, la señal no funciona.".encode("latin-1"),
                                            kind=label % b"iso-8859-1"),
             text="Grüße, la señal no funciona."),
        Mail(name="nul-inside", raw=mail(MATTER.encode() + b"\x00\x00")),
    ]  # fmt: skip


def _headers() -> list[Mail]:
    long = "关于剑光街道桥东路路灯长期损坏无人维修影响居民夜间出行安全的情况反映"
    raw = long.encode()
    split = b"=?utf-8?B?%s?=\r\n =?utf-8?B?%s?=" % (
        base64.b64encode(raw[:31]),
        base64.b64encode(raw[31:]),
    )
    body = MATTER.encode()
    return [
        Mail(name="subject-split-in-a-character", raw=mail(body, subject=split), subject=long),
        Mail(name="subject-raw-gbk", raw=mail(body, subject="路灯坏了".encode("gbk"))),
        Mail(name="subject-raw-utf8", raw=mail(body, subject="路灯坏了".encode())),
        Mail(name="subject-q-gb2312", raw=mail(body, subject=word("路灯坏了", "gb2312", "Q"))),
        Mail(name="subject-no-padding",
             raw=mail(body, subject=b"=?UTF-8?b?" + base64.b64encode("路灯坏".encode()).rstrip(b"=")
                      + b"?="), subject="路灯坏"),
        Mail(name="subject-wrong-charset-word",
             raw=mail(body, subject=b"=?utf-8?B?" + base64.b64encode("路灯坏了".encode("gbk")) + b"?=")),
        Mail(name="subject-with-plain-between",
             raw=mail(body, subject=b"Re: " + word("路灯") + b" 2026 " + word("坏了")),
             subject="Re: 路灯 2026 坏了"),
        Mail(name="subject-empty", raw=mail(body, subject=b""), subject=""),
        Mail(name="subject-injects", raw=mail(
            body, subject=b"=?utf-8?B?" + base64.b64encode("路灯\r\nBcc: x@example.com".encode())
            + b"?="), subject="路灯 Bcc: x@example.com"),
        Mail(name="subject-turned-around", raw=mail(
            body, subject=word("路灯\u202e坏了")), subject="路灯 坏了"),
        Mail(name="from-name-unquoted", raw=mail(
            body, sender="张三丰（桥东）".encode("gbk") + b" <zhang@example.com>"),
            more={"sender_name": "张三丰（桥东）"}),
        Mail(name="from-name-is-an-address", raw=mail(
            body, sender=b'"mayor@gov.example" <zhang@example.com>'), more={"sender_name": ""}),
        Mail(name="from-comment", raw=mail(body, sender=b"zhang@example.com (Zhang San)"),
             more={"sender_name": "Zhang San"}),
        Mail(name="from-several", raw=mail(
            body, sender=b"<zhang@EXAMPLE.com>, Li <li@example.com>")),
        Mail(name="from-missing", raw=mail(body, sender=b""), sender="zhang@example.com"),
        Mail(name="date-missing", raw=mail(body, date=None), faults=("no_date",)),
        Mail(name="date-of-1970", raw=mail(body, date=b"Thu, 01 Jan 1970 00:00:00 +0000"),
             faults=("no_date",)),
        Mail(name="date-in-chinese", raw=mail(body, date="2026年7月20日".encode()),
             faults=("no_date",)),
        Mail(name="bare-lf", raw=mail(body).replace(b"\r\n", b"\n")),
        Mail(name="mbox-line", raw=b"From zhang@example.com Mon Jul 20 09:12:44 2026\n" + mail(body)),
    ]  # fmt: skip


def _bodies() -> list[Mail]:
    page = (
        "<html><head><style>p{color:red}</style><script>alert('x')</script></head><body>"
        "<p>第一，路灯坏了。</p><div>第二，井盖也松了。</div>请尽快处理，谢谢。</body></html>"
    )
    table = (
        "<table><tr><td>地点</td><td>桥东路</td></tr><tr><td>数量</td><td>五盏</td></tr></table>"
    )
    inner = mail(MATTER.encode(), subject=word("原来的信"))
    return [
        Mail(name="html-only", raw=mail(page.encode(), kind=b"text/html; charset=utf-8"), text=LINES,
             lacks=("alert", "color")),
        Mail(name="html-gbk-no-charset", raw=mail(page.encode("gbk"), kind=b"text/html"), text=LINES,
             faults=("charset",)),
        Mail(name="html-table", raw=mail(table.encode(), kind=b"text/html; charset=utf-8"),
             text="地点 桥东路\n数量 五盏"),
        Mail(name="alternative", raw=parts(plain(LINES), html(page), kind=b"alternative"), text=LINES),
        Mail(name="alternative-stub", raw=parts(
            plain("此邮件为 HTML 格式。"), html("<p>" + MATTER * 6 + "</p>"), kind=b"alternative"),
            text=MATTER * 6),
        Mail(name="mixed-two-texts", raw=parts(plain("第一段。"), plain("第二段。")),
             text="第一段。\n\n第二段。"),
        Mail(name="flowed", raw=mail(
            "剑光街道桥东路的路灯 \r\n坏了五盏。\r\n请修一修。\r\n".encode(),
            kind=b"text/plain; charset=utf-8; format=flowed; delsp=yes"),
            text="剑光街道桥东路的路灯坏了五盏。\n请修一修。"),
        Mail(name="nested-forward", raw=parts(
            plain("请看下面这封信。"), part(inner, b"Content-Type: message/rfc822")),
            text=None, holds=("请看下面这封信。", "转发的邮件", "主题：原来的信", MATTER)),
        Mail(name="nested-forwards-three", raw=parts(plain("转给您看。"), part(
            parts(plain("第二层。"), part(inner, b"Content-Type: message/rfc822")).replace(
                b"=_b", b"=_c"),
            b"Content-Type: message/rfc822")), text=None, holds=("转给您看。", "第二层。", MATTER)),
        Mail(name="forward-inline", raw=mail(
            ("请帮忙。\r\n\r\n-----原始邮件-----\r\n发件人: 李四\r\n发送时间: 2026年7月1日\r\n"
             "收件人: 张三丰\r\n主题: 水压低\r\n\r\n三楼没有水。").encode(),
            subject=word("转发: 水压低")), subject="转发: 水压低", text=None,
            holds=("请帮忙。", "三楼没有水。")),
        Mail(name="uuencoded", raw=mail(
            MATTER.encode() + b"\r\n\r\nbegin 644 a.txt\r\n#8C0*\r\n`\r\nend\r\n"),
            files=(("a.txt", 3),)),
        Mail(name="boundary-never-closed", raw=parts(plain(MATTER), html(page), kind=b"alternative",
                                                     end=False), faults=("malformed",)),
        Mail(name="boundary-never-found", raw=mail(
            MATTER.encode(), kind=b'multipart/mixed; boundary="=_nothing"', encoding=None),
            faults=("charset", "malformed")),
        Mail(name="content-type-broken", raw=mail(MATTER.encode(), kind=b"text; charset="),
             faults=("charset",)),
        Mail(name="no-header-at-all", raw=MATTER.encode(), sender="", subject="",
             faults=("charset", "no_date", "no_sender")),
        Mail(name="empty", raw=mail(b""), text="", faults=("no_text",)),
        Mail(name="nothing-but-subject", raw=mail(b"", kind=None, encoding=None, mime=False), text="",
             faults=("no_text",)),
        Mail(name="winmail", raw=parts(plain(" "), attached(
            winmail(MATTER.encode("gbk"), b"photo.png", PNG), b'attachment; filename="winmail.dat"',
            b"application/ms-tnef")), files=(("photo.png", len(PNG)),)),
        Mail(name="winmail-spoilt", raw=parts(plain(MATTER), attached(
            b"\x78\x9f\x3e\x22\x01\x00\xff\xff", b'attachment; filename="winmail.dat"',
            b"application/ms-tnef")), files=(("winmail.dat", 8),), faults=("tnef",)),
        Mail(name="signed", raw=parts(plain(MATTER), attached(
            b"sig", b'attachment; filename="smime.p7s"', b"application/pkcs7-signature"),
            kind=b"signed"), files=(("smime.p7s", 3),)),
    ]  # fmt: skip


def _files() -> list[Mail]:
    def one(disposition: bytes, name: str, kind: bytes = b"application/pdf") -> bytes:
        del name
        return parts(plain(MATTER), attached(PDF, disposition, kind))

    gbk = "情况说明.pdf".encode("gbk")
    size = len(PDF)
    named = (("情况说明.pdf", size),)
    return [
        Mail(name="file-rfc2231", raw=one(
            b"attachment; filename*=UTF-8''%E6%83%85%E5%86%B5%E8%AF%B4%E6%98%8E.pdf", ""),
            files=named),
        Mail(name="file-rfc2231-continued", raw=one(
            b"attachment; filename*0*=UTF-8''%E6%83%85%E5%86%B5;\r\n filename*1*=%E8%AF%B4%E6%98%8E;"
            b"\r\n filename*2=.pdf", ""), files=named),
        Mail(name="file-rfc2231-gbk", raw=one(
            b"attachment; filename*=gb2312''%C7%E9%BF%F6%CB%B5%C3%F7.pdf", ""), files=named),
        Mail(name="file-encoded-word", raw=one(
            b'attachment; filename="' + word("情况说明.pdf", "gbk") + b'"', ""), files=named),
        Mail(name="file-raw-gbk", raw=one(b'attachment; filename="' + gbk + b'"', ""), files=named),
        Mail(name="file-name-only", raw=one(
            b"attachment", "", b'application/pdf; name="' + word("情况说明.pdf") + b'"'), files=named),
        Mail(name="file-path-tricks", raw=one(
            b'attachment; filename="..\\\\..\\\\windows/../\xe6\x83\x85\xe5\x86\xb5.pdf"', ""),
            files=(("情况.pdf", size),)),
        Mail(name="file-turned-around", raw=one(
            b'attachment; filename="' + word("情况\u202efdp.exe") + b'"', ""),
            files=(("情况 fdp.exe", size),)),
        Mail(name="file-no-name", raw=one(b"attachment", ""), files=(("", size),)),
        Mail(name="file-long-name", raw=one(
            b'attachment; filename="' + word("很长" * 120 + ".pdf") + b'"', ""),
            files=(("很长" * 73 + ".pdf", size),)),
        Mail(name="file-unquoted-with-blanks", raw=one(b"attachment; filename=my file 1.pdf", ""),
             files=(("my file 1.pdf", size),)),
        Mail(name="picture-inline", raw=parts(
            html('<p>看图。</p><img src="cid:a">'), part(
                b64(PNG), b"Content-Type: image/png; name=a.png",
                b"Content-Transfer-Encoding: base64", b"Content-ID: <a>"), kind=b"related"),
            text="看图。", files=(("a.png", len(PNG)),)),
        Mail(name="picture-only", raw=mail(b64(PNG), kind=b"image/png; name=a.png",
                                           encoding=b"base64"),
             text="", files=(("a.png", len(PNG)),), faults=("no_text",)),
        Mail(name="text-as-file", raw=parts(plain(MATTER), attached(
            MATTER.encode(), b"attachment; filename=a.txt", b"text/plain; charset=utf-8")),
            files=(("a.txt", len(MATTER.encode())),)),
        Mail(name="calendar", raw=parts(plain(MATTER), part(
            b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", b"Content-Type: text/calendar; name=i.ics")),
            files=(("i.ics", 34),)),
    ]  # fmt: skip


def _replies() -> list[Mail]:
    answer = "已经修好了，谢谢。"

    def below(quoted: str) -> bytes:
        return mail(
            f"{answer}\r\n\r\n{quoted}".encode(),
            b"In-Reply-To: " + OURS.encode(),
            b"References: <letter-1@example.com> " + OURS.encode(),
            subject=word("回复：路灯坏了"),
        )

    def case(name: str, quoted: str) -> Mail:
        return Mail(
            name=f"reply-{name}",
            raw=below(quoted),
            subject="回复：路灯坏了",
            text=answer,
            more={"in_reply_to": (OURS,), "references": ("<letter-1@example.com>", OURS)},
        )

    inline = "> 路灯修好了吗？\r\n修好了。\r\n> 井盖呢？\r\n还没有。"
    return [
        case("qq", "------------------&nbsp;原始邮件&nbsp;------------------".replace("&nbsp;", " ")
             + "\r\n发件人: 市长信箱\r\n发送时间: 2026年7月21日\r\n收件人: 张三丰\r\n主题: 答复\r\n\r\n旧信"),
        case("163", "在 2026-07-21 10:00:00，\"市长信箱\" <szxx@mail.fengcheng.example> 写道：\r\n旧信"),
        case("outlook", "发件人: 市长信箱 <szxx@mail.fengcheng.example>\r\n发送时间: 2026年7月21日 10:00\r\n"
             "收件人: 张三丰\r\n主题: 答复\r\n\r\n旧信"),
        case("gmail", "On Tue, Jul 21, 2026 at 10:00 AM 市长信箱 <szxx@mail.fengcheng.example>\r\nwrote:\r\n\r\n"
             "> 旧信\r\n> 第二行"),
        case("plain-marks", "> 旧信\r\n> 第二行\r\n"),
        case("phone", "发自我的iPhone\r\n\r\n在 2026年7月21日，上午10:00，市长信箱 <szxx@mail.fengcheng.example> 写道：\r\n\r\n> 旧信"),
        Mail(name="reply-between-the-lines", raw=below(inline), subject="回复：路灯坏了", text=None,
             holds=("修好了。", "还没有。", "井盖呢？")),
        Mail(name="reply-html-quote", raw=mail(
            f"<div>{answer}</div><blockquote><p>旧信</p></blockquote>".encode(),
            kind=b"text/html; charset=utf-8"), text=answer),
    ]  # fmt: skip


def _machines() -> list[Mail]:
    report = (
        b"--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + "您的邮件没有送达。".encode()
        + b"\r\n--=_b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com"
        b"\r\n\r\nFinal-Recipient: rfc822; li@example.com\r\nAction: %s\r\nStatus: %s\r\n\r\n--=_b\r\n"
        b"Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: "
        + OURS.encode()
        + b"\r\n\r\n--=_b--\r\n"
    )
    told = b'multipart/report; report-type=delivery-status; boundary="=_b"'
    daemon = b"MAILER-DAEMON@example.com"

    def bounce(action: bytes, status: bytes) -> bytes:
        return mail(
            report % (action, status),
            sender=daemon,
            kind=told,
            encoding=None,
            subject=b"Undelivered Mail Returned to Sender",
        )

    undelivered = "Undelivered Mail Returned to Sender"
    reached = {"bounced_id": OURS, "bounced_recipient": "li@example.com"}
    text = MATTER.encode()
    return [
        Mail(name="bounce", raw=bounce(b"failed", b"5.1.1"), sender=daemon.decode(),
             subject=undelivered, text=None, automatic="bounce",
             more=reached | {"bounce_status": "5.1.1"}),
        Mail(name="bounce-delayed", raw=bounce(b"delayed", b"4.4.1"), sender=daemon.decode(),
             subject=undelivered, text=None, automatic="bounce",
             more=reached | {"bounce_status": "4.4.1"}),
        Mail(name="bounce-without-report", raw=mail(
            f"您发往 li@example.com 的邮件被退回：550 5.1.1 用户不存在\r\nMessage-ID: {OURS}\r\n".encode(),
            sender=b"postmaster@example.com", subject=word("系统退信")), sender="postmaster@example.com",
            subject="系统退信", text=None, automatic="bounce",
            more={"bounced_id": OURS, "bounce_status": "5.1.1"}),
        Mail(name="away-standard", raw=mail(text, b"Auto-Submitted: auto-replied",
                                            subject=word("自动回复: 路灯坏了")),
             subject="自动回复: 路灯坏了", automatic="out_of_office"),
        Mail(name="away-exchange", raw=mail(text, b"X-Auto-Response-Suppress: All",
                                            subject=b"Automatic reply: hello"),
             subject="Automatic reply: hello", automatic="out_of_office"),
        Mail(name="away-qq", raw=mail(text, b"X-Autoreply: yes", b"Precedence: bulk")
             , automatic="out_of_office"),
        Mail(name="list", raw=mail(text, b"List-Id: <news.example.com>", b"Precedence: list"),
             automatic="list"),
        Mail(name="machine", raw=mail(text, b"Auto-Submitted: auto-generated"), automatic="machine"),
        Mail(name="read-receipt", raw=mail(
            b"--=_b\r\nContent-Type: text/plain\r\n\r\nread\r\n--=_b--\r\n", encoding=None,
            kind=b'multipart/report; report-type=disposition-notification; boundary="=_b"'),
            text=None, automatic="machine"),
        Mail(name="own", raw=mail(text, message_id=OURS.encode()), automatic="own"),
        Mail(name="own-address", raw=mail(text, sender=b"<szxx@mail.fengcheng.example>",
                                          message_id=b"<x@y.example>"),
             sender="szxx@mail.fengcheng.example", automatic="own"),
        Mail(name="loop", raw=mail(text, *[b"Received: from a by b; x"] * 55), automatic="loop"),
        Mail(name="citizen-about-bounces", raw=mail(text, subject=word("退信了，请问怎么回事")),
             subject="退信了，请问怎么回事"),
        Mail(name="citizen-about-auto-replies", raw=mail(text, subject=word("自动回复不解决问题")),
             subject="自动回复不解决问题"),
        Mail(name="citizen-with-precedence", raw=mail(text, b"Precedence: bulk")),
        Mail(name="citizen-with-suppress", raw=mail(text, b"X-Auto-Response-Suppress: OOF")),
        Mail(name="citizen-auto-submitted-no", raw=mail(text, b"Auto-Submitted: no")),
        Mail(name="citizen-unsubscribe", raw=mail(text, b"List-Unsubscribe: <mailto:a@example.com>")),
    ]  # fmt: skip


MAILS = (*_charsets(), *_headers(), *_bodies(), *_files(), *_replies(), *_machines())


def write() -> None:
    """Write every mail to its file."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for each in MAILS:
        (FOLDER / f"{each.name}.eml").write_bytes(each.raw)


if __name__ == "__main__":
    write()
