# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools.misc import format_datetime

from ..connectors import reasons

# Reasons of our own, beside those of the connectors
KEY_LOST = "key-lost"
UNEXPECTED = "unexpected"
MESSAGE_GONE = "message-gone"
NOT_FETCHABLE = "not-fetchable"
NOT_POSTABLE = "not-postable"
WORKER_ENDED = "worker-ended"


class MailSyncSentence(models.AbstractModel):
    """What went wrong, in the user's words: one sentence and what to do next.

    The connectors name a reason, this is the only place that words it.
    """

    _name = "mail.sync.sentence"
    _description = "Sentences about Mailboxes"

    @api.model
    def _of(self, account) -> str:
        sentence = self._sentences(account).get(account.error_reason) or self.env._(
            "Something unexpected happened while reading this mailbox. "
            "If this stays, please tell your administrator."
        )
        if account.state == "active":
            since = format_datetime(self.env, account.failing_since, dt_format="short")
            sentence += " " + self.env._("Trying again by itself since %s.", since)
        return sentence

    @api.model
    def _sentences(self, account) -> dict[str, str]:
        _ = self.env._
        host, port = account.host or "", account.port
        return {
            reasons.HOST_UNKNOWN: _("There is no server named %s. Please check the name.", host),
            reasons.HOST_LOOKUP_FAILED: _("The server %s could not be looked up.", host),
            reasons.CONNECTION_REFUSED: _(
                "The server %(host)s does not answer on port %(port)s. "
                "Please check the server and the port.",
                host=host,
                port=port,
            ),
            reasons.CONNECTION_TIMEOUT: _("The server %s does not answer.", host),
            reasons.CONNECTION_FAILED: _("The server %s cannot be reached.", host),
            reasons.CONNECTION_DROPPED: _("The server %s broke off the connection.", host),
            reasons.CERTIFICATE: _(
                "The certificate of %s cannot be trusted, so no password was sent. "
                "Please check the server's name or ask its administrator.",
                host,
            ),
            reasons.TLS: _(
                "No secure connection to %s could be made. "
                "Please check the port and the security setting.",
                host,
            ),
            reasons.PLAIN_NOT_ALLOWED: _(
                "Without encryption others could read the password, so this is possible "
                "only with a server on this machine. Choose SSL/TLS or STARTTLS."
            ),
            reasons.ENCRYPTION_REQUIRED: _(
                "The server %s accepts no password on this connection. Choose SSL/TLS or STARTTLS.",
                host,
            ),
            reasons.BAD_CREDENTIALS: _(
                "The server %s does not accept this user name and password. "
                "Please enter them again; some providers want an app password here.",
                host,
            ),
            reasons.PASSWORD_EXPIRED: _(
                "The password of this mailbox has expired. "
                "Change it at your e-mail provider and enter the new one here."
            ),
            reasons.APP_PASSWORD_NEEDED: _(
                "The server %s wants an app password instead of your usual one. "
                "Make one in the security settings of your e-mail provider and enter it here.",
                host,
            ),
            reasons.PASSWORD_LOGIN_DISABLED: _(
                "The server %s accepts no passwords any more, only a sign-in at the provider.",
                host,
            ),
            reasons.WEB_LOGIN_NEEDED: _(
                "Your e-mail provider wants you to sign in on its website once. Then reconnect."
            ),
            reasons.NOT_AUTHORISED: _(
                "The server %s does not let this user open the mailbox.", host
            ),
            reasons.IMAP_DISABLED: _(
                "IMAP is switched off for this mailbox. "
                "Switch it on in the settings of your e-mail provider, then reconnect."
            ),
            reasons.CONTACT_ADMIN: _(
                "The server %s says that this mailbox is locked. Please ask its administrator.",
                host,
            ),
            reasons.TOO_MANY_CONNECTIONS: _(
                "The server %s allows no further connection to this mailbox at the moment.", host
            ),
            reasons.RATE_LIMIT: _("The server %s asks for a pause.", host),
            reasons.MAILBOX_LOCKED: _("The mailbox is in use by another program at the moment."),
            reasons.SERVER_UNAVAILABLE: _("The server %s is not available at the moment.", host),
            reasons.SERVER_REFUSED: _("The server %s refused to work.", host),
            reasons.WRONG_PROTOCOL: _(
                "What answers at %(host)s, port %(port)s, is not an IMAP server.",
                host=host,
                port=port,
            ),
            reasons.PROTOCOL_ERROR: _("The server %s gave an answer that makes no sense.", host),
            reasons.UIDS_UNSUPPORTED: _(
                "The server %s does not number its messages, so the mailbox cannot be followed.",
                host,
            ),
            reasons.FOLDER_RENUMBERED: _(
                "The server %s keeps renumbering this mailbox, so it cannot be followed. "
                "Please tell its administrator.",
                host,
            ),
            KEY_LOST: _(
                "This database was moved without the key that opens its passwords. "
                "Please enter the password again."
            ),
        }

    @api.model
    def _of_message(self, reason: str) -> str:
        _ = self.env._
        return {
            MESSAGE_GONE: _("It is no longer in the mailbox."),
            NOT_FETCHABLE: _("The server did not hand it out."),
            NOT_POSTABLE: _("Odoo could not store it."),
            WORKER_ENDED: _("Odoo was interrupted each time it read it."),
        }.get(reason, reason)
