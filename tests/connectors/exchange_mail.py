# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Messages for the double of Exchange: many by their age, or one with a header of its own."""

from datetime import timedelta

from exchange_double import ANNA, NOW, SINCE, Office

from mail_contact_sync.connectors.base import Envelope
from mail_contact_sync.connectors.exchange import ExchangeConnector

BEN, CAROL = "ben@ours.example", "carol@ours.example"
RECEIVED = (
    "From: =?utf-8?q?Clara_M=C3=BCller?= <Clara@Customer.example>",
    "Reply-To: office@customer.example",
    "To: Anna <anna@ours.example>,",
    " ben@ours.example",
    "Cc: Dora <dora@third.example>",
    "Subject: Hello",
    "Date: Mon, 2 Mar 2026 10:00:00 +0100",
    "Message-ID: <m1@customer.example>",
    "In-Reply-To: <m0@ours.example>",
)


def fill(mailbox: Office, *numbers: int) -> None:
    """The higher the number the newer the message."""
    for number in numbers:
        mailbox.add(f"m{number}", days=100 - number / 100)


def put(mailbox: Office, *lines: str, body: str = "Hello", **more):
    """A message with this header, received a day ago."""
    raw = "\r\n".join([*lines, "", body, ""]).encode()
    return mailbox.directory.add(ANNA, raw, NOW - timedelta(days=1), **more)


def look(mailbox: Office, connector: ExchangeConnector, folder: str = "inbox") -> Envelope:
    """That of the only message."""
    (envelope,) = connector.changes(mailbox.folder(folder), None, SINCE, 10).envelopes
    return envelope
