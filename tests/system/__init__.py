# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The add-on in a real Odoo server, on a real PostgreSQL, with mailboxes on a real Dovecot.

Nothing of Odoo is imported here: what the tests do goes over RPC, IMAP or LMTP, or in a browser,
and what they see stands in the database.

    office      a company's database, server and mailboxes
    mailbox     one mailbox, its account, its customer
    lanes       worker processes apart from the server, to be run and killed at will
    interrupt   something that happens in the midst of a conversation with a mail server
    demo        the demo mailbox, synchronised, and what must have come of it
"""
