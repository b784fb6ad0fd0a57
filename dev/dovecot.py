# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A Dovecot of our own: IMAP with and without TLS, and LMTP to deliver by."""

import shutil
import smtplib
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from .account import Account
from .certificate import write_self_signed
from .process import Server, answers, free_port

_DOVECOT = "/usr/sbin/dovecot"

# Everything under one account that is not root: no service may want a chroot.  The penalty
# listener and the delay would answer each wrong password more slowly than the one before.
_CONFIGURATION = """
base_dir = {sockets}
state_dir = {folder}/state
log_path = /dev/stderr
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
ssl = yes
auth_mechanisms = plain login
auth_failure_delay = 0s

namespace inbox {{
  inbox = yes
  separator = /
{mailboxes}
}}

protocol imap {{
  mail_max_userip_connections = 100
}}

service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
service lmtp {{
  chroot =
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service stats {{
  chroot =
}}
# a+b@c.example is a user of its own
recipient_delimiter =
auth_username_chars =
"""

_MAILBOX = """
  mailbox {name} {{
    special_use = \\{name}
    auto = subscribe
  }}
"""
_SPECIAL_USE = ("Archive", "Drafts", "Junk", "Sent", "Trash")

_DIALECTS = {
    "2.3": """
protocols = imap lmtp
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
mail_home = {folder}/mail/%u
mail_location = maildir:~/Maildir
passdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
}}
""",
    "2.4": """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = imap lmtp
ssl_server_cert_file = {folder}/certificate.pem
ssl_server_key_file = {folder}/key.pem
auth_allow_cleartext = yes
mail_home = {folder}/mail/%{{user}}
mail_driver = maildir
mail_path = ~/Maildir
mailbox_list_layout = maildir++
passdb passwd-file {{
  passwd_file_path = {folder}/users
}}
userdb passwd-file {{
  passwd_file_path = {folder}/users
}}
""",
}


class Dovecot(Server):
    """Mailboxes under ``folder``, one for each address in ``users`` (address -> password).

    ``port`` speaks plain IMAP and STARTTLS, ``tls_port`` IMAP over TLS; clients have to trust
    ``certificate``, also for the hosts ``imap`` and ``smtp`` of each of the ``domains``.  Every
    mailbox has the folders of RFC 6154 beside INBOX.  ``settings`` are lines in Dovecot's own
    language that are added to its configuration.
    """

    def __init__(
        self, folder: Path, account: Account, users: Mapping[str, str], settings: str = ""
    ):
        super().__init__(folder)
        self.account = account
        self.port, self.tls_port, self.lmtp_port = free_port(), free_port(), free_port()
        self.certificate = folder / "certificate.pem"
        self._users = folder / "users"
        self._configuration = folder / "dovecot.conf"
        version = subprocess.run([_DOVECOT, "--version"], capture_output=True, text=True).stdout
        # A socket's path may have 107 bytes, and the home's alone can be as long.
        self._sockets = Path(mkdtemp(prefix="dovecot-"))
        # 2.4 wants its version to come first
        text = _DIALECTS["2.3" if version.startswith("2.3.") else "2.4"] + _CONFIGURATION
        self._configuration.write_text(
            text.format(
                folder=folder,
                sockets=self._sockets,
                user=account.user,
                group=account.group,
                imap=self.port,
                imaps=self.tls_port,
                lmtp=self.lmtp_port,
                mailboxes="".join(_MAILBOX.format(name=name) for name in _SPECIAL_USE),
            )
            + settings
        )
        self.domains = sorted({user.rpartition("@")[2] for user in users})
        hosts = (f"{name}.{domain}" for domain in self.domains for name in ("imap", "smtp"))
        write_self_signed(self.certificate, folder / "key.pem", *hosts)
        self.set_users(users)
        account.own(folder)

    def start(self) -> "Dovecot":
        self._sockets.mkdir(mode=0o700, exist_ok=True)
        self.account.own(self._sockets)
        return super().start()

    def kill(self) -> None:
        super().kill()
        shutil.rmtree(self._sockets, ignore_errors=True)

    def set_users(self, users: Mapping[str, str]) -> None:
        """Who may log in from now on, and with which password."""
        lines = (f"{user}:{{PLAIN}}{password}::::::\n" for user, password in users.items())
        self._users.write_text("".join(lines))

    def command(self) -> list:
        return [_DOVECOT, "-F", "-c", self._configuration]

    def popen(self) -> dict:
        return self.account.popen

    def ready(self) -> bool:
        return all(map(answers, (self.port, self.tls_port, self.lmtp_port)))

    def maildir(self, user: str) -> Path:
        """A user's Maildir++.  Whoever writes into it calls ``own`` afterwards."""
        return self.folder / "mail" / user / "Maildir"

    def own(self) -> None:
        """Give the mailboxes' files to the account that Dovecot runs under."""
        self.account.own(self.folder / "mail")

    def deliver(self, message: bytes, *users: str) -> None:
        """Deliver a message into INBOX as a mail server does (LMTP, RFC 2033)."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as lmtp:
            lmtp.sendmail("", users, message)
