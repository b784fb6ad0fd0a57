# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""To whom a message goes that names its recipients itself, as it does where an API sends it."""

from email.message import Message
from email.utils import getaddresses


def recipients(message: Message) -> list[str]:
    """The addresses of To, Cc and Bcc in lower case, each once."""
    fields = [value for name in ("To", "Cc", "Bcc") for value in message.get_all(name, [])]
    named = (address.lower() for _name, address in getaddresses(map(str, fields)))
    return list(dict.fromkeys(address for address in named if "@" in address))
