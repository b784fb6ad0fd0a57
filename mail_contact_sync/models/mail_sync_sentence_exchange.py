# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..connectors import reasons


class MailSyncSentence(models.AbstractModel):
    """What only an Exchange server says, or where one is looked for."""

    _inherit = "mail.sync.sentence"

    @api.model
    def _sentences(self, host: str, port: int, detail: str = "") -> dict[str, str]:
        _ = self.env._
        return super()._sentences(host, port, detail) | {
            reasons.AUTODISCOVER_FAILED: _(
                "The Exchange server of this address could not be found. Please enter it: your "
                "administrator knows its name, and Outlook on the web has it in its address."
            ),
            reasons.AUTODISCOVER_ELSEWHERE: _(
                "This address is said to be at %s, which belongs to somebody else. If that is "
                "the server of your organisation, enter it, and go on.",
                detail,
            ),
            reasons.CERTIFICATE_UNREADABLE: _(
                "The certificate that was entered cannot be read. It begins with "
                "-----BEGIN CERTIFICATE----- and is entered whole."
            ),
            reasons.KERBEROS_ONLY: _(
                "The server %s lets in only who has logged in to Windows (Kerberos), which Odoo "
                "cannot. Please ask its administrator to allow NTLM or Basic for Exchange Web "
                "Services.",
                host,
            ),
            reasons.LOGIN_NOT_OFFERED: _(
                "The server %s does not offer this way to log in. Please choose another login "
                "method, or ask its administrator.",
                host,
            ),
            reasons.SERVER_TOO_OLD: _(
                "The server %s is too old: Odoo needs Exchange 2010 with Service Pack 2, or later.",
                host,
            ),
            reasons.SYNC_STATE_INVALID: _(
                "The server %s keeps losing count of what has been read, so this mailbox cannot "
                "be followed. Please tell its administrator.",
                host,
            ),
        }
