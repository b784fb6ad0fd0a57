# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SOAP with Exchange: one operation, its answers as XML elements.

exchangelib wraps the requests, finds the version of the protocol that the server
speaks, and knows the faults.  Its objects for items and folders are not used:
they take a millisecond to make, most of all for what was not asked for.
"""

import functools
import re
from collections.abc import Sequence
from typing import Any

from exchangelib.errors import (
    ErrorIncorrectSchemaVersion,
    ErrorInvalidRequest,
    ErrorInvalidSchemaVersionForMailboxVersion,
    ErrorInvalidServerVersion,
    ErrorSchemaValidation,
    EWSError,
)
from exchangelib.services.common import EWSService
from exchangelib.version import Version
from lxml import etree

from .. import reasons
from ..base import ConnectorError, SettingsError, TemporaryError
from .errors import of_code, of_library
from .http import Http

_M = "{http://schemas.microsoft.com/exchange/services/2006/messages}"
_T = "{http://schemas.microsoft.com/exchange/services/2006/types}"
_S = "{http://schemas.xmlsoap.org/soap/envelope/}"
_PREFIXES = {"m": _M, "t": _T}
_NAMESPACES = {prefix: name.strip("{}") for prefix, name in _PREFIXES.items()}

#: What is spoken, the first unless the server is too old for it.
_VERSIONS = ("Exchange2013", "Exchange2010_SP2")
#: References to characters that XML 1.0 does not have; Exchange passes them on from mail.
_UNFIT = re.compile(
    rb"&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.I
)

#: What a server answers to a version that it does not speak.
_OTHER_VERSION = (
    ErrorInvalidServerVersion,
    ErrorIncorrectSchemaVersion,
    ErrorInvalidSchemaVersionForMailboxVersion,
    ErrorSchemaValidation,
    ErrorInvalidRequest,
)

Element = etree._Element


def tag(name: str) -> str:
    """``t:Name`` or ``m:Name`` as lxml writes it."""
    prefix, _, local = name.partition(":")
    return _PREFIXES[prefix] + local


def element(name: str, *content: Element | str, **attributes: str) -> Element:
    """An element of Microsoft's types (``t:``) or messages (``m:``) schema."""
    made = etree.Element(tag(name), attributes, nsmap=_NAMESPACES)
    for part in content:
        if isinstance(part, str):
            made.text = part
        else:
            made.append(part)
    return made


def text(parent: Element, path: str) -> str:
    """The text at ``t:A/t:B`` below ``parent``; empty where there is none."""
    return parent.findtext(path, "", _NAMESPACES) or ""


def find(parent: Element, path: str) -> Element | None:
    return parent.find(path, _NAMESPACES)


def find_all(parent: Element, path: str) -> list[Element]:
    return parent.findall(path, _NAMESPACES)


def code_of(message: Element) -> str:
    """The ResponseCode of a response message, empty where it is a success."""
    if message.get("ResponseClass") == "Success":
        return ""
    return text(message, "m:ResponseCode") or "ErrorInternalServerError"


def require(message: Element, *, in_folder: bool = False) -> Element:
    """``message``, unless it tells of an error; that is raised."""
    code = code_of(message)
    if code:
        raise of_code(code, text(message, "m:MessageText"), _back_off(message), in_folder=in_folder)
    return message


def _back_off(message: Element) -> float | None:
    for value in find_all(message, "m:MessageXml/t:Value"):
        if value.get("Name") == "BackOffMilliseconds" and (value.text or "").isdecimal():
            return int(value.text) / 1000
    return None


class _Config:
    def __init__(self):
        self.version = Version(build=None, api_version=_VERSIONS[0])


