# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The add-on comes to a large database, is upgraded, and goes again."""

import json
import time
from email.message import EmailMessage

import pytest

from dev.home import NAME
from dev.image import INSTALLED, STOCK
from dev.rpc import Client, RpcError

from .office import Office

CONTACTS = 100_000
KEY_FILE = f"{NAME}.key"

#: What a database is made of, by kind and name.
_SCHEMA = """
    SELECT 'column', table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = 'public'
    UNION ALL SELECT 'index', indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'sequence', sequencename FROM pg_sequences WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conname FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
"""
#: Records that an add-on brings with it, by table and name.
_RECORDS = """
    SELECT 'model', model FROM ir_model
    UNION ALL SELECT 'field', model || '.' || name FROM ir_model_fields
    UNION ALL SELECT 'table of a relation', name FROM ir_model_relation
    UNION ALL SELECT 'parameter', key FROM ir_config_parameter WHERE key LIKE 'mail_contact_sync%'
    UNION ALL SELECT 'external id', module || '.' || name FROM ir_model_data
    UNION ALL SELECT 'rule', name FROM ir_rule
    UNION ALL SELECT 'access', name FROM ir_model_access
    UNION ALL SELECT 'group', name->>'en_US' FROM res_groups
    UNION ALL SELECT 'privilege', name->>'en_US' FROM res_groups_privilege
    UNION ALL SELECT 'action', name->>'en_US' FROM ir_act_window
    UNION ALL SELECT 'server action', name->>'en_US' FROM ir_act_server
    UNION ALL SELECT 'scheduled action', cron_name FROM ir_cron
    UNION ALL SELECT 'menu', name->>'en_US' FROM ir_ui_menu
    UNION ALL SELECT 'view', name FROM ir_ui_view
    UNION ALL SELECT 'subtype', name->>'en_US' FROM mail_message_subtype
"""
#: All that an upgrade could spoil.
_KEPT = """
    SELECT 'setting', key, value FROM ir_config_parameter WHERE key LIKE 'mail_contact_sync%'
    UNION ALL SELECT 'lane', cron_name, active::text || interval_number FROM ir_cron
        WHERE cron_name LIKE 'E-mail sync%'
    UNION ALL SELECT 'account', address, concat(secret, state, since, last_sync, matched_id)
        FROM mail_sync_account
    UNION ALL SELECT 'folder', ref, concat(account_id, enabled, cursor) FROM mail_sync_folder
    UNION ALL SELECT 'contact', partner_id::text, concat(key, matched) FROM mail_sync_contact_key
    UNION ALL SELECT 'envelope', id::text, concat(ref, message_key, address_keys)
        FROM mail_sync_envelope
    UNION ALL SELECT 'match', id::text, concat(state, mail_message_id) FROM mail_sync_match
    UNION ALL SELECT 'message', id::text, concat(sync_access, sync_message_id, body, date)
        FROM mail_message WHERE sync_access IS NOT NULL
"""


