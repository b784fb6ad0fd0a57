# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
# pylint: disable=invalid-commit
# What stands in the mailbox cannot be rolled back.
import logging

from odoo import api, models

from ..connectors.base import ConnectorError, TemporaryError

_logger = logging.getLogger(__name__)


class MailSyncFiling(models.AbstractModel):
    """Copies in Sent of what was written here, where the provider does not keep one by itself.

    Done by the holder of the account's lease, so never by two at once.  What was filed and not
    yet noted so is found there the next time, and not filed again.
    """

    _name = "mail.sync.filing"
    _description = "Copies of Sent E-mails"

    @api.model
    def _file(self, account, connector):
        """Commits after each.  Trouble with the connection ends the run, as always."""
        for mail in self._unfiled(account):
            try:
                connector.file_sent(mail._sync_compose())
            except TemporaryError:
                raise
            except ConnectorError as error:
                # It was sent, and stands in the chatter: nothing that the user has to mend.
                _logger.info("Mail %s: no copy in Sent: %s", mail.id, error.reason)
            mail.unlink()
            self.env.cr.commit()

    @api.model
    def _file_only(self, account):
        """For a mailbox from which is only sent; one that cannot be opened goes without copies."""
        try:
            with account._connector() as connector:
                self._file(account, connector)
        except TemporaryError:
            raise
        except ConnectorError as error:
            _logger.info("Mailbox %s: no copies in Sent: %s", account.id, error.reason)
            self._unfiled(account).unlink()
            self.env.cr.commit()

    @api.model
    def _unfiled(self, account):
        # sudo: the mails are the engine's
        mails = self.env["mail.mail"].sudo()
        return mails.search([("sync_account_id", "=", account.id), ("sync_unfiled", "=", True)])
