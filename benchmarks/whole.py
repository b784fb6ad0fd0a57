# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""From a new mailbox to all mail in the chatters, and then once more with nothing new."""

from statistics import median

from dev.image import STOCK
from dev.progress import Heartbeat, say

from . import ours, peers
from .lab import Lab
from .workload import CONTACTS, Mail

_ROUNDS = 3
_IDLE_ROUNDS = 5  # in each of those
_SAMPLE = 200  # messages for Odoo's fetchmail
_BATCH = 100


def measure(lab: Lab) -> dict[str, float]:
    matched, sample = _choose(lab)
    whole, mbsync, idle, mbsync_idle = [], [], [], []
    for number in range(1, _ROUNDS + 1):
        say(f"Whole mailbox, round {number} of {_ROUNDS}")
        peer_login, login = lab.mailboxes.copy(), lab.mailboxes.copy()
        peer = peers.Mbsync(peer_login, lab.sandbox.new_folder("mbsync"))
        mbsync.append(peer.sync())
        with lab.worker() as worker:
            worker.call(ours.create_contacts, CONTACTS)
            account = worker.call(ours.connect, login)
            whole.append(worker.time(ours.sync, account))
            worker.call(ours.expect, account, lab.workload.size, len(matched))
            peer.sync()  # waits for the second in which it wrote to be over
            for _ in range(_IDLE_ROUNDS):
                mbsync_idle.append(peer.sync())
                worker.call(ours.make_due, account)
                idle.append(worker.time(ours.sync, account))
    fetchmail = _fetchmail(lab, sample)
    return {
        "messages": lab.workload.size,
        "matched_messages": len(matched),
        "whole_seconds": median(whole),
        "mbsync_seconds": median(mbsync),
        "whole_vs_mbsync": median(whole) / median(mbsync),
        "whole_mb_read": sum(lab.mailboxes.megabytes_read(login)),
        "mbsync_mb_read": lab.mailboxes.megabytes_read(peer_login)[0],
        "idle_seconds": median(idle),
        "mbsync_idle_seconds": median(mbsync_idle),
        "idle_vs_mbsync": median(idle) / median(mbsync_idle),
        "fetchmail_seconds_extrapolated": fetchmail * lab.workload.size,
        "fetchmail_messages_per_second": 1 / fetchmail,
        "whole_vs_fetchmail": fetchmail * lab.workload.size / median(whole),
        "message_create_seconds": _create_alone(lab, matched),
    }


def _choose(lab: Lab) -> tuple[list[Mail], list[Mail]]:
    """The mail with contacts, and received mail from all over the mailbox as a sample."""
    matched, received = [], []
    step = max(1, lab.workload.size // (2 * _SAMPLE))
    with Heartbeat("Choosing messages"):
        for number, mail in enumerate(lab.workload):
            if mail.other in CONTACTS:
                matched.append(mail)
            if number % step == 0 and not mail.sent:
                received.append(mail)
    return matched, received[:_SAMPLE]


def _fetchmail(lab: Lab, sample: list[Mail]) -> float:
    """Seconds a message."""
    say(f"Odoo's fetchmail, {len(sample)} messages")
    with lab.worker(STOCK) as worker:
        return peers.fetchmail(worker, lab.mailboxes.unread(sample), len(sample)) / len(sample)


def _create_alone(lab: Lab, mails: list[Mail]) -> float:
    """Seconds to create as many messages of the same HTML on one contact."""
    say("Creating the messages alone")
    with lab.worker(STOCK) as worker:
        return worker.time(_create_messages, [(mail.subject, mail.html) for mail in mails])


def _create_messages(env, messages: list[tuple[str, str]]) -> None:
    partner = env.ref("base.main_partner")
    values = {
        "model": "res.partner",
        "res_id": partner.id,
        "message_type": "email",
        "subtype_id": env.ref("mail.mt_note").id,
        "author_id": partner.id,
        "email_from": partner.email_formatted,
        "reply_to": partner.email_formatted,
        "email_add_signature": False,
        "record_company_id": False,
        "record_alias_domain_id": False,
    }
    for start in range(0, len(messages), _BATCH):
        env["mail.message"].create(
            [
                {**values, "subject": subject, "body": html, "message_id": f"<{number}@bench>"}
                for number, (subject, html) in enumerate(messages[start : start + _BATCH], start)
            ]
        )
        env.cr.commit()
