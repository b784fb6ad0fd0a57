# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a mailbox holds besides the usual: each function makes one kind of odd mail."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from . import attachments, images, scripts
from .clients import CLIENTS
from .conversations import working_hours
from .desk import Desk
from .letter import File, Written
from .message import Message
from .people import CONTACTS, FORWARDER, LABORATORY, LATE, Person

_MEGABYTE = 1 << 20
_BY_NAME = {contact.name: contact for contact in (*CONTACTS, *LATE)}
_AOIFE = _BY_NAME["Aoife Brannigan"]
_CALLUM = _BY_NAME["Callum MacNair"]
_DALE = _BY_NAME["Dale Whitcombe"]
_HARRIET = _BY_NAME["Harriet Pym"]
_SABINE = _BY_NAME["Sabine Müller"]
_ULRICH = _BY_NAME["von Stetten, Ulrich"]

_PROSE = {
    script.subject.partition(" |")[0]: (script.subject.partition(" |")[2].strip(), script.turns)
    for script in scripts.scripts("oddities")
}

REPLY_TO_ALONE = "contact in Reply-To alone"


def _write(
    desk: Desk, key: str, sender: Person, days: float, to: tuple[Person, ...], turn=0, **more
) -> Written:
    """The letter ``key`` of the text file, written some ``days`` ago."""
    subject, turns = _PROSE[key]
    days += desk.rng.uniform(0, 0.3)
    when = more.pop("date", None) or working_hours(desk.ago(days=days), sender)
    return desk.write(sender, to, subject, turns[turn].text.strip(), when, **more)


def _receive(
    desk: Desk, key: str, sender: Person, days: float, reason: str, folder="INBOX", **more
) -> Message:
    """A letter to the owner, unless ``to`` says otherwise, in a folder of hers."""
    to = more.pop("to", (desk.owner,))
    return desk.put(_write(desk, key, sender, days, to, **more), folder, reason)


def only_in_other_headers(desk: Desk) -> None:
    """The contact stands in Reply-To, Cc or Bcc alone."""
    form = Person("Halden web form", "form@halden-website.example", "notice")
    asking, copied = _BY_NAME["Tomasz Wierzbicki"], _BY_NAME["Ingrid Solheim"]
    for key, days in (("reply-to-1", 41), ("reply-to-2", 39.2)):
        reply_to = {
            "reply_to": (asking,),
            "extra": (("Reply-To", f"{asking.name} <{asking.email}>"),),
        }
        _receive(desk, key, form, days, REPLY_TO_ALONE, **reply_to)
    for key, sender, days in (
        ("cc-1", FORWARDER, 88),
        ("cc-2", LABORATORY, 85),
        ("cc-3", desk.colleague, 20),
    ):
        _receive(desk, key, sender, days, "contact in Cc alone", cc=(copied,))
    hidden = _BY_NAME["Felix Auerbach"]
    written = _write(desk, "bcc-1", desk.owner, 64, (LABORATORY,), bcc=(hidden,))
    desk.put(written, "Sent", "contact in Bcc alone")
    written = _write(desk, "bcc-2", desk.owner, 27, (desk.owner,), bcc=(hidden, _HARRIET))
    desk.put(written, "Sent", "contacts in Bcc alone")


def without_message_id(desk: Desk) -> None:
    reason = "no Message-ID"
    message = _receive(desk, "no-id-1", _AOIFE, 15, f"{reason}, in two folders", message_id="")
    desk.copy(message, "Archive")
    _receive(desk, "no-id-2", _HARRIET, 9, reason, message_id="")


def absurd_dates(desk: Desk) -> None:
    for key, sender, year, days in (
        ("date-1970", _CALLUM, 1970, 18),
        ("date-2099", _BY_NAME["Nadia Osei"], 2099, 7),
    ):
        date = datetime(year, 1, 1, 0, 1, 7, tzinfo=timezone.utc)
        written = _write(desk, key, sender, days, (desk.owner,), date=date)
        received = working_hours(desk.ago(days=days), sender)
        desk.put(written, "INBOX", f"Date header of {year}", received=received)


