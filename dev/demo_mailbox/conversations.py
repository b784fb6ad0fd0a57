# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The half-year with the contacts: who talks with whom about what, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from . import attachments, images, scripts
from .clients import CLIENTS
from .clients.prose import signature
from .desk import Desk
from .letter import File, Written
from .locale import LOCALES
from .people import CONTACTS, FORWARDER, LABORATORY, LATE, Contact, Person

_LATIN = ("en", "de", "fr")
#: Conversations that are going on right now: who wrote last, minutes ago.
_RECENT = {
    "sabine.mueller@mueller-foerdertechnik.example": 6,
    "dale.whitcombe@fairweather-grain.example": 38,
    "khalid@waha-dates.example": 97,
    "helene@fromageries-delacroix.example": 171,
    "sato.misaki@minato-keiso.example": 640,
    "markus.kessler@kessler-logistik.example": 1510,
    "harriet.pym@pennine-dairy.example": 2890,
}
#: Script, cast and days since its last letter, of the talks among several.
_PROJECTS = (
    ("dale.whitcombe@fairweather-grain.example", ("r.achterberg@fairweather-grain.example",), 33),
    ("harriet.pym@pennine-dairy.example", ("office@ellwood-cheese.example",), 71),
    ("markus.kessler@kessler-logistik.example", ("petra.hofstetter@kessler-logistik.example",), 52),
    (
        "aoife@brannigan-oats.example",
        ("callum.macnair@highland-malt.example", "dale.whitcombe@fairweather-grain.example"),
        12,
    ),
)
FAIR = "Salons & événements"
MUELLER = "Kunden/Müller"


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation to be had.

    ``cast`` gives each role of the script, and "me"; others in it are in Cc
    all along.  ``ends`` is when its last letter is written, to the minute if
    ``live``, else within working hours; ``private`` is among friends, early or late.
    """

    script: scripts.Script
    cast: Mapping[str, Person]
    lang: str
    ends: datetime
    reason: str = ""
    private: bool = False
    live: bool = False
    folder: str = ""


def working_hours(moment: datetime, person: Person, private: bool = False) -> datetime:
    """The latest moment, not after ``moment``, at which ``person`` sits at the desk."""
    local = person.local_time(moment)
    first, last = (7, 22) if private else (8, 17)
    if local.hour < first:
        local = local.replace(hour=last - local.hour) - timedelta(days=1)
    elif local.hour > last:
        local = local.replace(hour=last - (local.hour - last) % 6)
    while local.weekday() > 4 and not private:
        local -= timedelta(days=1)
    return local


def _times(talk: Talk, rng: Random) -> list[datetime]:
    """When each letter is written, counted back from the last."""
    moment, times = talk.ends, []
    for turn in reversed(talk.script.turns):
        if times or not talk.live:
            moment = working_hours(moment, talk.cast[turn.role], talk.private)
        times.insert(0, moment)
        hours = rng.uniform(15, 26) if rng.random() < 0.25 else rng.uniform(0.3, 4)
        moment -= timedelta(hours=hours, days=turn.days)
    return times


def hold(desk: Desk, talk: Talk) -> None:
    """Write and file all letters of a conversation."""
    rng, me = desk.rng, desk.owner
    times = _times(talk, rng)
    blanks = scripts.business(talk.lang, rng)
    blanks |= scripts.dates(talk.lang, me.local_time(times[0]), len(times))
    blanks |= _names(talk, desk)
    subject, written = talk.script.subject.format(**blanks), None
    for index, (turn, when) in enumerate(zip(talk.script.turns, times, strict=True)):
        author = talk.cast[turn.role]
        if turn.role == "me" and not turn.files and len(turn.text) < 180 and rng.random() < 0.4:
            author = replace(author, client="iphone")
        text = scripts.choose(turn.text.strip(), rng).format(**blanks)
        to, cc = _recipients(talk, turn.role, written, rng)
        written = desk.write(
            author,
            to,
            CLIENTS[author.client].reply_subject(subject, author.lang) if written else subject,
            text + _closing(author, talk, rng),
            when,
            cc=cc,
            answers=written,
            files=_files(turn.files, author, blanks, talk, desk),
        )
        answered = any(later.role == "me" for later in talk.script.turns[index + 1 : index + 2])
        _file(desk, talk, written, answered)


def _names(talk: Talk, desk: Desk) -> dict[str, str]:
    """How the people of a talk call one another."""
    first = desk.owner.name.split()[0]
    formal = {"de": desk.owner.name, "ar": desk.owner.name, "ja": desk.owner.name.split()[-1]}
    them = talk.cast.get("them") or talk.cast.get("colleague") or desk.owner
    return {
        "me": first if talk.private else formal.get(talk.lang, first),
        "you": them.call or them.name.split()[0],
        "self": them.name.split()[0],
        "company": them.company,
        "city": getattr(them, "city", ""),
        "colleague_first": desk.colleague.name.split()[0],
        "other_first": talk.cast.get("other", them).name.split()[0],
    }


def _recipients(
    talk: Talk, role: str, answered: Written | None, rng: Random
) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """To: whom one answers, and the script's other roles; Cc: those who only listen."""
    speakers = {turn.role for turn in talk.script.turns} - {"colleague"}
    others = [name for name in talk.cast if name != role]
    counterpart = next(name for name in others if name in ("them", "me", "colleague"))
    first = talk.cast[counterpart]
    if answered and answered.letter.sender.key != talk.cast[role].key:
        first = answered.letter.sender
    to, cc = [first], []
    for name in others:
        person = talk.cast[name]
        if person.key != first.key:
            (to if name in speakers and rng.random() < 0.6 else cc).append(person)
    return tuple(to), tuple(cc)


