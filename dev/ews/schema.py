# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Microsoft's schema of Exchange Web Services, as a judge of requests and answers.

Every Exchange server serves it beside its web services, as ``/EWS/messages.xsd`` and
``/EWS/types.xsd``.  It carries no licence that would let others pass it on, so it is not part of
this repository: MAIL_CONTACT_SYNC_EWS_SCHEMA names a folder that holds the two files.
"""

import functools
import os
from pathlib import Path

from lxml import etree

VARIABLE = "MAIL_CONTACT_SYNC_EWS_SCHEMA"
WHY_MISSING = f"{VARIABLE} names no folder with Microsoft's messages.xsd and types.xsd"


def folder() -> Path | None:
    """Where the schema is, if it is there."""
    named = os.environ.get(VARIABLE)
    if named and (Path(named) / "messages.xsd").exists():
        return Path(named)
    return None


@functools.cache
def _schema(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(path / "messages.xsd"))


def complaint(body: etree._Element) -> str:
    """What the schema has against the content of a SOAP body; empty where it has nothing."""
    path = folder()
    if path is None:
        return ""
    schema = _schema(path)
    # On its own, as it stands in the message.
    huge = etree.XMLParser(huge_tree=True)  # a message may have 10 MB and more
    if schema.validate(etree.fromstring(etree.tostring(body), huge)):
        return ""
    return str(schema.error_log.last_error)
