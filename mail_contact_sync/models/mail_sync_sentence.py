# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class MailSyncSentence(models.AbstractModel):
    """What went wrong, in the user's words: one sentence and what to do next.

    The connectors name a reason, this is the only place that words it.
    """

    _name = "mail.sync.sentence"
    _description = "Sentences about Mailboxes"

    @api.model
    def _of(self, account) -> str:
        return self._sentences(account).get(account.error_reason) or self.env._(
            "Something unexpected happened while reading this mailbox. "
            "It is tried again by itself; if this stays, please tell your administrator."
        )

    @api.model
    def _sentences(self, account) -> dict[str, str]:
        _ = self.env._
        host = account.host or ""
        return {
            "bad-credentials": _(
                "The server %s does not accept this user name and password. "
                "Enter them again; some providers want an app password here.",
                host,
            ),
            "app-password-needed": _(
                "The server %s wants an app password instead of your usual one. "
                "Make one in the security settings of your e-mail provider and enter it here.",
                host,
            ),
            "account-disabled": _(
                "The server %s says that this mailbox is locked or expired. "
                "Please ask your e-mail provider.",
                host,
            ),
            "imap-disabled": _(
                "IMAP is switched off for this mailbox. "
                "Switch it on in the settings of your e-mail provider, then reconnect."
            ),
            "login-disabled": _(
                "The server %s accepts no password on this connection. "
                "Choose SSL/TLS or STARTTLS as security.",
                host,
            ),
            "host-unknown": _("There is no server named %s. Please check the name.", host),
            "connection-refused": _(
                "The server %(host)s does not answer on port %(port)s. "
                "Please check the server and the port.",
                host=host,
                port=account.port,
            ),
            "connection-timeout": _(
                "The server %s does not answer. Please check the server and the port.", host
            ),
            "certificate": _(
                "The certificate of %s cannot be trusted, so no password was sent. "
                "Please check the server's name or ask its administrator.",
                host,
            ),
            "tls": _(
                "No secure connection to %s could be made. "
                "Please check the port and the security setting.",
                host,
            ),
            "plain-not-allowed": _(
                "Without encryption the password could be read by others, so this is "
                "possible only on this machine. Choose SSL/TLS or STARTTLS."
            ),
            "not-imap": _(
                "What answers at %(host)s, port %(port)s, is not an IMAP server.",
                host=host,
                port=account.port,
            ),
            "too-many-connections": _(
                "The server %s allows no further connection to this mailbox at the moment.", host
            ),
            "mailbox-locked": _("The mailbox is in use by another program at the moment."),
            "throttled": _("The server %s asks for a pause.", host),
            "cursor-expired": _(
                "The server %s keeps renumbering this mailbox, so it cannot be followed. "
                "Please tell its administrator.",
                host,
            ),
            "key-lost": _(
                "This database was moved without the key that opens its passwords. "
                "Please enter the password again."
            ),
        }

    @api.model
    def _of_message(self, reason: str) -> str:
        _ = self.env._
        return {
            "message-gone": _("It is no longer in the mailbox."),
            "not-fetchable": _("The server did not hand it out."),
            "not-postable": _("Odoo could not store it."),
        }.get(reason, reason)
