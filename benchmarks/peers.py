# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What else reads a mailbox.  All return seconds."""

import subprocess
import time
from pathlib import Path

from imapclient import IMAPClient

from .mailboxes import Login
from .worker import Worker

_HEADER_FIELDS = (
    "From Sender Reply-To To Cc Bcc Date Message-ID In-Reply-To References List-Id "
    "Auto-Submitted Precedence"
)
_PAGE = 1_000

_MBSYNC = """
FSync no

IMAPAccount peer
Host {login.host}
Port {login.port}
User {login.user}
Pass {login.password}
SSLType None
AuthMechs LOGIN

IMAPStore far
Account peer

MaildirStore near
Path {folder}/mail/
Inbox {folder}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Sync Pull
Create Near
SyncState *
"""


class Mbsync:
    """Debian's isync, which copies a mailbox into a Maildir in the empty ``folder``."""

    def __init__(self, login: Login, folder: Path):
        (folder / "mail").mkdir()
        self._configuration = folder / "mbsyncrc"
        self._configuration.write_text(_MBSYNC.format(login=login, folder=folder))
        self._configuration.chmod(0o600)

    def sync(self) -> float:
        command = ["mbsync", "--config", self._configuration, "--quiet", "--quiet", "all"]
        start = time.perf_counter()
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        return time.perf_counter() - start


def fetch_headers(login: Login) -> float:
    """The header fields, size and date of all messages, by imapclient and nothing else."""
    items = [f"BODY.PEEK[HEADER.FIELDS ({_HEADER_FIELDS})]", "RFC822.SIZE", "INTERNALDATE"]
    start = time.perf_counter()
    with IMAPClient(login.host, login.port, ssl=False) as client:
        client.login(login.user, login.password)
        for _flags, _delimiter, folder in client.list_folders():
            client.select_folder(folder, readonly=True)
            uids = client.search()
            for first in range(0, len(uids), _PAGE):
                client.fetch(uids[first : first + _PAGE], items)
    return time.perf_counter() - start


def fetchmail(worker: Worker, login: Login, messages: int) -> float:
    """Odoo's own incoming mail server, which makes a lead of each of so many unread messages."""
    return worker.time(_fetchmail, worker.call(_fetchmail_server, login), messages)


def _fetchmail_server(env, login: Login) -> int:
    server = env["fetchmail.server"].create(
        {
            "name": login.user,
            "server_type": "imap",
            "server": login.host,
            "port": login.port,
            "user": login.user,
            "password": login.password,
            "object_id": env["ir.model"]._get_id("crm.lead"),
        }
    )
    server.button_confirm_login()
    return server.id


def _fetchmail(env, server_id: int, messages: int) -> None:
    leads = env["crm.lead"].search_count([])
    error = env["fetchmail.server"].browse(server_id)._fetch_mail(batch_limit=messages)
    env.invalidate_all()
    found = env["crm.lead"].search_count([]) - leads
    if error or found != messages:
        raise RuntimeError(f"fetchmail made {found} leads of {messages} messages: {error}")
