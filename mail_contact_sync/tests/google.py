# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo.tools import SQL

from ..connectors import reasons
from ..connectors.base import Connector, CursorExpired, Folder, Mailbox, Page, Throttled
from ..connectors.gmail.quota import Budget, Usage
from ..connectors.headers import envelope, subject
from ..connectors.oauth.grant import Grant
from .common import SyncCase

ALL = Folder("all", "All Mail", "all")
ADDRESS = "anna@ours.test"
TOKENS = ("refresh-secret", "access-secret")


def grant(address=ADDRESS, scopes=("openid", "email"), number=0) -> Grant:
    refresh, access = TOKENS
    return Grant(
        f"{refresh}-{number}",
        f"{access}-{number}",
        datetime.now(timezone.utc) + timedelta(hours=1),
        tuple(scopes),
        f"subject of {address}",
        address,
    )


class MemorySearchConnector(Connector):
    """A mailbox in memory that is searched for its past and watched for what is new.

    ``mail`` holds (received, raw) by ref.  ``searched`` are the addresses and the beginning of
    each search, ``looked_at`` the refs whose envelopes were asked for.  ``hooks`` are called, once
    each, before "changes", "search", "envelopes" or "fetch".
    """

    searches = True
    GROUP = 2

    def __init__(self):
        self.mail = {}
        self.history = []
        self.oldest = 0
        self.searched, self.looked_at, self.fetched = [], [], []
        self.error = None
        self.hooks = {}
        self.budget, self.usage = Budget(), Usage()
        #: How many messages are to be had before there is a pause; None: as many as you like.
        self.room = None

    def __enter__(self):
        if self.error:
            raise self.error
        return self

    def __exit__(self, *exc_info):
        pass

    def check(self):
        return Mailbox(ADDRESS)

    def folders(self):
        return [ALL]

    def add(self, _folder, raw, received=None):
        ref = f"m{len(self.history) + 1}"
        self.mail[ref] = received or datetime.now(timezone.utc), raw
        self.history.append(ref)
        return ref

    def expire(self):
        """What has come so far is history no more."""
        self.oldest = len(self.history) + 1
        self.history.append(None)

    def changes(self, folder, cursor, since, limit):
        self._hook("changes")
        if cursor is None:
            return Page((), {"history": len(self.history)})
        if cursor["history"] < self.oldest:
            raise CursorExpired(reasons.HISTORY_EXPIRED)
        new = self.history[cursor["history"] :]
        page = [ref for ref in new[:limit] if ref in self.mail]
        return Page(
            tuple(self._envelope(ref) for ref in page),
            {"history": cursor["history"] + len(new[:limit])},
            more=len(new) > limit,
        )

    def search_groups(self, addresses):
        addresses = list(addresses)
        for start in range(0, len(addresses), self.GROUP):
            yield addresses[start : start + self.GROUP]

    def search(self, addresses, since):
        self._hook("search")
        self.searched.append((sorted(addresses), since))
        self.usage.queries += 1
        self.usage.units += 5
        found = [
            ref
            for ref, (received, raw) in self.mail.items()
            if received >= since and any(address in raw.decode().lower() for address in addresses)
        ]
        yield found[:1]
        self._hook("second page")
        yield found[1:]

    def envelopes(self, folder, refs):
        self._hook("envelopes")
        refs = list(refs)
        now = refs[: self._take(len(refs))]
        self.looked_at += now
        found = tuple(self._envelope(ref) for ref in now if ref in self.mail)
        return Page(found, refs[len(now) :], len(now) < len(refs))

    def fetch(self, folder, refs, limit=None):
        self._hook("fetch")
        refs = list(refs)
        number = self._take(len(refs))
        for ref in refs[:number]:
            self.fetched.append(ref)
            if ref in self.mail:
                yield ref, self.mail[ref][1][:limit]
        if number < len(refs):
            raise Throttled(reasons.PACING, retry_after=30)

    def _take(self, number):
        if self.room is None:
            return number
        if not self.room:
            raise Throttled(reasons.PACING, retry_after=30)
        number = min(number, self.room)
        self.room -= number
        self.usage.messages += number
        self.usage.units += 20 * number
        return number

    def _hook(self, name):
        if hook := self.hooks.pop(name, None):
            hook()

    def _envelope(self, ref):
        received, raw = self.mail[ref]
        found = envelope(ref, len(raw), received, raw.split(b"\n\n")[0])
        return replace(found, subject=subject(raw))


class GoogleCase(SyncCase):
    """Anna's mailbox is at Google."""

    def setUp(self):
        super().setUp()
        self.account.unlink()
        google = self.env["mail.sync.provider.google"]
        self.env["res.config.settings"].create(
            {
                "mail_sync_google_client_id": "id.apps.googleusercontent.com",
                "mail_sync_google_client_secret": "client-secret",
            }
        ).execute()
        self.account = self.google_account(self.anna)
        self.mailbox = MemorySearchConnector()
        self.connectors[self.account] = self.mailbox
        self.google = google

    def google_account(self, user, **values):
        account = (
            self.env["mail.sync.account"]
            .sudo()
            .create(
                {
                    "user_id": user.id,
                    "provider": "google",
                    "address": user.email,
                    "secret": self.env["mail.sync.provider.google"]._sealed(grant(user.email)),
                    **values,
                }
            )
        )
        account.with_user(user).action_connect()
        return account

    def lanes(self):
        """What the scheduled action does at once, without anybody's asking."""
        with self._committing():
            self.env.ref("mail_contact_sync.ir_cron_lane_1").method_direct_trigger()

    def searched(self):
        """All addresses that the past was searched for."""
        return sorted({address for group, _since in self.mailbox.searched for address in group})

    def sync_interrupted(self, step):
        """A run that is killed at this step of the mailbox's."""

        def killed():
            raise RuntimeError("killed")

        def leave_it(_engine, account, _error):
            account.paused_until = datetime.now() + timedelta(hours=1)

        self.mailbox.hooks[step] = killed
        with patch.object(type(self.env["mail.sync.engine"]), "_handle", leave_it):
            self.sync()
        self.assertNotIn(step, self.mailbox.hooks)
        self.account.paused_until = False

    def pause_over(self):
        """Go on at once; a pause has to be on."""
        self.assertGreater(self.account.paused_until, datetime.now())
        self.account.paused_until = False

    def rows(self, table, columns="id"):
        self.env.flush_all()
        names = SQL(", ").join(map(SQL.identifier, columns.split(", ")))
        self.env.cr.execute(SQL("SELECT %s FROM %s", names, SQL.identifier(table)))
        return self.env.cr.fetchall()

    def contact(self, name="Dora", email="dora@other.test"):
        return self.env["res.partner"].create({"name": name, "email": email})

    def subjects(self, partner=None):
        return sorted(self.synced(partner).mapped("subject"))

    def patch_oauth(self, name, function):
        module = "odoo.addons.mail_contact_sync.connectors.oauth.google"
        return self.startPatcher(patch(f"{module}.{name}", function))
