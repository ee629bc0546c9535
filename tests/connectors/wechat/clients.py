"""One face for the independent clients of both languages, so that a test runs with each."""

from __future__ import annotations

import base64
import io
from typing import Any, Protocol

from wechatpy import WeChatClient  # type: ignore[import-untyped]  # has no types
from wechatpy.exceptions import (  # type: ignore[import-untyped]  # has no types
    WeChatClientException,
)

from tests.connectors.wechat.node_clients import NodeClients, Refused
from tests.fakes.wechat_platform import Account

Json = dict[str, Any]


class PlatformClient(Protocol):
    """What the tests ask of a client; every method raises `Refused` with the platform's code."""

    def text(self, open_id: str, text: str) -> None: ...
    def image(self, open_id: str, media_id: str) -> None: ...
    def news(self, open_id: str, *titles: str) -> None: ...
    def msg_menu(self, open_id: str, menu: Json) -> None: ...
    def template(self, open_id: str, template_id: str, data: Json) -> None: ...
    def upload(self, kind: str, filename: str, body: bytes) -> Json: ...
    def download(self, media_id: str) -> bytes: ...
    def create_menu(self, menu: Json) -> None: ...
    def get_menu(self) -> Json | None: ...
    def delete_menu(self) -> None: ...


class Wechatpy:
    """PyPI `wechatpy`."""

    def __init__(self, account: Account, url: str) -> None:
        class Client(WeChatClient):  # type: ignore[misc]  # has no types
            API_BASE_URL = f"{url}/cgi-bin/"

            def fetch_access_token(self) -> Json:
                # As the original, whose address is written into it.
                asked = {"grant_type": "client_credential", "appid": self.appid}
                fetched: Json = self._fetch_access_token(
                    f"{url}/cgi-bin/token", {**asked, "secret": self.secret}
                )
                return fetched

        self._client = Client(account.app_id, account.secret)

    def text(self, open_id: str, text: str) -> None:
        self._do(self._client.message.send_text, open_id, text)

    def image(self, open_id: str, media_id: str) -> None:
        self._do(self._client.message.send_image, open_id, media_id)

    def news(self, open_id: str, *titles: str) -> None:
        articles = [
            {"title": title, "description": "", "image": "", "url": "http://a/"} for title in titles
        ]
        self._do(self._client.message.send_articles, open_id, articles)

    def msg_menu(self, open_id: str, menu: Json) -> None:
        self._do(self._client.message.send_msg_menu, open_id, menu)

    def template(self, open_id: str, template_id: str, data: Json) -> None:
        self._do(self._client.message.send_template, open_id, template_id, data)

    def upload(self, kind: str, filename: str, body: bytes) -> Json:
        file = io.BytesIO(body)
        file.name = filename
        uploaded: Json = self._do(self._client.media.upload, kind, file)
        return uploaded

    def download(self, media_id: str) -> bytes:
        body: bytes = self._do(self._client.media.download, media_id).content
        return body

    def create_menu(self, menu: Json) -> None:
        self._do(self._client.menu.create, menu)

    def get_menu(self) -> Json | None:
        menu: Json | None = self._do(self._client.menu.get)
        return menu

    def delete_menu(self) -> None:
        self._do(self._client.menu.delete)

    def close(self) -> None:
        self._client._http.close()

    def _do(self, method: Any, *arguments: Any) -> Any:
        try:
            return method(*arguments)
        except WeChatClientException as error:
            raise Refused(error.errcode, str(error.errmsg)) from error


class CoWechatApi:
    """npm `co-wechat-api`."""

    def __init__(self, account: Account, url: str, node: NodeClients) -> None:
        self._account = {"url": url, "appid": account.app_id, "secret": account.secret}
        self._node = node

    def text(self, open_id: str, text: str) -> None:
        self._do("sendText", open_id, text)

    def image(self, open_id: str, media_id: str) -> None:
        self._do("sendImage", open_id, media_id)

    def news(self, open_id: str, *titles: str) -> None:
        self._do("sendNews", open_id, [{"title": title, "url": "http://a/"} for title in titles])

    def msg_menu(self, open_id: str, menu: Json) -> None:
        body = {"touser": open_id, "msgtype": "msgmenu", "msgmenu": menu}
        self._node.run("post", account=self._account, path="message/custom/send", body=body)

    def template(self, open_id: str, template_id: str, data: Json) -> None:
        self._do("sendTemplate", open_id, template_id, "", "", data)

    def upload(self, kind: str, filename: str, body: bytes) -> Json:
        file = {"base64": base64.b64encode(body).decode()}
        mime = "application/octet-stream"
        uploaded: Json = self._do("uploadMedia", file, kind, filename, mime)
        return uploaded

    def download(self, media_id: str) -> bytes:
        return base64.b64decode(self._do("getMedia", media_id)["base64"])

    def create_menu(self, menu: Json) -> None:
        self._do("createMenu", menu)

    def get_menu(self) -> Json | None:
        try:
            menu: Json = self._do("getMenu")
        except Refused as refused:
            if refused.code != 46003:
                raise
            return None
        return menu

    def delete_menu(self) -> None:
        self._do("removeMenu")

    def close(self) -> None:
        pass

    def _do(self, method: str, *arguments: Any) -> Any:
        return self._node.run("api", account=self._account, method=method, args=arguments)
