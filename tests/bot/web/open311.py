"""A replica with a small catalogue and three API keys, and its answers held against the schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from aiohttp.test_utils import TestClient
from defusedxml import ElementTree
from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from bot.city.model import City, Duty
from bot.open311.keys import ApiKey, read_keys
from bot.settings import Settings
from tests.bot.conftest import World
from tests.fakes.town import LIGHTS, town

BASE = "/open311/v2"
APP, SECOND, BATCH = "app-key-0123456789", "second-key-0123456789", "batch-key-0123456789"
LAMP: Mapping[str, str] = {
    "api_key": APP,
    "service_code": "CG-01",
    "address_string": "剑光街道人民路 12 号 3 栋 201 室对面",
    "lat": "28.1923456",
    "long": "115.7912345",
    "description": "路灯坏了，我叫王小明，电话 13812345678",
    "first_name": "小明",
    "last_name": "王",
    "phone": "13812345678",
    "email": "wang@example.com",
    "media_url": "https://pictures.example.com/lamp.jpg",
}


def small_city() -> City:
    """The town, with two duties."""
    lamp = Duty(
        id="CG-01",
        name="路灯不亮、损坏",
        category=("市政", "照明", "路灯"),
        lead=LIGHTS,
        keywords=("路灯", "路灯+不亮"),
    )
    dust = replace(
        lamp, id="HB-01", name="工地扬尘", category=("环保", "大气", "扬尘"), lead="属地"
    )
    return replace(town(), duties=(lamp, dust))


def keys() -> dict[str, ApiKey]:
    """One whose requests anybody may read, one whose nobody may, one that gets tokens."""
    return read_keys(
        {
            "app": {"key": APP, "public": True},
            "second": {"key": SECOND},
            "batch": {"key": BATCH, "tokens": True},
        }
    )


def settings(world: World, **others: Any) -> Settings:
    return Settings(home=world.home, **{"open311_keys": keys(), **others})


@dataclass(frozen=True, kw_only=True)
class Schemas:
    """The published JSON Schemas, by file name."""

    folder: Path

    def check(self, name: str, value: object) -> None:
        def found(uri: str) -> Resource[Any]:
            content = json.loads((self.folder / uri.rpartition("/")[2]).read_text())
            return Resource(contents=content, specification=DRAFT4)

        registry: Registry[Any] = Registry(retrieve=found)
        schema = json.loads((self.folder / name).read_text())
        Draft4Validator(schema, registry=registry).validate(value)

    def properties(self, name: str) -> dict[str, Any]:
        schema = json.loads((self.folder / name).read_text())
        return dict(schema["properties"])


_LISTS = {"services", "attributes", "values", "service_requests", "errors", "formats", "endpoints"}
_NUMBERS = {"lat": float, "long": float, "order": int, "code": int}
_BOOLEANS = {"metadata", "variable", "required"}


def from_xml(text: bytes) -> Any:
    """The JSON an XML answer is the twin of, by the specification's own types."""
    root = ElementTree.fromstring(text)
    return _value(root, "")


def _value(element: Element, parent: str) -> Any:
    if element.tag in _LISTS:
        return [_value(member, element.tag) for member in element]
    if len(element):
        return {inner.tag: _value(inner, element.tag) for inner in element}
    said = element.text
    if element.tag in _BOOLEANS:
        return {"true": True, "false": False}[said or ""]
    number = _NUMBERS.get(element.tag)
    if said and number and (element.tag != "code" or parent == "error"):
        return number(said)
    return said


async def both(client: TestClient, path: str, **query: str) -> Any:
    """An answer's JSON, after its XML was found to say the same."""
    as_json = await client.get(f"{BASE}/{path}.json", params=query)
    as_xml = await client.get(f"{BASE}/{path}.xml", params=query)
    assert as_json.headers["Content-Type"] == "application/json; charset=utf-8"
    assert as_xml.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert as_json.status == as_xml.status
    told = await as_json.json()
    body = await as_xml.read()
    assert body.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n')
    assert from_xml(body) == told
    return told


async def sent(client: TestClient, **fields: str | None) -> dict[str, Any]:
    """What a request that is taken is answered with; None leaves a field out."""
    given = {name: value for name, value in (LAMP | fields).items() if value is not None}
    answer = await client.post(f"{BASE}/requests.json", data=given)
    told = await answer.json()
    assert answer.status == 200, told
    return dict(told[0])
