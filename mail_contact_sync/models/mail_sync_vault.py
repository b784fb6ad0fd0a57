# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import secrets
from contextlib import suppress

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import config

from ..keys import Keys
from ..vault import KeyInvalid, KeyLost, Vault

INDEX_SECRET = "mail_contact_sync.index_secret"


class MailSyncVault(models.AbstractModel):
    """What is encrypted, and the secret under which the index is hashed.

    The index secret stands in the database, encrypted: it outlives a change of
    the vault's key, while a database without its key has an index that nobody
    can ask anything.
    """

    _name = "mail.sync.vault"
    _description = "Mailbox Secrets"

    @api.model
    def _open(self) -> Vault:
        return Vault.open(config["data_dir"])

    @api.model
    def _parameters(self):
        # sudo: the secret serves whoever makes a contact; it is encrypted, and handed to nobody
        return self.env["ir.config_parameter"].sudo()

    @api.model
    def _keys(self) -> Keys:
        """Raise ``KeyLost`` where the database came here without its key."""
        token = self._parameters().get_param(INDEX_SECRET)
        if not token:
            return self._new_keys()
        return Keys(bytes.fromhex(self._open().decrypt(token)))

    @api.model
    def _new_keys(self) -> Keys:
        secret = secrets.token_bytes(32)
        self._parameters().set_param(INDEX_SECRET, self._open().encrypt(secret.hex()))
        return Keys(secret)

    @api.model
    def _ensure_keys(self) -> Keys:
        """The keys; where they are lost, new ones, and the index begins anew."""
        try:
            return self._keys()
        except KeyInvalid as error:
            raise UserError(
                self.env._(
                    "The key of this server for passwords cannot be used. "
                    "Please tell your administrator: %s",
                    error,
                )
            ) from error
        except KeyLost:
            keys = self._new_keys()
            # sudo: whoever is the first to enter her password, the index is everybody's
            self.env["mail.sync.match"].sudo()._rekey(keys)
            self.env["mail.sync.past"].sudo()._rekey(keys)
            self.env["mail.sync.contact.key"].sudo()._rebuild()
            every = self.env["mail.sync.account"].sudo().search([])  # pylint: disable=no-search-all
            every._forget_index()
            return keys

    @api.autovacuum
    def _rotate(self):
        """Encrypt with the first key what an older one encrypted: a day later that may go."""
        vault = self._open()
        parameters = self._parameters()
        # sudo: everybody's, by the scheduled action
        accounts = self.env["mail.sync.account"].sudo().search([("secret", "!=", False)])
        for name in (INDEX_SECRET, *self.env["mail.sync.provider"]._app_secrets()):
            if token := parameters.get_param(name):
                with suppress(KeyLost):  # it is asked for, too
                    parameters.set_param(name, vault.rotate(token))
        for account in accounts:
            try:
                secret = vault.rotate(account.secret)
            except KeyLost:
                continue  # its owner is asked for the password
            if secret != account.secret:
                account.secret = secret