def _closing(author: Person, talk: Talk, rng: Random) -> str:
    greeting = rng.choice(LOCALES[talk.lang]["closings"])
    if talk.private:
        return f"\n\n{author.call or author.name.split()[0]}"
    signed = CLIENTS[author.client].signs and signature(author)
    name = author.name.split()[0] if talk.lang == "en" else "" if signed else author.name
    return "\n\n" + "\n".join(filter(None, (greeting, name))) if greeting or name else ""


def _file(desk: Desk, talk: Talk, written: Written, answered: bool) -> None:
    if written.letter.sender.key == desk.owner.key:
        desk.put(written, "Sent", talk.reason)
        return
    # Drawn whatever the date: another ``now`` must not change what follows.
    flagged, twice = desk.rng.random() < 0.06, desk.rng.random() < 0.05
    age = desk.now - written.letter.date
    folder = "INBOX" if age < timedelta(days=45) else "Archive"
    if talk.folder and age > timedelta(days=14):
        folder = talk.folder
    flags = "RS" if answered else "" if age < timedelta(days=1) else "S"
    if flags and flagged:
        flags = f"F{flags}"
    message = desk.put(written, folder, talk.reason, flags)
    if message.contacts and twice:
        desk.copy(message, "INBOX" if folder != "INBOX" else "Archive")


def _files(
    kinds: list[str], author: Person, blanks: dict, talk: Talk, desk: Desk
) -> tuple[File, ...]:
    """The files of a letter; our own quotations show the firm's mark as well."""
    files = []
    client = CLIENTS[author.client]
    for kind in kinds:
        if kind == "chart":
            values = tuple(desk.rng.randint(55, 96) for _ in range(6))
            picture = images.chart((*values[:3], 41, *values[3:]))
            cid = client.content_id(author, desk.rng)
            files.append(File("image001.png", "image/png", picture, cid))
        elif kind == "quote" and author.key == desk.owner.key:
            cid = client.content_id(author, desk.rng)
            files.append(File("logo.png", "image/png", images.logo(), cid))
        if kind != "chart":
            files.append(_document(kind, author, blanks, talk))
    return tuple(files)


def _document(kind: str, author: Person, blanks: dict, talk: Talk) -> File:
    """A file of its kind, named in the language of the talk."""
    if kind == "ics":
        start = datetime.fromisoformat(blanks["appointment"])
        guests = [person for role, person in talk.cast.items() if role != "me"]
        calendar = attachments.ics(f"Halden, {blanks['city']}", start, author, guests)
        return File("invite.ics", "text/calendar", calendar)
    name = scripts.file_title(kind, talk.lang, blanks)
    if kind == "photo":
        return File(f"{name}.png", "image/png", images.display("E-07"))
    title = scripts.file_title(kind, talk.lang if talk.lang in _LATIN else "en", blanks)
    lines = [author.company or author.name, ""]
    if kind != "paper":
        lines += [blanks["goods"], f"Serial no. {blanks['serial']}"]
    if kind == "docx":
        word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        return File(f"{name}.docx", word, attachments.docx(lines))
    return File(f"{name}.pdf", "application/pdf", attachments.pdf(title, lines))


def _listener(contact: Contact, desk: Desk) -> dict[str, Person]:
    """Now and then somebody else is in Cc."""
    draw = desk.rng.random()
    house = [c for c in CONTACTS if c.email and c.domain == contact.domain and c != contact]
    if draw < 0.14:
        return {"listener": desk.colleague}
    if draw < 0.32 and house:
        return {"listener": desk.rng.choice(house)}
    if draw > 0.94:
        return {"listener": FORWARDER if contact.lang == "de" else LABORATORY}
    return {}


def _with_contact(
    desk: Desk, contact: Contact, threads: int, recent: bool = False, reason: str = ""
) -> None:
    chosen = desk.rng.sample(scripts.scripts(contact.lang), threads)
    for number, script in enumerate(chosen):
        ends = desk.ago(days=desk.rng.uniform(2.5, 130))
        live = recent and number == 0 and contact.key in _RECENT
        if live:
            ends = desk.ago(minutes=_RECENT[contact.key])
        them: Person = contact
        if number % 2 and len(contact.addresses) > 1:
            them = replace(contact, email=contact.addresses[1], client="iphone")
        cast = {"them": them, "me": desk.owner, **_listener(contact, desk)}
        folder = {"de": MUELLER, "fr": FAIR}.get(contact.lang, "")
        if contact.lang == "de" and "Müller" not in contact.company + contact.name:
            folder = ""
        hold(desk, Talk(script, cast, contact.lang, ends, reason, live=live, folder=folder))


def with_contacts(desk: Desk) -> None:
    """Everything that has been going on with the contacts, those to come included."""
    for contact in CONTACTS:
        _with_contact(desk, contact, contact.threads, recent=True)
    for contact in LATE:
        _with_contact(desk, contact, contact.threads, reason="the contact comes later")
    for script, (lead, others, days) in zip(scripts.scripts("projects"), _PROJECTS, strict=True):
        them = desk.contact(lead)
        roles = zip(("other", "third"), map(desk.contact, others), strict=False)
        cast = {"them": them, "me": desk.owner, **dict(roles), "colleague": desk.colleague}
        folder = FAIR if "fair" in script.subject else ""
        ends = desk.ago(days=days)
        hold(desk, Talk(script, cast, them.lang, ends, "several contacts", folder=folder))


def of_colleague(desk: Desk, talks: Mapping[str, int]) -> None:
    """A few conversations of the colleague's own: contact's address to how many."""
    for email, threads in talks.items():
        _with_contact(desk, desk.contact(email), threads)
