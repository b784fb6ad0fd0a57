# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How each mail client writes MIME."""

from .apple import AppleMail, IPhone
from .base import Client, base_subject
from .gmail import Gmail
from .machine import Newsletter, Notice
from .outlook import Outlook, OutlookMobile
from .plain import Plain
from .thunderbird import Thunderbird
from .unusual import Inviter, Portal, Postmaster, Signed

#: By the name that ``Person.client`` holds.
CLIENTS: dict[str, Client] = {
    "apple": AppleMail(),
    "gmail": Gmail(),
    "inviter": Inviter(),
    "iphone": IPhone(),
    "newsletter": Newsletter(),
    "notice": Notice(),
    "outlook": Outlook(),
    "outlook-mobile": OutlookMobile(),
    "plain": Plain(),
    "portal": Portal(),
    "postmaster": Postmaster(),
    "signed": Signed(),
    "thunderbird": Thunderbird(),
}

__all__ = ["CLIENTS", "Client", "base_subject"]
