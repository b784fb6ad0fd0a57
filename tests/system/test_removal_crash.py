# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A mailbox that is removed while the workers that do so are killed: nothing else changes."""

import pytest

from dev.image import INSTALLED

from .lanes import Lanes, instants_within
from .mailbox import Mailbox, numbered
from .office import Office

MAIL = numbered(*range(1_200))
OURS = numbered(*range(0, 1_200, 3))
KILLS = 8
_LEFT = """
    SELECT 'account' FROM mail_sync_account WHERE id = %s
    UNION ALL SELECT 'folder' FROM mail_sync_folder WHERE account_id = %s
    UNION ALL SELECT 'envelope' FROM mail_sync_envelope WHERE account_id = %s
    UNION ALL SELECT 'match' FROM mail_sync_match WHERE account_id = %s
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
    kills, instants = 0, instants_within(0.25, seed=mails)
    with Lanes(office.odoo) as lanes:
        while kills < KILLS:
            office.postgres.drop(office.database)
            office.postgres.copy(going.database, office.database)
            kills += lanes.run_killed(lambda: is_gone(office, account), instants, KILLS - kills)
            assert sorted(office.sql(_READERS)) == sorted(readers)


def is_gone(office: Office, account: int) -> bool:
    return not office.sql(_LEFT, *4 * [account])
