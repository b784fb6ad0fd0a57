# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a message gains on its way (RFC 5321, 4.4): trace headers, authentication results."""

import base64
from datetime import datetime
from random import Random

from .clients.mime import date_header, utc
from .people import Person


def deliver(raw: bytes, sender: Person, host: str, received: datetime, rng: Random) -> bytes:
    """``raw`` as ``host`` stores it after having got it from the sender's server."""
    address = f"203.0.113.{rng.randint(2, 250)}"  # RFC 5737: belongs to nobody
    relay = f"mail-{rng.choice('abcdefgh')}{rng.randint(1, 9)}.{sender.domain}"
    queue = f"4{rng.getrandbits(44):011X}"
    signature = base64.b64encode(rng.randbytes(128)).decode()
    trace = (
        f"Return-Path: <{sender.key}>\r\n"
        f"Received: from {relay} ({relay} [{address}])\r\n"
        f"\tby {host} (Postfix) with ESMTPS id {queue};\r\n"
        f"\t{date_header(utc(received))} (UTC)\r\n"
        f"Authentication-Results: {host};\r\n"
        f"\tdkim=pass header.d={sender.domain}; spf=pass smtp.mailfrom={sender.domain}\r\n"
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={sender.domain};\r\n"
        f"\ts=s{rng.randint(1, 4)}; h=from:to:subject:date:message-id;\r\n"
        f"\tb={signature[:64]}\r\n\t{signature[64:128]}\r\n\t{signature[128:]}\r\n"
    )
    return trace.encode("ascii") + raw
