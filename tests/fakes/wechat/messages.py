"""What citizens do, written as the platform writes it: messages and events in XML."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from .accounts import Account
from .citizens import Citizens
from .media import Media

Fields = dict[str, str | int | float]


def written(fields: Fields) -> str:
    """An `<xml>` message: numbers bare, texts in CDATA."""
    return f"<xml>{inner(fields)}</xml>"


def inner(fields: Fields) -> str:
    """The elements of a message."""
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields.items())


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"
    return str(value)


class Messages:
    """Writes an account's callbacks; each is an act of the citizen and opens what it opens.

    Messages have a MsgId each; events have none and are told apart by their CreateTime.
    """

    account: Account
    citizens: Citizens
    media: Media

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.lock = threading.RLock()
        self._next_message_id = 10_000_000_000_000_000

    def text_message(self, open_id: str, content: str) -> str:
        """A text."""
        return self.message(open_id, "text", {"Content": content})

    def menu_choice(self, open_id: str, content: str, menu_id: str | None) -> str:
        """A click in a `msgmenu`: a text with the choice's words, and `bizmsgmenuid` as given.

        Args:
            open_id: the citizen.
            content: the choice's words.
            menu_id: the choice's id, or "0" as production reports show; None: it is absent.
        """
        more: Fields = {} if menu_id is None else {"bizmsgmenuid": menu_id}
        return self.message(open_id, "text", {"Content": content}, more)

    def image_message(self, open_id: str, body: bytes) -> str:
        """A picture, to be fetched by its MediaId."""
        medium = self.media.put("image", body)
        url = f"http://mmbiz.qpic.cn/{medium.media_id}/0"
        return self.message(open_id, "image", {"PicUrl": url, "MediaId": medium.media_id})

    def voice_message(
        self,
        open_id: str,
        body: bytes,
        *,
        body_16k: bytes | None = None,
        recognition: str | None = None,
    ) -> str:
        """A voice message.

        Args:
            open_id: the citizen.
            body: 8 kHz AMR.
            body_16k: the same at 16 kHz, behind MediaId16K; None: it is absent.
            recognition: the platform's own transcript; None: it is absent.
        """
        fields: Fields = {"MediaId": self.media.put("voice", body).media_id, "Format": "amr"}
        if body_16k is not None:
            fields["MediaId16K"] = self.media.put("voice", body_16k).media_id
        if recognition is not None:
            fields["Recognition"] = recognition
        return self.message(open_id, "voice", fields)

    def video_message(self, open_id: str, body: bytes, *, short: bool = False) -> str:
        """A video, or a short one."""
        fields: Fields = {
            "MediaId": self.media.put("video", body).media_id,
            "ThumbMediaId": self.media.put("thumb", b"\xff\xd8\xff").media_id,
        }
        return self.message(open_id, "shortvideo" if short else "video", fields)

    def location_message(
        self, open_id: str, latitude: float, longitude: float, label: str, scale: int = 16
    ) -> str:
        """A place on the map (GCJ-02), with its words."""
        fields: Fields = {"Location_X": latitude, "Location_Y": longitude}
        return self.message(open_id, "location", {**fields, "Scale": scale, "Label": label})

    def link_message(self, open_id: str, title: str, description: str, url: str) -> str:
        """A shared link."""
        fields: Fields = {"Title": title, "Description": description, "Url": url}
        return self.message(open_id, "link", fields)

    def message(self, open_id: str, kind: str, fields: Fields, after: Fields | None = None) -> str:
        """A message of any kind, also an unknown one; opens the citizen's 48 hours."""
        with self.lock:
            self.citizens.wrote(open_id)
            self._next_message_id += 1
            message_id = self._next_message_id
        return written({**self._head(open_id, kind), **fields, "MsgId": message_id} | (after or {}))

    def follow(self, open_id: str, scene: str = "") -> str:
        """The citizen follows, perhaps by a code with a scene; opens one minute."""
        with self.lock:
            self.citizens.followed(open_id)
        more: Fields = {"Ticket": f"ticket-{scene}"} if scene else {}
        return self.event(open_id, "subscribe", f"qrscene_{scene}" if scene else "", more)

    def unfollow(self, open_id: str) -> str:
        """The citizen leaves; nothing may be sent any more."""
        with self.lock:
            self.citizens.left(open_id)
        return self.event(open_id, "unsubscribe")

    def scan(self, open_id: str, scene: str) -> str:
        """A follower scans a code; opens one minute."""
        with self.lock:
            self.citizens.acted(open_id)
        return self.event(open_id, "SCAN", scene, {"Ticket": f"ticket-{scene}"})

    def click(self, open_id: str, key: str) -> str:
        """A click in the account's menu; opens one minute, not the 48 hours."""
        with self.lock:
            self.citizens.acted(open_id)
        return self.event(open_id, "CLICK", key)

    def view(self, open_id: str, url: str) -> str:
        """The citizen opens a page from the account's menu; opens nothing."""
        return self.event(open_id, "VIEW", url, {"MenuId": 1})

    def report_location(self, open_id: str, latitude: float, longitude: float) -> str:
        """The citizen's place, as reported on opening the account; opens nothing."""
        more: Fields = {"Latitude": latitude, "Longitude": longitude, "Precision": 65.0}
        return written({**self._head(open_id, "event"), "Event": "LOCATION", **more})

    def template_finished(self, open_id: str, message_id: int, status: str) -> str:
        """The fate of a template message: `success`, `failed:user block`, `failed: system failed`;
        opens nothing."""
        more: Fields = {"MsgID": message_id, "Status": status}
        head = self._head(open_id, "event")
        return written({**head, "Event": "TEMPLATESENDJOBFINISH", **more})

    def event(self, open_id: str, event: str, key: str = "", fields: Fields | None = None) -> str:
        """An event of any kind, also an unknown one; opens nothing."""
        head = self._head(open_id, "event")
        return written({**head, "Event": event, "EventKey": key} | (fields or {}))

    def _head(self, open_id: str, kind: str) -> Fields:
        self.citizens.known.add(open_id)
        return {
            "ToUserName": self.account.original_id,
            "FromUserName": open_id,
            "CreateTime": int(self._now().timestamp()),
            "MsgType": kind,
        }