def letter(sender: str, to: str, name: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, name
    mail["Message-ID"] = f"<{name}@install.example>"
    mail.set_content(f"This is {name}")
    mail.add_attachment(b"%PDF-1.4", "application", "pdf", filename=f"{name}.pdf")
    return mail.as_bytes()


@pytest.fixture(scope="module")
def staffed(sandbox, dovecot, addresses):
    """A database with mail of two mailboxes, a shared and a private one, and four lanes."""
    customer = "info@customer.example"
    with Office(sandbox, dovecot, INSTALLED, cron_threads=2) as office:
        office.hire(("anna", "Anna", "anna@ours.example"), ("ben", "Ben", "ben@ours.example"))
        [company] = office.add_contacts([{"name": "Customer Ltd", "email": customer}])
        admin = office.user("admin")
        portal = admin.call("ir.model.data", "check_object_reference", "base", "group_portal")[1]
        values = {"login": "pia", "password": "pia", "name": "Pia", "group_ids": [(6, 0, [portal])]}
        [pia] = admin.call("res.users", "create", [values], context={"no_reset_password": True})
        admin.call("res.users", "write", [pia], {"parent_id": company})
        admin.call(
            *("res.partner", "message_post", company),
            **{"body": "For all to read", "subtype_xmlid": "mail.mt_comment"},
            message_type="comment",
        )
        settings = {"mail_sync_lanes": 4, "mail_sync_interval": 7, "mail_sync_window_months": 4}
        [saved] = admin.call("res.config.settings", "create", [settings])
        admin.call("res.config.settings", "execute", [saved])
        for login, visibility in (("anna", "shared"), ("ben", "private")):
            address = next(addresses)
            dovecot.deliver(letter(customer, address, visibility), address)
            account = office.connect(login, address, visibility=visibility)
            office.user(login).call(
                *("mail.scheduled.message", "create"),
                {
                    "model": "res.partner",
                    "res_id": company,
                    "author_id": company,
                    "subject": visibility,
                    "scheduled_date": "2100-01-01",
                    "notification_parameters": json.dumps({"sync_sender_id": account}),
                },
            )
        office.rest()
        _write_from(office, "anna", next(addresses))
    return office.database


def _write_from(office, login: str, address: str, *records: tuple[str, int], **values) -> None:
    """An e-mail on each record, else on its recipient, that waits: nobody listens at its server."""
    server = {"smtp_host": "127.0.0.1", "smtp_port": 9, "smtp_security": "none"}
    account = office.connect(login, address, syncs=False, **server, **values)
    [contact] = office.add_contacts([{"name": "Waiting", "email": "waiting@customer.example"}])
    for model, record in records or [("res.partner", contact)]:
        office.user(login).call(
            *(model, "message_post", [record]),
            **{"body": "Hello", "subject": "waiting", "message_type": "comment"},
            **{"subtype_xmlid": "mail.mt_comment", "partner_ids": [contact]},
            sync_sender_id=account,
        )
    waiting = office.sql("SELECT DISTINCT state FROM mail_mail WHERE sync_account_id = %s", account)
    assert waiting == [("outgoing",)]


@pytest.fixture(scope="module")
def removed(sandbox, dovecot, staffed):
    with Office(sandbox, dovecot, staffed, cron_threads=2) as office:
        assert messages(office) == {"shared", "private"}
        admin = office.user("admin")
        module = admin.call("ir.module.module", "search", [("name", "=", NAME)])
        admin.call("ir.module.module", "button_immediate_uninstall", module)
        yield office


def messages(office) -> set[str]:
    """The subjects of the mails in the contact's chatter."""
    rows = office.sql("SELECT subject FROM mail_message WHERE subject IN ('shared', 'private')")
    return {subject for (subject,) in rows}


def test_it_installs_into_a_large_database(sandbox):
    database = sandbox.database("large", STOCK)
    sandbox.postgres.sql(
        database,
        """INSERT INTO res_partner (name, complete_name, email, email_normalized, active)
           SELECT name, name, name || '@large.example', name || '@large.example', true
           FROM (SELECT 'contact' || n FROM generate_series(1, %s) AS n) AS row(name)""",
        CONTACTS,
    )
    begin = time.monotonic()
    sandbox.idle_odoo(database).run("Installing the add-on", "-i", NAME)
    print(f"\n{CONTACTS:,} contacts: installed in {time.monotonic() - begin:.0f} s")
    [(keys,)] = sandbox.postgres.sql(
        database,
        """SELECT count(DISTINCT key) FROM mail_sync_contact_key
           JOIN res_partner partner ON partner.id = partner_id
           WHERE email LIKE '%%@large.example'""",
    )
    assert keys == CONTACTS


def test_it_keeps_company_with_modules_that_define_their_messages_anew(sandbox, dovecot, addresses):
    """One that was there before, and one that comes later."""
    office = Office(sandbox, dovecot, STOCK, cron_threads=0)
    for module in ("project", NAME, "hr"):
        office.odoo.run(f"Installing {module}", "-i", module)
    with office:
        admin = office.user("admin")
        office.hire(("anna", "Anna", "anna@ours.example"), ("ben", "Ben", "ben@ours.example"))
        groups = [
            admin.call("ir.model.data", "check_object_reference", *name)[1]
            for name in (("hr", "group_hr_user"), ("project", "group_project_user"))
        ]
        users = admin.call("res.users", "search", [("login", "in", ("anna", "ben"))])
        admin.call("res.users", "write", users, {"group_ids": [(4, group) for group in groups]})
        admin.call("ir.config_parameter", "set_param", "mail_contact_sync.allow_internal", "True")
        [project] = admin.call("project.project", "create", [{"name": "Move"}])
        records = [
            (model, admin.call(model, "create", [values])[0])
            for model, values in (
                ("project.task", {"name": "Pack", "project_id": project}),
                ("hr.employee", {"name": "Eve"}),
            )
        ]
        _write_from(office, "anna", next(addresses), *records, visibility="private")
        for model, record in records:
            for field in ("message_ids", "website_message_ids"):
                found = [(f"{field}.subject", "=", "waiting")]
                assert office.user("anna").call(model, "search", found) == [record]
                assert office.user("ben").call(model, "search", found) == []


def test_an_upgrade_keeps_everything(sandbox, staffed):
    database = sandbox.database("upgraded", staffed)
    # switched off, which deletes the parameter, and one lane fewer
    sql = sandbox.postgres.sql
    sql(database, "DELETE FROM ir_config_parameter WHERE key = 'mail_contact_sync.enabled'")
    sql(
        database,
        """DELETE FROM ir_model_data
           WHERE model = 'ir.config_parameter' AND name = 'mail_contact_sync_enabled'""",
    )
    sql(database, "UPDATE ir_cron SET active = false WHERE cron_name = 'E-mail sync: lane 2'")
    before = sorted(sql(database, _KEPT))
    assert {kind for kind, *_rest in before} == {
        *("setting", "lane", "account", "folder", "contact", "envelope", "match", "message")
    }
    sandbox.idle_odoo(database).run("Upgrading the add-on", "-u", NAME)
    assert sorted(sql(database, _KEPT)) == before


def test_shared_mail_stays_when_the_add_on_goes(removed):
    [(message, kind, internal)] = removed.sql(
        "SELECT id, message_type, is_internal FROM mail_message WHERE subject = 'shared'"
    )
    assert (kind, internal) == ("comment", True)
    [read] = removed.user("ben").call("mail.message", "read", [message], ["body", "attachment_ids"])
    assert "This is shared" in read["body"]
    [file] = removed.user("ben").call("ir.attachment", "read", read["attachment_ids"], ["name"])
    assert file["name"] == "shared.pdf"


def test_shared_mail_stays_closed_to_portal_users_when_the_add_on_goes(removed):
    pia = Client(removed.odoo.url, removed.database, "pia", "pia")
    [(message, company, file)] = removed.sql(
        """SELECT message.id, message.res_id, file.attachment_id FROM mail_message message
           JOIN message_attachment_rel file ON file.message_id = message.id
           WHERE subject = 'shared'"""
    )
    chatter = [("model", "=", "res.partner"), ("res_id", "=", company)]
    [found] = pia.call("mail.message", "search_read", chatter, ["body"])
    assert "For all to read" in found["body"]
    with pytest.raises(RpcError):
        pia.call("mail.message", "read", [message], ["body"])
    with pytest.raises(RpcError):
        pia.call("ir.attachment", "read", [file], ["name"])


def test_private_mail_and_its_files_go_when_the_add_on_goes(removed):
    assert messages(removed) == {"shared"}
    files = removed.sql("SELECT name FROM ir_attachment WHERE name LIKE %s", "%.pdf")
    assert files == [("shared.pdf",)]
    assert removed.sql("SELECT subject FROM mail_scheduled_message") == [("shared",)]


def test_what_waits_is_sent_by_nobody_else_when_the_add_on_goes(removed):
    [(message,)] = removed.sql("SELECT id FROM mail_message WHERE subject = 'waiting'")
    assert removed.sql("SELECT 1 FROM mail_mail WHERE mail_message_id = %s", message) == []
    [(status, reason)] = removed.sql(
        """SELECT notification_status, failure_reason FROM mail_notification
           WHERE mail_message_id = %s""",
        message,
    )
    assert status == "exception" and reason.startswith("It was not sent: ")


def test_nothing_else_of_the_add_on_stays_when_it_goes(removed):
    for query in (_SCHEMA, _RECORDS):
        stock = set(removed.postgres.sql(STOCK, query))
        assert set(removed.sql(query)) - stock == set()


def test_the_key_of_all_databases_stays_when_the_add_on_leaves_one(sandbox, removed):
    assert removed.database != STOCK
    assert (sandbox.data / KEY_FILE).exists()


def test_odoo_goes_on_when_the_add_on_goes(removed):
    [contact] = removed.add_contacts([{"name": "New", "email": "new@customer.example"}])
    removed.user("anna").call("res.partner", "message_post", contact, body="Hello")
    removed.user("anna").call("res.partner", "unlink", [contact])
