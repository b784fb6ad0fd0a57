# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The prose of the demo mail, kept in text files, and its blanks filled in.

A conversation begins with ``=== subject``, each letter in it with ``--- role``,
the files it carries (``+quote``) and, where it must not come at once, the days
since the letter before (``@16``).  ``### Name <address> more`` says in whose
hand the rest of the file is.  ``{blank}`` is filled in; of ``[[a|b]]`` one is
chosen.  A bulletin is a line ``headline | text``.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parseaddr
from pathlib import Path
from random import Random

from .locale import LOCALES, format_date

_TEXTS = Path(__file__).parent / "texts"
_CATALOGUE = json.loads((_TEXTS / "catalogue.json").read_text("utf-8"))


@dataclass(slots=True)
class Turn:
    """One letter of a conversation; ``days`` since the one before, 0 for office pace."""

    role: str
    files: list[str]
    days: int
    text: str = ""


@dataclass(slots=True)
class Sender:
    """A line ``### Name <address> more``, and what stands below it."""

    name: str
    email: str
    more: list[str]
    scripts: list["Script"] = field(default_factory=list)
    bulletins: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Script:
    """A conversation, its blanks not yet filled in."""

    subject: str
    turns: list[Turn] = field(default_factory=list)


def read(name: str) -> list[Sender]:
    """A text file; what stands above the first ``###`` belongs to a nameless sender."""
    senders = [Sender("", "", [])]
    for line in (_TEXTS / f"{name}.txt").read_text("utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "###":
            person, _, more = rest.partition(">")
            senders.append(Sender(*parseaddr(person + ">"), more.split()))
        elif mark == "===":
            senders[-1].scripts.append(Script(rest))
        elif mark == "---":
            role, *marks = rest.split()
            files = [word[1:] for word in marks if word[0] == "+"]
            days = sum(int(word[1:]) for word in marks if word[0] == "@")
            senders[-1].scripts[-1].turns.append(Turn(role, files, days))
        elif senders[-1].scripts:
            senders[-1].scripts[-1].turns[-1].text += line + "\n"
        elif line:
            head, _, text = line.partition(" | ")
            senders[-1].bulletins.append((head, text))
    return senders


def scripts(name: str) -> list[Script]:
    """The conversations of a text file that names no senders."""
    return read(name)[0].scripts


def choose(text: str, rng: Random) -> str:
    """``text`` with one of each ``[[a|b]]``."""
    return re.sub(r"\[\[(.*?)\]\]", lambda match: rng.choice(match[1].split("|")), text)


def _money(euro: float, lang: str) -> str:
    money = _CATALOGUE["money"][lang]
    marks = str.maketrans(",.", money["marks"])
    return money["pattern"].format(euro * money["rate"]).translate(marks)


def business(lang: str, rng: Random) -> dict[str, str]:
    """What one conversation is about: goods, prices that add up, numbers, places.

    ``goods`` is in English whatever the language.
    """
    product = rng.choice(_CATALOGUE["products"])
    quantity = rng.randint(2, 9)
    service = rng.choice((640, 780, 890, 1150))
    total = quantity * product["euro"]
    return {
        "product": product[lang],
        "pallet": next(p[lang] for p in _CATALOGUE["products"] if "pallet" in p["en"]),
        "goods": f"{quantity} x {product['en']}, {_money(total, 'en')} net",
        "qty": str(quantity),
        "yearly": str(5 * quantity),
        "price": _money(product["euro"], lang),
        "total": _money(total, lang),
        "less": _money(total * 0.94, lang),
        "service": _money(service, lang),
        "grand": _money(total + service, lang),
        "card": _money(rng.choice((95, 145, 185)), lang),
        "quote": f"Q-{rng.randint(24000, 25999)}",
        "order": f"45{rng.randint(10000000, 99999999)}",
        "invoice": f"R{rng.randint(206000, 207999)}",
        "serial": f"SN{rng.randint(30000, 49999)}",
        "n": str(rng.randint(1000, 9999)),
        "engineer": rng.choice(_CATALOGUE["engineers"]),
    }


def _workday(moment: datetime) -> datetime:
    return moment + timedelta(days=max(0, 7 - moment.weekday()) if moment.weekday() > 4 else 0)


def dates(lang: str, start: datetime, turns: int) -> dict[str, str]:
    """The days a conversation of so many turns speaks of; ``appointment`` is day2 in ISO form."""
    day = _workday(start + timedelta(days=4 + turns))
    return {
        "day": format_date("day", lang, day),
        "monday": format_date("day", lang, day + timedelta(days=(7 - day.weekday()) % 7)),
        "day2": format_date("day", lang, _workday(day + timedelta(days=2))),
        "weekday": LOCALES[lang]["days"][(start.weekday() - 2) % 5],
        "appointment": _workday(day + timedelta(days=2)).replace(hour=10, minute=0).isoformat(),
    }


def file_title(kind: str, lang: str, blanks: dict[str, str]) -> str:
    """What a file of this kind is called in ``lang``."""
    return _CATALOGUE["files"][kind][lang].format(**blanks)