def big(desk: Desk) -> None:
    photos = attachments.archive(12 * _MEGABYTE, desk.rng)
    files = (File("site-survey.zip", "application/zip", photos),)
    priya = _BY_NAME["Priya Raghunathan"]
    _receive(desk, "big", priya, 24, "12 MB attachment", files=files)


def outside_the_window(desk: Desk) -> None:
    reason, beatrix = "eight months old", _BY_NAME["Beatrix Lohmann"]
    asked = _write(desk, "old-1", beatrix, 247, (desk.owner,))
    desk.put(asked, "Archive", reason)
    answer = _write(desk, "old-1", desk.owner, 244, (beatrix,), turn=1, answers=asked)
    desk.put(answer, "Sent", reason)
    _receive(desk, "old-2", _SABINE, 243, reason, "Archive")
    _receive(desk, "old-3", _DALE, 242, reason, "Archive")


def folders_that_are_off(desk: Desk) -> None:
    for key, sender, days, folder in (
        ("junk-1", replace(_SABINE, client="portal"), 4, "Junk"),
        ("junk-2", _BY_NAME["Otto Wennemann"], 11, "Junk"),
        ("trash-1", _DALE, 13, "Trash"),
    ):
        _receive(desk, key, sender, days, f"{folder} is off", folder)
    _receive(desk, "trash-2", _SABINE, 17, "Trash is off", "Trash", cc=(desk.colleague,))
    for key, to, days in (("draft-1", _SABINE, 1.2), ("draft-2", _DALE, 0.6)):
        desk.put(_write(desk, key, desk.owner, days, (to,)), "Drafts", "Drafts is off", "DS")


def to_oneself(desk: Desk) -> None:
    """Sent and come back; a note to nobody else may not land."""
    me = desk.owner
    note = _write(desk, "note", me, 30, (me,))
    blind = _write(desk, "self-bcc", me, 44, (_HARRIET,), bcc=(me,))
    same = {"date": blind.letter.date, "message_id": blind.letter.message_id}
    copy = _write(desk, "self-bcc", me, 44, (_HARRIET,), **same)
    both = _write(desk, "self-cc", me, 56, (_DALE,), cc=(me,))
    for sent, came, reason in (
        (note, note, "note to oneself"),
        (blind, copy, "sent, and to oneself in Bcc"),
        (both, both, "sent, and to oneself in Cc"),
    ):
        desk.put(sent, "Sent", reason)
        desk.put(came, "INBOX", reason)


def rare_builds(desk: Desk) -> None:
    """Signed, HTML alone, no subject, inviting, no file name, a message inside."""
    rosalind, petra = _BY_NAME["Rosalind Achterberg"], _BY_NAME["Petra Hofstetter"]
    _receive(desk, "signed", replace(rosalind, client="signed"), 8, "S/MIME signed")
    _receive(desk, "no-subject", rosalind, 2.6, "no subject")
    portal = replace(_BY_NAME["Sahyadri Spices Pvt Ltd"], client="portal")
    _receive(desk, "portal", portal, 31, "HTML alone")

    helene = replace(_BY_NAME["Hélène Delacroix"], client="inviter")
    start = working_hours(desk.ago(days=16), desk.owner).replace(hour=14, minute=0)
    calendar = attachments.ics("Point trimestriel", start, helene, (desk.owner,))
    files = (File("invite.ics", "text/calendar", calendar),)
    _receive(desk, "invitation", helene, 22, "invitation as a body part", files=files)

    cid = CLIENTS[_SABINE.client].content_id(_SABINE, desk.rng)
    files = (File("", "image/png", images.display("20.02"), cid),)
    _receive(desk, "no-filename", _SABINE, 5, "body image without a file name", files=files)

    dealer = Person("Waldemar Ortlepp", "ortlepp@waagen-ortlepp.example", "outlook", "de")
    inner = _write(desk, "inner", dealer, 6.5, (petra,))
    files = (File("Aktion.eml", "message/rfc822", inner.raw),)
    _receive(desk, "forward", petra, 6, "a message inside", files=files)


