# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What ``./bench`` runs; README.md tells how to read what it prints.

prose, workload     the messages of the mailbox
mailboxes           the mailbox on a Dovecot, copied for each who reads it
worker              an Odoo process that is told what to do
lab                 the servers, the mailbox and the workers of one run
peers               mbsync, Odoo's fetchmail, a bare header fetch
ours                the add-on at work on a mailbox
index, whole, create, past, memory, chatter     one measurement each: ``measure(lab)``
report              the table
"""
