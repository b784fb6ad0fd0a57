# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""SOAP Autodiscover: GetUserSettings (MS-OXWSADISC)."""

from lxml import etree

from .soap import S
from .store import Directory

A = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
I = "http://www.w3.org/2001/XMLSchema-instance"  # noqa: E741


def answer(
    directory: Directory, request: etree._Element, url: str, redirects: dict[str, tuple[str, str]]
) -> bytes:
    """Where the mailbox asked for is.

    ``redirects`` holds ``(ErrorCode, RedirectTarget)`` by address, "RedirectUrl" or
    "RedirectAddress".
    """
    address = request.findtext(f".//{{{A}}}Mailbox", "").lower()
    envelope = etree.Element(f"{{{S}}}Envelope", nsmap={"s": S, "a": A, "i": I})
    body = etree.SubElement(envelope, f"{{{S}}}Body")
    message = etree.SubElement(body, f"{{{A}}}GetUserSettingsResponseMessage")
    response = _sub(message, "Response")
    _sub(response, "ErrorCode", "NoError")
    _sub(response, "ErrorMessage", "")
    user = _sub(_sub(response, "UserResponses"), "UserResponse")
    code, target = redirects.get(address, ("NoError", ""))
    if code == "NoError" and directory.user(address) is None:
        code = "InvalidUser"
    _sub(user, "ErrorCode", code)
    _sub(user, "ErrorMessage", "No error." if code == "NoError" else "Something is wrong.")
    _sub(user, "RedirectTarget", target)
    _sub(user, "UserSettingErrors")
    settings = _sub(user, "UserSettings")
    if code == "NoError":
        for name in ("ExternalEwsUrl", "InternalEwsUrl"):
            setting = _sub(settings, "UserSetting")
            setting.set(f"{{{I}}}type", "a:StringSetting")
            _sub(setting, "Name", name)
            _sub(setting, "Value", url)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def _sub(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    made = etree.SubElement(parent, f"{{{A}}}{name}")
    made.text = text
    return made