def rare_addresses(desk: Desk) -> None:
    """Hidden recipients, groups, lists, many in Cc, capitals, a comma in an encoded name."""
    me = desk.owner
    extra = (("To", "undisclosed-recipients:;"),)
    _receive(desk, "undisclosed", _CALLUM, 29, "recipients hidden", to=(), extra=extra)

    group = f"{_HARRIET.email},\r\n {_AOIFE.name} <{_AOIFE.email}>, {me.key}"
    extra, to = (("To", f"Scale users: {group};"),), (_HARRIET, _AOIFE, me)
    _receive(desk, "group", LABORATORY, 47, "address group", to=to, extra=extra)

    extra = (("List-Id", "<scales-users.packers-guild.example>"), ("Precedence", "list"))
    to = (Person("", "scales-users@packers-guild.example"),)
    _receive(desk, "list", _AOIFE, 34, "through a mailing list", to=to, extra=extra)

    crowd = [c for c in CONTACTS if c.lang == "en" and not c.is_company and c.threads]
    strangers = [Person(f"Laboratory {n}", f"lab{n}@metrolab-north.example") for n in range(1, 6)]
    cc = (*strangers[:2], *crowd, *strangers[2:])
    _receive(desk, "many", LABORATORY, 60, "many recipients", cc=cc)

    gareth, shouting = _BY_NAME["Gareth Ellwood"], replace(me, email=me.email.upper())
    _receive(desk, "upper", gareth, 26, "own address in capitals", to=(shouting,))
    turned = replace(_SABINE, name="Müller, Sabine", client="thunderbird")
    _receive(desk, "comma", turned, 10, "comma in an encoded name")


def automatic(desk: Desk) -> None:
    """Auto-replies of contacts land; a failure report names one in its body alone."""
    extra = (("Auto-Submitted", "auto-replied"),)
    _receive(desk, "auto-1", _HARRIET, 37, "auto-reply", extra=extra)
    _receive(desk, "auto-2", _ULRICH, 50, "auto-reply", extra=extra)
    failed = _write(desk, "failed", desk.owner, 36, (_ULRICH,))
    desk.put(failed, "Sent", "came back undelivered")
    postmaster = Person("", f"MAILER-DAEMON@{desk.owner.domain}", "postmaster")
    answer = {"date": failed.letter.date + timedelta(minutes=2), "answers": failed}
    _receive(desk, "failure", postmaster, 0, "failure report, the contact in it alone", **answer)


def strangers(desk: Desk) -> None:
    """Look like contacts or stand beside them, and land nowhere."""
    for key, name, email, days in (
        ("trap-1", f"{_SABINE.email} via Kritzeldocs", "share@kritzeldocs.example", 19),
        ("trap-2", "", "newsinfo@mueller-foerdertechnik.example", 53),
        ("trap-3", "Sabine Müller", "sabine.mueller@schulfreunde-knuth.example", 21),
        ("trap-4", "Ottokar Zitzelsperger", "ottokar@zitzelsperger-funk.example", 14),
    ):
        sender = Person(name, email, "gmail", "de")
        _receive(desk, key, sender, days, "no contact, but looks like one")
    _receive(desk, "stranger", LABORATORY, 67, "no contact, but in Cc of contacts' mail")


def with_one_to_come(desk: Desk) -> None:
    """A mail to a contact and to one who is in the CRM only later."""
    to = (_DALE, _BY_NAME["Desmond Okafor"])
    desk.put(_write(desk, "late", desk.owner, 23, to), "Sent", "one of its contacts comes later")


def all_of_them(desk: Desk) -> None:
    for make in (
        only_in_other_headers,
        without_message_id,
        absurd_dates,
        big,
        outside_the_window,
        folders_that_are_off,
        to_oneself,
        rare_builds,
        rare_addresses,
        automatic,
        strangers,
        with_one_to_come,
    ):
        make(desk)
