# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A salesperson's half-year of mail, made up anew at each call and always the same.

It is the ground truth of the demonstration and of the system tests.
"""

from .mailbox import DemoMailbox, generate
from .message import Message

__all__ = ["DemoMailbox", "Message", "generate"]
