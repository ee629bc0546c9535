"""Reading what was sent: JSON or a form into a model, with every fault named in Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.clean import clean_text
from bot.errors import Invalid, TooLarge

Model = TypeVar("Model", bound=BaseModel)

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

_FAULTS = {
    "missing": "必须填写",
    "string_type": "应当是文字",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "格式不对",
    "int_type": "应当是整数",
    "int_parsing": "应当是整数",
    "int_from_float": "应当是整数",
    "float_parsing": "应当是数字",
    "bool_type": "应当是 true 或 false",
    "bool_parsing": "应当是 true 或 false",
    "extra_forbidden": "没有这个字段",
    "model_type": "应当是一个对象",
    "date_from_datetime_parsing": "应当是日期，如 2026-01-31",
}


def clean(text: str) -> str:
    """A person's text without control characters and outer blanks, lines ended one way."""
    return _CONTROL.sub("", clean_text(text).replace("\r\n", "\n")).strip()


def faults_of(error: ValidationError) -> Mapping[str, str]:
    """Field → what is wrong with it."""
    return {
        ".".join(str(part) for part in fault["loc"]): _fault(fault["type"], fault.get("ctx", {}))
        for fault in error.errors(include_url=False, include_input=False)
    }


def _fault(kind: str, context: Mapping[str, Any]) -> str:
    if kind == "string_too_long":
        return f"最多 {context['max_length']} 个字"
    if kind in {"enum", "literal_error"}:
        return f"只能是：{context['expected']}".replace(" or ", "、").replace("'", "")
    if kind in {"greater_than_equal", "less_than_equal"}:
        return f"超出范围（{context.get('ge', context.get('le'))}）"
    if kind == "value_error":
        return str(context["error"])
    return _FAULTS.get(kind, "填写有误")


def _validated(model: type[Model], error: ValidationError) -> Invalid | TooLarge:
    faults = error.errors(include_url=False, include_input=False)
    if any(fault["type"] == "json_invalid" for fault in faults):
        return Invalid("内容不是正确的 JSON。", code="broken_json")
    fields = faults_of(error)
    too_long = [name for name, fault in fields.items() if fault.startswith("最多")]
    if too_long and len(too_long) == len(fields):
        title = model.model_fields[too_long[0]].title or too_long[0]
        return TooLarge(f"{title}太长了，{fields[too_long[0]]}。", fields=fields)
    named = [
        f"{model.model_fields[name].title or name if name in model.model_fields else name}{fault}"
        for name, fault in fields.items()
    ]
    return Invalid("；".join(named[:3]) + "。", fields=fields)


def parse(model: type[Model], values: Mapping[str, Any]) -> Model:
    """Check plain values.

    Raises:
        Invalid, TooLarge: naming the fields at fault.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _validated(model, error) from error


async def read_json(request: web.Request, model: type[Model]) -> Model:
    """The request's JSON body as a model.

    Raises:
        Invalid, TooLarge: naming the fields at fault.
    """
    body = await request.read()
    try:
        return model.model_validate_json(body or b"{}", strict=False)
    except ValidationError as error:
        raise _validated(model, error) from error


async def read_form(request: web.Request, model: type[Model]) -> Model:
    """The request's form as a model; files are left out."""
    form = await request.post()
    return parse(model, {name: value for name, value in form.items() if isinstance(value, str)})


def read_query(request: web.Request, model: type[Model]) -> Model:
    """The address's query as a model; empty values count as not given."""
    return parse(model, {name: value for name, value in request.query.items() if value})
