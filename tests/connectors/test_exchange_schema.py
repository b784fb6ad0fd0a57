# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The double is held against Microsoft's schema; here that this is really done.

Wherever the schema is, all tests of the connector fail over a request or an answer
that does not keep to it (``exchange_double.office``).
"""

import pytest
from exchange_double import ANNA, SINCE, office

from dev.ews import schema, soap

pytestmark = pytest.mark.skipif(schema.folder() is None, reason=schema.WHY_MISSING)


def test_the_schema_tells_right_from_wrong():
    shape = soap.el("m:ItemShape", soap.el("t:BaseShape", "IdOnly"))
    ids = soap.el("m:ItemIds", soap.el("t:ItemId", Id="x"))
    assert schema.complaint(soap.el("m:GetItem", shape, ids)) == ""
    assert "ItemShape" in schema.complaint(soap.el("m:GetItem", soap.el("m:ItemIds")))


def test_the_double_refuses_what_the_schema_does():
    with office() as mailbox:
        envelope = soap.envelope(soap.el("m:GetItem"), "")
        answer = mailbox.server.respond(mailbox.directory.users[0], envelope, {})
        assert answer.status == 500 and b"ErrorSchemaValidation" in answer.body
        assert len(mailbox.server.complaints) == 1
        mailbox.server.complaints.clear()


def test_every_operation_keeps_to_the_schema():
    with office() as mailbox, mailbox.connect() as connector:
        mailbox.add("m1", "m2")
        mailbox.add("m3", broken="ErrorItemCorrupt")
        connector.check()
        inbox = connector.folders()[0]
        page = connector.changes(inbox, None, SINCE, 2)
        refs = [envelope.ref for envelope in page.envelopes]
        assert len(list(connector.fetch(inbox, refs))) + len(page.failed) == 2
        list(connector.fetch(inbox, refs[:1], 1))
        connector.send(b"To: ben@ours.example\r\n\r\nHello", ANNA, ["ben@ours.example"])
        assert mailbox.server.complaints == []
        asked = {"GetFolder", "FindFolder", "FindItem", "SyncFolderItems", "GetItem", "CreateItem"}
        assert {*mailbox.server.counts} == {*asked, "ResolveNames"}
