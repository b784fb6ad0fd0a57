# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The add-on at work: functions to be run in a ``Worker``."""

from collections.abc import Iterable

from .mailboxes import Login
from .workload import OWNER


def create_contacts(env, emails: Iterable[str]) -> None:
    env["res.partner"].create(
        [{"name": email.partition("@")[0], "email": email} for email in emails]
    )


def connect(env, login: Login) -> int:
    """Connect the administrator to a mailbox; returns the account's id."""
    account = env["mail.sync.account"].create(
        {
            "user_id": env.ref("base.user_admin").id,
            "address": OWNER,
            "host": login.host,
            "port": login.port,
            "security": "none",
            "login": login.user,
            "password": login.password,
        }
    )
    account.action_connect()
    return account.id


def make_due(env, account_id: int) -> None:
    """As the user does by "Sync now"."""
    env["mail.sync.account"].browse(account_id).action_sync_now()


def sync(env, account_id: int) -> None:
    """Run the scheduled action as its scheduler does, until all is read and posted."""
    lane = env.ref("mail_contact_sync.ir_cron_lane_1")
    account = env["mail.sync.account"].browse(account_id)
    while True:
        lane.method_direct_trigger()
        env.cr.commit()
        env.invalidate_all()
        if account.error_reason:
            raise RuntimeError(f"{account.error_reason}: {account.error_detail}")
        queue = [("account_id", "=", account_id), ("state", "=", "waiting")]
        waiting = env["mail.sync.match"].search_count(queue, limit=1)
        if account.last_sync and not account.scanning and not waiting:
            return


def expect(env, account_id: int, envelopes: int, posted: int) -> None:
    """A figure counts only where the work has been done: raises where it has not."""
    account = env["mail.sync.account"].browse(account_id)
    found = account.envelope_count, account.posted_count
    if found != (envelopes, posted):
        raise RuntimeError(f"{found} messages indexed and posted, not {(envelopes, posted)}")
