# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools.misc import format_datetime

from ..connectors import reasons
from ..connectors.discovery.settings import (
    APP_PASSWORD,
    APP_PASSWORD_WITH_2FA,
    ENABLE_IMAP,
    NOT_POSSIBLE,
    SIGN_IN,
    SIGN_IN_OR_APP_PASSWORD,
    Found,
)

# Reasons of our own, beside those of the connectors
KEY_LOST = "key-lost"
UNEXPECTED = "unexpected"
OWNER_LEFT = "owner-left"
HANDED_OVER = "handed-over"
MESSAGE_GONE = "message-gone"
NOT_FETCHABLE = "not-fetchable"
NOT_POSTABLE = "not-postable"
WORKER_ENDED = "worker-ended"
CHANGED = "changed"


class MailSyncSentence(models.AbstractModel):
    """What went wrong, in the user's words: one sentence and what to do next.

    The connectors name a reason, this is the only place that words it.
    """

    _name = "mail.sync.sentence"
    _description = "Sentences about Mailboxes"

    @api.model
    def _of(self, account) -> str:
        owner = account.user_id
        if account.error_reason == HANDED_OVER and owner != self.env.user:
            return self.env._("It was handed over to %s, who has to reconnect it.", owner.name)
        provider = account._provider()
        sentence = self._at(
            provider, account, account.error_reason, account.port, account.error_detail or ""
        )
        if account.state == "active":
            since = format_datetime(self.env, account.failing_since, dt_format="short")
            sentence += " " + self.env._("Trying again by itself since %s.", since)
        return sentence

    @api.model
    def _at(self, provider, record, reason: str, port: int, detail: str) -> str:
        """What went wrong at ``provider``, with an account or with the dialog for one."""
        return provider._sentences(record).get(reason) or self._of_reason(
            reason, provider._server_name(record), port, detail
        )

    @api.model
    def _of_reason(self, reason: str, host: str, port: int, detail: str = "") -> str:
        return self._sentences(host, port, detail).get(reason) or self.env._(
            "Something unexpected happened while reading this mailbox. "
            "If this stays, please tell your administrator."
        )

    @api.model
    def _sentences(self, host: str, port: int, detail: str = "") -> dict[str, str]:
        _ = self.env._
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
            reasons.HOST_NOT_ALLOWED: _(
                "The server %s is not on the public internet. An administrator can allow "
                "internal mail servers in the settings.",
                host,
            ),
            reasons.PORT_NOT_ALLOWED: _(
                "Port %s is not one that mailboxes are read from. The usual one is 993.", port
            ),
            reasons.NO_SETTINGS: _(
                "No settings were found for %s. Please check the address, or enter them: your "
                "e-mail provider names them on its help pages, and Outlook shows them, too.",
                host,
            ),
            reasons.POP3_ONLY: _(
                "This provider offers POP3 only. POP3 shows neither sent e-mails nor folders, so "
                "such a mailbox cannot be synced. Ask the provider for IMAP."
            ),
            reasons.NO_IMAP: _("This provider lets no other program read the mailbox."),
            OWNER_LEFT: _(
                "The owner of this mailbox works here no longer. Hand it over to a colleague, or "
                "remove it."
            ),
            HANDED_OVER: _(
                "This mailbox was handed over to you. Enter its password, and it goes on."
            ),
            KEY_LOST: _(
                "This database was moved without the key that opens its passwords. "
                "Please enter the password again."
            ),
        }

    @api.model
    def _advice(self, found: Found) -> str | bool:
        """What a provider's users have to do before a program may read their mail."""
        _ = self.env._
        name = found.name or found.address.rpartition("@")[2]
        return {
            APP_PASSWORD: _(
                "%s wants an app password here instead of your usual one. You make it in the "
                "security settings of your account there.",
                name,
            ),
            APP_PASSWORD_WITH_2FA: _(
                "If you log in to %s in two steps, it wants an app password here. You make it in "
                "the security settings of your account there.",
                name,
            ),
            ENABLE_IMAP: _(
                "%s lets other programs in only after you have switched on IMAP in the settings "
                "of its website.",
                name,
            ),
            SIGN_IN: _(
                "%s takes no passwords from other programs any more, only a sign-in on its own "
                "page. If that is not offered here, please ask your administrator for it.",
                name,
            ),
            SIGN_IN_OR_APP_PASSWORD: _(
                "%s wants an app password here instead of your usual one. You make it in the "
                "security settings of your account there.",
                name,
            ),
            NOT_POSSIBLE: _("%s lets no other program read the mailbox.", name),
        }.get(found.advice, False)

    @api.model
    def _of_message(self, reason: str) -> str:
        _ = self.env._
        return {
            MESSAGE_GONE: _("It is no longer in the mailbox."),
            NOT_FETCHABLE: _("The server did not hand it out."),
            NOT_POSTABLE: _("Odoo could not store it."),
            WORKER_ENDED: _("Odoo was interrupted each time it read it."),
        }.get(reason, reason)
