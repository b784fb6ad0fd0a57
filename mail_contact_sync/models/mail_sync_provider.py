# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from odoo import api, models

from ..connectors.base import Connector


class MailSyncProvider(models.AbstractModel):
    """What differs between providers.  Each has a model ``mail.sync.provider.<key>``, with _ for -.

    A new one is that model, its connector, and its row in the account's ``provider``.
    """

    _name = "mail.sync.provider"
    _description = "E-mail Provider"

    #: Its row in the account's ``provider``.
    _key = ""
    #: What users choose in the dialog: several providers may be ways to one service, which has a
    #: model ``mail.sync.provider.<service>``, too.
    _service = ""
    #: Where it is offered among the services.
    _rank = 0
    #: Whether users sign in on its own page, see ``mail.sync.provider.consent``.
    _signs_in = False
    #: Whether a user may name another mailbox than her own.
    _opens_others = False
    #: Whether its connector ``searches``.
    _searches = False
    #: Whether its mailboxes can be read by IMAP with a password, too.
    _takes_passwords = True
    #: Whether it keeps a copy in Sent of what it sends, or we have to.
    _files_sent = True
    #: Messages that it lets a mailbox send, in a minute and in a day.
    _most_sent = (30, 500)
    #: The system parameter that holds the encrypted secret of our app there.
    _app_secret = ""

    @api.model
    def _of(self, key: str):
        return self.env[f"mail.sync.provider.{key.replace('-', '_')}"]

    @api.model
    def _keys(self) -> list[str]:
        return self.env["mail.sync.account"]._fields["provider"].get_values(self.env)

    @api.model
    def _services(self) -> list[str]:
        """What there is to choose, in the order in which it is offered."""
        services = dict.fromkeys(self._of(key)._service for key in self._keys())
        return sorted(services, key=lambda service: (self._of(service)._rank, service))

    @api.model
    def _chosen(self):
        """The provider of new accounts of this service."""
        return self

    @api.model
    def _label(self) -> str:
        """The service, as users know it."""
        field = self.env["mail.sync.account"]._fields["provider"]
        return dict(field._description_selection(self.env))[self._service]

    @api.model
    def _searching_keys(self) -> list[str]:
        return [key for key in self._keys() if self._of(key)._searches]

    @api.model
    def _app_secrets(self) -> list[str]:
        return [secret for key in self._services() if (secret := self._of(key)._app_secret)]

    @api.model
    def _missing(self) -> str:
        """What an administrator has to set up before anybody can connect, in words."""
        return ""

    @api.model
    def _incomplete(self, account) -> str:
        """What its owner has to do before the account can be connected, in words."""
        return ""

    @api.model
    def _server_name(self, account) -> str:
        """Who is at the other end, for the sentences about what went wrong.

        Here and for the sentences, the dialog stands in for an account that is not there yet.
        """
        return account.host or ""

    @api.model
    def _sentences(self, account) -> dict[str, str]:
        """Sentences by reason that are other ones with this provider."""
        return {}

    @api.model
    def _connector(self, account) -> Connector:
        """A connector that is not yet connected; raise ``KeyLost``."""
        raise NotImplementedError

    @api.model
    def _can_send(self, account) -> bool:
        """Whether the account was set up, and consented to, for sending."""
        return False

    @api.model
    def _sender(self, account) -> AbstractContextManager:
        """What connects on enter and then has ``Connector.send``; raise ``KeyLost``."""
        return self._connector(account)

    @api.model
    @contextmanager
    def _metered(self, account, connector: Connector) -> Iterator[None]:
        """Around all that is asked of ``connector``, which is not yet connected."""
        yield

    @api.model
    def _sign_off(self, account):
        """Tell the provider that we do not come back, where it can be told."""
