# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mailbox that is removed while the workers that do so are killed: nothing else changes."""

import random
import time

import pytest

from dev.image import INSTALLED

from .lanes import Lanes
from .mailbox import Mailbox, numbered
from .office import Office

MAIL = numbered(*range(1_200))
OURS = numbered(*range(0, 1_200, 3))
KILLS = 8
_LEFT = """
    SELECT 'account' FROM mail_sync_account WHERE id = %(account)s
    UNION ALL SELECT 'folder' FROM mail_sync_folder WHERE account_id = %(account)s
    UNION ALL SELECT 'envelope' FROM mail_sync_envelope WHERE account_id = %(account)s
    UNION ALL SELECT 'match' FROM mail_sync_match WHERE account_id = %(account)s
"""
_READERS = """
    SELECT subject, sync_access, string_agg(login, ' ' ORDER BY login) FROM mail_message message
    LEFT JOIN mail_message_sync_user_rel reader ON reader.message_id = message.id
    LEFT JOIN res_users owner ON owner.id = reader.user_id
    WHERE message.model = 'res.partner' AND sync_access IS NOT NULL GROUP BY message.id
"""


@pytest.fixture(scope="module")
def read(sandbox, dovecot, addresses):
    """A database with Anna's mailbox, to which Ben's has a third of the mails, too."""
    with Office(sandbox, dovecot, INSTALLED, cron_threads=2) as office:
        office.hire(("anna", "Anna", "anna@ours.example"), ("ben", "Ben", "ben@ours.example"))
        hers, his = (Mailbox(office, next(addresses), login) for login in ("anna", "ben"))
        for box, subjects in ((hers, MAIL), (his, OURS)):
            folder = dovecot.maildir(box.address) / "cur"
            folder.mkdir(parents=True, exist_ok=True)
            for number, subject in enumerate(subjects):
                (folder / f"{number}.M0.here:2,S").write_bytes(hers.letter(subject))
            dovecot.own()
            box.connect()
            office.rest()
    return office.database, hers.account


@pytest.mark.parametrize("mails", ["keep", "remove"])
def test_a_removal_goes_on_where_it_was_killed(sandbox, dovecot, read, mails):
    template, account = read
    ours = "ben" if mails == "remove" else "anna ben"
    alone = [] if mails == "remove" else sorted(set(MAIL) - set(OURS))
    readers = [(subject, "private", "anna") for subject in alone]
    readers += [(subject, "private", ours) for subject in OURS]
    with Office(sandbox, dovecot, template, cron_threads=0) as going:
        anna, ben = going.user("anna"), going.user("ben")
        for client in (anna, ben):
            [mine] = client.call("mail.sync.account", "search", [("user_id", "=", client.uid)])
            client.call("mail.sync.account", "write", [mine], {"visibility": "private"})
        values = {"account_id": account, "mails": mails}
        wizard = anna.call("mail.sync.remove", "create", values)
        anna.call("mail.sync.remove", "action_remove", [wizard])
    office = Office(sandbox, dovecot, going.database)
    instants = random.Random(mails)
    kills = 0
    with Lanes(office.odoo) as lanes:
        # A run may end before its instant has come, so that one removal may see few kills or none.
        while kills < KILLS:
            office.postgres.drop(office.database)
            office.postgres.copy(going.database, office.database)
            while left(office, account):
                run = lanes.start()
                if kills < KILLS:
                    time.sleep(instants.uniform(0, 0.25))
                    kills += lanes.kill(run)
                else:
                    lanes.wait(run)
            assert sorted(office.sql(_READERS)) == sorted(readers)


def left(office: Office, account: int) -> list[tuple]:
    connection = office.postgres.connect(office.database)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_LEFT, {"account": account})
            return cursor.fetchall()
    finally:
        connection.close()
