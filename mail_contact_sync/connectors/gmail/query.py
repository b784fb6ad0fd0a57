# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Searches in Gmail's language: https://support.google.com/mail/answer/7190

What a search finds are candidates.  Gmail compares words, split at whatever is no letter,
digit or underscore, and knows no operator for Reply-To.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

#: Characters of one query.  Google names no limit, and searches beyond it are said to find
#: nothing, without a word.  So this is short: some dozen addresses.
MAX_QUERY = 1500

#: Also decided by the labels of what is found.
_LEFT_OUT = "-in:spam -in:trash -in:drafts -in:chats"
_OPERATORS = ("from", "to", "cc", "bcc")
#: What needs no quotes: it means nothing else in a query.
_PLAIN = re.compile(r"[a-z0-9][a-z0-9._+-]*@[a-z0-9][a-z0-9.-]*")


def query(addresses: Iterable[str], since: datetime) -> str:
    """Mail from or to any of ``addresses``, received from ``since`` on."""
    terms = " ".join(map(_terms, addresses))
    # Seconds, as a date would be midnight in California.  "after" leaves out the moment itself.
    return f"{{{terms}}} after:{int(since.timestamp()) - 1} {_LEFT_OUT}"


def groups(addresses: Iterable[str]) -> Iterator[list[str]]:
    """``addresses``, each once, as many together as fit into one query."""
    allowance = MAX_QUERY - len(f"{{}} after:-{10**12} {_LEFT_OUT}")
    group, length = [], 0
    for address in dict.fromkeys(addresses):
        terms = len(_terms(address)) + 1
        if group and length + terms > allowance:
            yield group
            group, length = [], 0
        group.append(address)
        length += terms
    if group:
        yield group


def _terms(address: str) -> str:
    address = address.lower()
    if not _PLAIN.fullmatch(address):
        # A phrase.  Its words are compared, and nothing in it is an operator.
        address = '"' + " ".join(re.sub(r'["\\\s]+', " ", address).split()) + '"'
    return " ".join(f"{operator}:{address}" for operator in _OPERATORS)
