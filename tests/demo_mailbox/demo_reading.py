# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo mailbox read by the standard library alone, knowing nothing of how it was made."""

import hashlib
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from email import message_from_bytes, policy
from email.utils import getaddresses
from functools import cache

NOW = datetime(2026, 3, 18, 14, 25, tzinfo=timezone.utc)
OWNER = ("anna.keller@halden.example", "Anna Keller")
COLLEAGUE = "jonas.brandt@halden.example"


@cache
def parsed(raw):
    return message_from_bytes(raw, policy=policy.default)


def ascii_address(address):
    local, _, domain = address.lower().rpartition("@")
    return f"{local}@{domain.encode('idna').decode()}"


@cache
def header_addresses(raw):
    mail = parsed(raw)
    headers = (mail.get_all(name, []) for name in ("From", "Reply-To", "To", "Cc", "Bcc"))
    return {
        ascii_address(address.addr_spec)
        for values in headers
        for header in values
        for address in header.addresses
    }


def names_by_address(contacts):
    names = defaultdict(set)
    for contact in contacts:
        for _, address in getaddresses([contact["email"]]):
            if address:
                names[ascii_address(address)].add(contact["name"])
    return names


def counted(messages, contacts):
    """What a reader who knows nothing of how the mail was made would expect."""
    names, mails = names_by_address(contacts), defaultdict(set)
    for message in messages:
        if message.folder in ("Drafts", "Junk", "Trash"):
            continue
        if message.received < NOW - timedelta(days=183):
            continue
        identity = parsed(message.raw)["Message-ID"] or hashlib.sha256(message.raw).digest()
        for address in header_addresses(message.raw):
            for name in names.get(address, ()):
                mails[name].add(identity)
    return {contact["name"]: len(mails[contact["name"]]) for contact in contacts}


@cache
def readable(raw):
    """All text of a message, decoded, in lower case."""
    mail = parsed(raw)
    lines = [str(value) for value in mail.values()]
    for part in mail.walk():
        lines += [str(part.get_filename() or ""), str(part.get("Content-ID", ""))]
        if part.get_content_maintype() == "text":
            lines.append(part.get_content())
    return "\n".join(lines).lower()