class Soap:
    """Operations on one endpoint.  ``mailbox`` tells a farm of servers whose they are."""

    def __init__(self, http: Http, mailbox: str):
        # These four names are what exchangelib's services want to know of a protocol.
        self.config = _Config()
        self.credentials = None
        self.service_endpoint = http.url
        self.version = self.config.version
        self._http = http
        self._headers = {"X-AnchorMailbox": mailbox} if mailbox.isascii() else {}

    @property
    def knows_2013(self) -> bool:
        """Whether the server is of 2013 or later, as far as it has been heard."""
        return self.config.version.api_version >= "Exchange2013"

    def post(self, body: bytes) -> bytes:
        return self._http.post(body, self._headers)

    def call(
        self, operation: str, *content: Element, in_folder: bool = False, **attributes: str
    ) -> list[Element]:
        """The response messages, each a success or an error.

        Raises what goes wrong with the operation as a whole.
        """
        request = element(f"m:{operation}", *content, **attributes)
        return self.run(_service(operation)(protocol=self), request, in_folder=in_folder)

    def run(self, service: EWSService, request: Element, *, in_folder: bool = False) -> Any:
        try:
            messages = service._get_response_xml(request)
        except ConnectorError:
            raise
        except EWSError as error:
            # Without its cause, which may quote somebody's mail.
            raise of_library(error, in_folder=in_folder) from None
        for message in messages:
            # What a busy server did not get round to is not missing: all is asked for again.
            if code_of(message) in ("ErrorServerBusy", "ErrorBatchProcessingStopped"):
                require(message)
        return messages

    def only(
        self, operation: str, *content: Element, in_folder: bool = False, **attributes: str
    ) -> Element:
        """The one response message of an operation, a success."""
        messages = self.call(operation, *content, in_folder=in_folder, **attributes)
        if len(messages) != 1:
            raise TemporaryError(reasons.PROTOCOL_ERROR, f"{len(messages)} answers")
        return require(messages[0], in_folder=in_folder)

    def each(self, operation: str, count: int, *content: Element) -> Sequence[Element]:
        """The response messages of an operation on ``count`` things, in their order."""
        messages = self.call(operation, *content)
        if len(messages) != count:
            raise TemporaryError(reasons.PROTOCOL_ERROR, f"{len(messages)} answers for {count}")
        return messages


class Posting:
    """Has an exchangelib service post by a Soap, and reads its answers strictly."""

    def _get_response(self, payload, api_version):
        return _Response(self.protocol.post(self.wrap(content=payload, api_version=api_version)))

    def _get_response_xml(self, payload):
        # exchangelib's tries all versions again whenever a request is found invalid.
        config = self.protocol.config
        known = config.version.build is not None
        for spoken in (config.version.api_version,) if known else _VERSIONS:
            response = self._get_response(payload, spoken)
            header, body = self._get_soap_parts(response)
            if header is not None:
                self._update_api_version(spoken, header)
            try:
                return self._get_soap_messages(body)
            except _OTHER_VERSION as error:
                refused = error
        raise refused

    @classmethod
    def _get_soap_parts(cls, response):
        root = _parsed(response.content)
        body = root.find(f"{_S}Body")
        if root.tag != f"{_S}Envelope" or body is None:
            raise SettingsError(reasons.WRONG_PROTOCOL, "no SOAP")
        return root.find(f"{_S}Header"), body


class _Response:
    def __init__(self, content: bytes):
        self.content = content

    def close(self) -> None:
        self.content = b""


@functools.cache
def _service(operation: str) -> type[EWSService]:
    return type(operation, (Posting, EWSService), {"SERVICE_NAME": operation})


def _parsed(content: bytes) -> Element:
    """The root of a whole, valid document; nothing is mended but what mail put in."""
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError:
        try:
            root = etree.fromstring(_UNFIT.sub(b"&#xFFFD;", content), _parser())
        except etree.XMLSyntaxError:
            if content.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
                raise SettingsError(reasons.WRONG_PROTOCOL, "HTML") from None
            raise TemporaryError(reasons.PROTOCOL_ERROR, "no XML") from None
    if root.getroottree().docinfo.doctype:  # which SOAP forbids
        raise SettingsError(reasons.WRONG_PROTOCOL, "a document type")
    return root


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
