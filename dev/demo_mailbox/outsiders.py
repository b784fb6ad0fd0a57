# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mail that is nobody's business: newsletters, notices, private life, colleagues, junk."""

from dataclasses import replace
from datetime import timedelta

from . import scripts
from .conversations import Talk, hold
from .desk import Desk
from .people import Person


def newsletters(desk: Desk) -> None:
    """``more`` of each sender: language, number of issues, colour."""
    for sender in scripts.read("newsletters")[1:]:
        lang, issues, colour = sender.more
        person = Person(sender.name, sender.email, "newsletter", lang, title=colour)
        for issue in range(int(issues)):
            stories = desk.rng.sample(sender.bulletins, 3)
            when = desk.ago(days=1 + 160 * issue / int(issues))
            when = person.local_time(when).replace(hour=6, minute=desk.rng.randint(0, 40))
            written = desk.write(
                person,
                (desk.owner,),
                f"{sender.name}: {stories[0][0]}",
                "\n".join(" | ".join(story) for story in stories),
                when,
            )
            flags = "S" if desk.rng.random() < 0.6 else ""
            desk.put(written, "INBOX", "newsletter", flags)


def notices(desk: Desk) -> None:
    for sender in scripts.read("notices")[1:]:
        person = Person(sender.name, sender.email, "notice", sender.more[0])
        for _ in range(5):
            number = str(desk.rng.randint(10000, 99999))
            subject, text = (
                part.format(n=number, few=number[:2]) for part in desk.rng.choice(sender.bulletins)
            )
            when = desk.ago(days=desk.rng.uniform(0.4, 160))
            written = desk.write(person, (desk.owner,), subject, text, when)
            desk.put(written, "INBOX", "notification")


def private(desk: Desk, name: str) -> None:
    """The talks of a text file with people outside the firm's business."""
    me = replace(desk.owner, title="")
    for sender in scripts.read(name)[1:]:
        official = sender.more[0] in ("outlook", "notice", "plain")
        them = Person(
            sender.name,
            sender.email,
            sender.more[0],
            "en" if sender.more[0] == "gmail" else "de",
            call=sender.name if official else "",
        )
        for script in sender.scripts:
            ends = desk.ago(days=desk.rng.uniform(1, 150))
            cast = {"them": them, "me": me}
            hold(desk, Talk(script, cast, them.lang, ends, "private", private=True))


def colleagues(desk: Desk) -> None:
    for script in scripts.scripts("colleagues"):
        ends = desk.ago(days=desk.rng.uniform(1, 140))
        cast = {"colleague": desk.colleague, "me": desk.owner}
        hold(desk, Talk(script, cast, "de", ends, "among colleagues", private=True))


def junk(desk: Desk) -> None:
    for sender in scripts.read("junk")[1:]:
        person = Person(sender.name, sender.email, "portal")
        for subject, text in sender.bulletins:
            when = desk.ago(days=desk.rng.uniform(0.5, 28)) + timedelta(seconds=17)
            written = desk.write(person, (desk.owner,), subject, text, when)
            desk.put(written, "Junk", "junk", "")
