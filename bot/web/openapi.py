"""The API described by itself: OpenAPI 3.1 from the route table and its models, and a page of it.

Source: OpenAPI Specification 3.1.0, https://spec.openapis.org/oas/v3.1.0.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot import __version__
from bot.web.api_cases import CODE_HEADER
from bot.web.models import ErrorResult, Result
from bot.web.rendering import page
from bot.web.rights import Right
from bot.web.routes import DESCRIPTION, Route
from bot.web.sessions import COOKIE

_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"\{(\w+)\}")
_PARAMETERS = {
    "conversation_id": "会话编号，由第一次对话给出",
    "reply_id": "回答的编号，即该条回复的 id",
    "number": "工单编号，14 位数字",
    "id": "通话编号",
}
_ERRORS = {
    "400": "内容有误，fields 指出哪一项",
    "404": "没有找到，或查询码不对",
    "409": "状态已经变化，不能再做这一步",
    "413": "内容太长",
    "429": "太频繁，或查询码错了五次；Retry-After 给出等待秒数",
}
_STAFF_ERRORS = {"401": "没有登录", "403": "岗位没有这项权限"}
_SESSION = "session"

Json = dict[str, Any]


def describe(routes: Iterable[Route], base_url: str) -> Json:
    """The OpenAPI document of these routes' API part."""
    described = [route for route in routes if route.is_api]
    models = {
        model
        for route in described
        for model in (route.body, route.query, route.result, ErrorResult)
        if model is not None
    }
    _, schemas = models_json_schema(
        [(model, _mode(model)) for model in sorted(models, key=lambda model: model.__name__)],
        ref_template=_REF,
    )
    paths: Json = {}
    for route in described:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Policyline",
            "version": __version__,
            "summary": "政策问答与诉求办理",
            "description": "回答摘自已发布的文件和解读，注明出处；诉求登记为工单，可凭编号查询。",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {
                _SESSION: {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "工作人员登录后的会话",
                }
            },
        },
    }


def _mode(model: type[BaseModel]) -> Any:
    return "serialization" if issubclass(model, Result) else "validation"


def _operation(route: Route) -> Json:
    operation: Json = {
        "operationId": route.handler.__module__.rpartition(".")[2] + "_" + route.handler.__name__,
        "summary": route.summary,
        "tags": [route.path.split("/")[3]],
        "responses": {
            "201" if route.created else "200": _content("成功", route.result),
            **({"200": _content("同一请求已开立过", route.result)} if route.created else {}),
            **{code: _content(text, ErrorResult) for code, text in _ERRORS.items()},
        },
    }
    if route.right is not Right.PUBLIC:
        operation["security"] = [{_SESSION: []}]
        operation["responses"] |= {
            code: _content(text, ErrorResult) for code, text in _STAFF_ERRORS.items()
        }
    parameters = [*_in_path(route), *_in_query(route.query), *_in_header(route)]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(route.body)}},
        }
    return operation


def _in_path(route: Route) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": _PARAMETERS[name],
            "schema": {"type": "string"},
        }
        for name in _PARAMETER.findall(route.path)
    ]


def _in_query(model: type[BaseModel] | None) -> list[Json]:
    if model is None:
        return []
    schema = model.model_json_schema()
    return [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "description": value.pop("description", value.pop("title", "")),
            "schema": value,
        }
        for name, value in schema["properties"].items()
    ]


def _in_header(route: Route) -> list[Json]:
    if not route.needs_code:
        return []
    return [
        {
            "name": CODE_HEADER,
            "in": "header",
            "required": True,
            "description": "查询码",
            "schema": {"type": "string"},
        }
    ]


def _ref(model: type[BaseModel]) -> Json:
    return {"$ref": _REF.format(model=model.__name__)}


def _content(text: str, model: type[BaseModel] | None) -> Json:
    if model is None:
        return {"description": text}
    return {"description": text, "content": {"application/json": {"schema": _ref(model)}}}


async def document(request: web.Request) -> web.Response:
    """The OpenAPI document."""
    text = json.dumps(request.app[DESCRIPTION], ensure_ascii=False)
    return web.Response(text=text, content_type="application/json", charset="utf-8")


async def show(request: web.Request) -> web.Response:
    """The document as a page to read."""
    described = request.app[DESCRIPTION]
    operations = [
        {"path": path, "method": method.upper(), **operation}
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    return page(
        request,
        "api_docs.html",
        info=described["info"],
        operations=operations,
        schemas=described["components"]["schemas"],
        base_url=described["servers"][0]["url"],
    )
