# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Elements of Exchange's namespaces, SOAP envelopes and faults."""

import re

from lxml import etree

S = "http://schemas.xmlsoap.org/soap/envelope/"
M = "http://schemas.microsoft.com/exchange/services/2006/messages"
T = "http://schemas.microsoft.com/exchange/services/2006/types"
E = "http://schemas.microsoft.com/exchange/services/2006/errors"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NS = {"s": S, "m": M, "t": T}

Element = etree._Element

#: Control characters that mail may hold and XML 1.0 may not; Exchange writes them as references.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MARK = 0xE000
_MARKED = re.compile("[\ue000-\ue01f]")


def el(name: str, *content, **attributes) -> Element:
    """``el("t:Name", child or text or None, …, Attribute="value")``."""
    prefix, _, local = name.partition(":")
    made = etree.Element(f"{{{NS[prefix]}}}{local}", nsmap={"m": M, "t": T, "xsi": XSI})
    for key, value in attributes.items():
        made.set(key, value)
    for part in content:
        if isinstance(part, str):
            made.text = _CONTROL.sub(lambda found: chr(_MARK + ord(found[0])), part)
        elif part is not None:
            made.append(part)
    return made


def response(operation: str, *messages: Element) -> Element:
    return el(f"m:{operation}Response", el("m:ResponseMessages", *messages))


def success(operation: str, *content) -> Element:
    return el(
        f"m:{operation}ResponseMessage",
        el("m:ResponseCode", "NoError"),
        *content,
        ResponseClass="Success",
    )


def error(operation: str, code: str, *content, back_off: int | None = None) -> Element:
    """An error in the answer; ``back_off`` in milliseconds."""
    xml = None
    if back_off is not None:
        xml = el("m:MessageXml", el("t:Value", str(back_off), Name="BackOffMilliseconds"))
    return el(
        f"m:{operation}ResponseMessage",
        el("m:MessageText", f"Something is wrong: {code}."),
        el("m:ResponseCode", code),
        el("m:DescriptiveLinkKey", "0"),
        xml,
        *content,
        ResponseClass="Error",
    )


def fault(code: str, back_off: int | None = None) -> Element:
    """A SOAP fault as Exchange words it; ``back_off`` in milliseconds."""
    made = etree.Element(f"{{{S}}}Fault", nsmap={"s": S, "e": E, "t": T})
    etree.SubElement(made, "faultcode").text = "a:" + code
    etree.SubElement(made, "faultstring").text = f"Something is wrong: {code}."
    detail = etree.SubElement(made, "detail")
    etree.SubElement(detail, f"{{{E}}}ResponseCode").text = code
    etree.SubElement(detail, f"{{{E}}}Message").text = f"Something is wrong: {code}."
    if back_off is not None:
        xml = etree.SubElement(detail, f"{{{T}}}MessageXml")
        xml.append(el("t:Value", str(back_off), Name="BackOffMilliseconds"))
    return made


def envelope(body: Element, version: str) -> bytes:
    """The answer on the wire, from a server of this ``version`` (build 15.1.2507.6)."""
    made = etree.Element(f"{{{S}}}Envelope", nsmap={"s": S})
    header = etree.SubElement(made, f"{{{S}}}Header")
    header.append(
        el(
            "t:ServerVersionInfo",
            MajorVersion="15",
            MinorVersion="1",
            MajorBuildNumber="2507",
            MinorBuildNumber="6",
            Version=version,
        )
    )
    etree.SubElement(made, f"{{{S}}}Body").append(body)
    text = etree.tostring(made, encoding="unicode")
    text = _MARKED.sub(lambda found: f"&#x{ord(found[0]) - _MARK:X};", text)
    return b'<?xml version="1.0" encoding="utf-8"?>' + text.encode()
