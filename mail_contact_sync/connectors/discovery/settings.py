# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What there is to know of a mailbox before anybody logs in to it."""

from dataclasses import dataclass

from ..net.dns_records import host_name

# What the user has to do, in words that sentences are made of elsewhere.
APP_PASSWORD = "app-password"  # the usual password is refused; make one at ``help_url``
APP_PASSWORD_WITH_2FA = "app-password-with-2fa"  # … where logging in takes two steps
ENABLE_IMAP = "enable-imap"  # switch it on in the web mailer first
SIGN_IN = "sign-in"  # by the provider's button: no password is taken
SIGN_IN_OR_APP_PASSWORD = "sign-in-or-app-password"  # the button, if at all possible
NOT_POSSIBLE = "not-possible"  # the provider lets no other program in

_MAX_LOCAL_PART, _MAX_ADDRESS = 64, 254  # RFC 5321, section 4.5.3.1


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address.  ``domain`` is in A-labels, ``typed_domain`` as it was typed."""

    local_part: str
    domain: str
    typed_domain: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Raises ValueError, without the text, for what is no address."""
        local_part, at, typed = text.strip().rpartition("@")
        if not at or not local_part or len(local_part) > _MAX_LOCAL_PART:
            raise ValueError("no e-mail address")
        if not local_part.isprintable() or " " in local_part or "@" in local_part:
            raise ValueError("no e-mail address")
        try:
            domain = host_name(typed)
        except ValueError:
            raise ValueError("no e-mail address") from None
        if "." not in domain or len(local_part) + 1 + len(domain) > _MAX_ADDRESS:
            raise ValueError("no e-mail address")
        return cls(local_part, domain, typed.lower())

    def __str__(self) -> str:
        return f"{self.local_part}@{self.domain}"

    @property
    def logins(self) -> tuple[str, ...]:
        """What servers are known to take as a user name, the likeliest first."""
        typed = f"{self.local_part}@{self.typed_domain}"
        return tuple(dict.fromkeys((str(self), typed, self.local_part)))


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server: ``security`` is "tls" or "starttls"; ``logins`` are user names to try in turn."""

    host: str
    port: int
    security: str
    logins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """What one source says of a mailbox.

    ``imap`` is None where it says that there is no IMAP for us, and ``reason`` is then
    the word of reasons.py for it.
    """

    imap: Endpoint | None
    smtp: Endpoint | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a mailbox, to fill in a form with and to try to log in by.

    ``source`` is where it was found: "preset", "autoconfig", "ispdb", "srv", "mx",
    "probe"; or "guess", which is no more than something to begin with.  ``provider`` is
    "google" or "microsoft" where the user should sign in there, else "imap";
    ``mx_provider`` is that of the MX records, where they say something else (a web host
    may publish settings for a domain whose mail is at Google).  ``imap`` is None where the
    provider lets no program in.  ``advice`` is a word of settings.py, ``reason``
    one of reasons.py that says why nothing better was found.  ``foreign`` tells that
    the server belongs to another domain by the word of an unsigned SRV record, which
    the user should confirm (RFC 6186, section 6).
    """

    address: str
    provider: str
    source: str
    imap: Endpoint | None
    smtp: Endpoint | None = None
    name: str = ""
    advice: str = ""
    app_password_url: str = ""
    reason: str = ""
    mx_provider: str = ""
    foreign: bool = False
