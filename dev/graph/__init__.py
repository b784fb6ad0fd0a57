# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A double of Microsoft 365's mail, for the tests and the demo: consent by the emulator, Graph by
what Microsoft publishes of it, over real HTTP.  From the bottom:

    metadata.xml            Microsoft's own metadata, the part that is about mail
    schema                  that, as a judge of paths and of answers
    query                   what a request may ask for, by the metadata and the documentation
    store                   mailboxes, folders, messages, and the log of their changes
    resources               a folder or a message as JSON
    mail                    what each request does
    consent                 the emulator of Entra, and what it lacks
    service                 Graph's answers, with a recorder and faults on demand
    server                  all of that on a port of loopback
"""

from .consent import CLIENT_ID, CLIENT_SECRET
from .server import Microsoft
from .store import GraphMailbox

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "GraphMailbox", "Microsoft"]
