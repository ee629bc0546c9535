"""The routes of the city's administration."""

from __future__ import annotations

from bot.web import admin, admin_catalogue, admin_city
from bot.web.rights import Right
from bot.web.routes import Handler, Route

_CATALOGUE = "/admin/city/catalogue"
_FILE = "/admin/city/{file}"


def _see(path: str, handler: Handler) -> Route:
    return Route(method="GET", path=path, handler=handler, right=Right.CITY_SEE)


def _edit(path: str, handler: Handler, *, max_body: int) -> Route:
    return Route(
        method="POST", path=path, handler=handler, right=Right.CITY_EDIT, max_body=max_body
    )


ADMIN_ROUTES = (
    _see("/admin", admin.show),
    Route(method="POST", path="/admin/restart", handler=admin.restart, right=Right.CITY_EDIT),
    _see("/admin/versions", admin.show_versions),
    _see("/admin/versions/{number}", admin.show_version),
    _see("/admin/features", admin.show_features),
    _see("/admin/connectors", admin.show_connectors),
    Route(
        method="POST",
        path="/admin/connectors/{name}/test",
        handler=admin.test_connector,
        right=Right.CITY_EDIT,
    ),
    _see(_CATALOGUE, admin_catalogue.show),
    _see(f"{_CATALOGUE}/download", admin_catalogue.download),
    _edit(f"{_CATALOGUE}/preview", admin_catalogue.preview, max_body=admin_catalogue.UPLOAD_LIMIT),
    _edit(_CATALOGUE, admin_catalogue.save, max_body=admin_catalogue.UPLOAD_LIMIT),
    Route(
        method="POST",
        path=f"{_CATALOGUE}/use",
        handler=admin_catalogue.use,
        right=Right.CITY_EDIT,
    ),
    _see(_FILE, admin_city.show),
    _see(f"{_FILE}/download", admin_city.download),
    _edit(f"{_FILE}/preview", admin_city.preview, max_body=admin_city.UPLOAD_LIMIT),
    _edit(_FILE, admin_city.save, max_body=admin_city.UPLOAD_LIMIT),
)
"""The catalogue's stand before those of the files, whose pattern takes its name as well."""
