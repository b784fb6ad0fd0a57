# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A double of Exchange Web Services, for the tests and the demo: there is no Exchange to be had.

It does what Microsoft documents of the operations that the connector uses, over real HTTP with
real NTLM or Basic, and holds whatever it says and hears against Microsoft's schema where that is
at hand (see ``schema``).  From the bottom:

    schema                  Microsoft's XSD, which is not ours to pass on
    soap                    elements, envelopes, faults
    store                   users, mailboxes, folders, items, and the log of their changes
    properties              what is told of an item or a folder
    restriction             what FindItem looks for
    operations              what each operation does
    autodiscover            the other service
    login                   Basic and NTLM, server side
    server                  all of that on a port of loopback, with a recorder and faults on demand
"""

from .server import EwsServer
from .store import Directory, User

__all__ = ["Directory", "EwsServer", "User"]
