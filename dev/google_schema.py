# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Google's own description of the Gmail API, as the judge of what is asked of it."""

import json
import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from googleapiclient.discovery_cache import get_static_doc

_DOCUMENT = json.loads(get_static_doc("gmail", "v1"))
_MAX_RESULTS = 500


class Violation(Exception):
    """A request that Google's description does not allow."""


@dataclass(frozen=True)
class Call:
    """A request in the description's words: ``gmail.users.messages.get`` and its parameters.

    ``scopes`` are those of which the caller needs one; ``upload`` says that the body is the
    message itself.
    """

    method: str
    params: dict[str, list[str]]
    scopes: frozenset[str]
    body: frozenset[str]
    fields: dict
    upload: bool = False

    def param(self, name: str, default: str = "") -> str:
        return self.params.get(name, [default])[0]


def _methods(resource: dict) -> list[dict]:
    found = list(resource.get("methods", {}).values())
    for child in resource.get("resources", {}).values():
        found += _methods(child)
    return found


def _pattern(path: str) -> re.Pattern:
    parts = re.split(r"\{\+?(\w+)\}", path.lstrip("/"))
    return re.compile(
        "/" + "".join(f"(?P<{p}>[^/]+)" if n % 2 else re.escape(p) for n, p in enumerate(parts))
    )


_ROUTES = [
    (method["httpMethod"], _pattern(path), method, upload)
    for method in _methods(_DOCUMENT)
    for path, upload in (
        (method["path"], False),
        *(
            (protocol["path"], True)
            for protocol in method.get("mediaUpload", {}).get("protocols", {}).values()
        ),
    )
]


def call(verb: str, target: str) -> Call:
    """What ``verb target`` means.  Raises Violation where it means nothing."""
    parts = urlsplit(target)
    for route_verb, pattern, method, upload in _ROUTES:
        match = pattern.fullmatch(parts.path)
        if match and verb == route_verb:
            asked = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
            _check(method, asked)
            params = asked | {name: [unquote(value)] for name, value in match.groupdict().items()}
            fields = _mask(asked["fields"][0]) if "fields" in asked else {}
            _check_mask(fields, {"$ref": method["response"]["$ref"]}, method["id"])
            scopes = frozenset(method["scopes"])
            return Call(method["id"], params, scopes, _properties(method), fields, upload)
    raise Violation(f"no such method: {verb} {parts.path}")


def _properties(method: dict) -> frozenset[str]:
    schema = method.get("request", {}).get("$ref")
    return frozenset(_DOCUMENT["schemas"][schema]["properties"]) if schema else frozenset()


def _check(method: dict, asked: dict[str, list[str]]) -> None:
    known = _DOCUMENT["parameters"] | {"uploadType": {"type": "string"}}
    known |= {
        name: param
        for name, param in method.get("parameters", {}).items()
        if param["location"] == "query"
    }
    for name, values in asked.items():
        if name not in known:
            raise Violation(f"{method['id']}: no such parameter: {name}")
        param = known[name]
        if len(values) > 1 and not param.get("repeated"):
            raise Violation(f"{method['id']}: {name} more than once")
        for value in values:
            _check_value(f"{method['id']}: {name}", param, value)


def _check_value(what: str, param: dict, value: str) -> None:
    number = param["type"] == "integer" or param.get("format") == "uint64"
    if "enum" in param and value not in param["enum"]:
        raise Violation(f"{what} is none of {param['enum']}")
    if param["type"] == "boolean" and value not in ("true", "false"):
        raise Violation(f"{what} is no boolean")
    if number and not value.isdecimal():
        raise Violation(f"{what} is no number")
    if what.endswith("maxResults") and int(value) > _MAX_RESULTS:
        raise Violation(f"{what} is more than {_MAX_RESULTS}")


def _mask(text: str) -> dict:
    """A partial response's ``a,b/c,d(e,f)`` as ``{"a": {}, "b": {"c": {}}, …}``."""
    mask: dict = {}
    for piece in re.findall(r"[^,()]+(?:\((?:[^()]|\([^()]*\))*\))?", text):
        path, _, inner = piece.partition("(")
        *outer, last = path.split("/")
        place = mask
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = _mask(inner[:-1]) if inner else {}
    return mask


def _check_mask(mask: dict, schema: dict, what: str) -> None:
    while "$ref" in schema or "items" in schema:
        schema = _DOCUMENT["schemas"][schema["$ref"]] if "$ref" in schema else schema["items"]
    for name, inner in mask.items():
        if name not in schema.get("properties", {}):
            raise Violation(f"{what}: no such field: {name}")
        _check_mask(inner, schema["properties"][name], what)


def masked(value: object, mask: dict) -> object:
    """What is left of ``value`` by ``mask``."""
    if not mask:
        return value
    if isinstance(value, list):
        return [masked(each, mask) for each in value]
    return {name: masked(value[name], inner) for name, inner in mask.items() if name in value}


def check_body(asked: Call, body: bytes) -> dict:
    """The JSON object that ``body`` is, if it may be."""
    try:
        value = json.loads(body)
    except ValueError:
        raise Violation(f"{asked.method}: the body is no JSON") from None
    unknown = set(value) - asked.body
    if unknown:
        raise Violation(f"{asked.method}: unknown in the body: {sorted(unknown)}")
    return value
