# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os
from unittest.mock import patch

from cryptography.fernet import Fernet

from ..vault import ENVIRONMENT
from .common import SyncCase

PASSWORD = "correct horse"


class LostKeyCase(SyncCase):
    """The database is restored elsewhere, without the key."""

    def setUp(self):
        super().setUp()
        self.enterContext(patch.dict(os.environ))
        self.arrive(self.mail(subject="One", days=3))
        self.arrive(self.mail(subject="Two", days=2, message_id=None))
        self.other, self.other_mailbox = self._second_account(self.ben)
        self.arrive(self.mail(subject="One", days=3), mailbox=self.other_mailbox)
        self.arrive(self.mail(subject="Three", to="ben@ours.test"), mailbox=self.other_mailbox)
        self.sync()
        self.before = self.synced()
        self.assertEqual(len(self.before), 3)
        # As the real one, a connector is made with the password.
        connectors = self.connectors
        self.startPatcher(
            patch.object(
                type(self.account),
                "_connector",
                lambda account: account._password() and connectors[account.sudo(True)],
            )
        )

    def lose(self):
        os.environ[ENVIRONMENT] = Fernet.generate_key().decode()

    def revive(self, account):
        account = account.with_user(account.user_id)
        account.password = PASSWORD
        account.action_connect()
        self.sync()
