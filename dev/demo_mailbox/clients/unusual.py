# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mail of a rarer build: signed, inviting, HTML without text, returned."""

from html import escape

from ..letter import Written
from . import mime
from .base import Client, hexes

_ORDER = "From To Cc Subject Date Message-ID References In-Reply-To MIME-Version"


class _Unusual(Client):
    def message_id(self, sender, rng):
        return f"<{hexes(rng, 24).lower()}@{sender.domain}>"


class Signed(_Unusual):
    """S/MIME, clear-signed (RFC 8551, 3.5.3); the signature has the form alone."""

    def write(self, letter, rng):
        signed = mime.text_part(letter.text + "\n", "text/plain; charset=utf-8", "quoted-printable")
        der = b"\x30\x82\x0b\xb8\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + rng.randbytes(2985)
        signature = mime.entity(
            [
                ("Content-Type", 'application/pkcs7-signature; name="smime.p7s"'),
                ("Content-Transfer-Encoding", "base64"),
                ("Content-Disposition", 'attachment; filename="smime.p7s"'),
            ],
            mime.encode(der, "base64"),
        )
        content = mime.multipart(
            "signed",
            f"----{hexes(rng, 32)}",
            (signed, signature),
            '; protocol="application/pkcs7-signature"; micalg="sha-256"',
            "This is an S/MIME signed message",
        )
        head = mime.headers(letter, _ORDER, "utf-8")
        return Written(letter, letter.text, "", mime.message(head, content))


class Inviter(_Unusual):
    """A meeting request (RFC 6047): the letter's one file is the calendar, shown as a part."""

    def write(self, letter, rng):
        calendar = letter.files[0].content.decode()
        html = f"<p>{escape(letter.text)}</p>".replace("\n", "<br>\n")
        parts = (
            mime.text_part(letter.text + "\n", "text/plain; charset=utf-8", "quoted-printable"),
            mime.text_part(html, "text/html; charset=utf-8", "quoted-printable"),
            mime.text_part(calendar, "text/calendar; charset=utf-8; method=REQUEST", "base64"),
        )
        content = mime.multipart("alternative", f"_000_{hexes(rng, 30)}_", parts)
        head = mime.headers(letter, _ORDER, "utf-8")
        return Written(letter, letter.text, html, mime.message(head, content))


class Portal(_Unusual):
    """HTML alone, no text beside it."""

    def write(self, letter, rng):
        rows = "".join(f"<p>{escape(line)}</p>\n" for line in letter.text.splitlines() if line)
        html = f'<div style="border-top:4px solid #b5651d;padding:12px">\n{rows}</div>\n'
        content = mime.text_part(
            f"<html><body>\n{html}</body></html>\n",
            "text/html; charset=iso-8859-15",
            "quoted-printable",
        )
        head = mime.headers(letter, _ORDER, "iso-8859-15")
        return Written(letter, "", html, mime.message(head, content))


class Postmaster(_Unusual):
    """A delivery failure (RFC 3464) for ``letter.answers``, which comes back as headers."""

    def write(self, letter, rng):
        failed = letter.answers.letter
        address = failed.to[0].email
        status = (
            f"Reporting-MTA: dns; {letter.sender.domain}\n\n"
            f"Final-Recipient: rfc822; {address}\nAction: failed\nStatus: 5.2.2\n"
            "Diagnostic-Code: smtp; 552 5.2.2 mailbox full\n"
        )
        returned = letter.answers.raw.partition(b"\r\n\r\n")[0] + b"\r\n"
        parts = (
            mime.text_part(
                f"{letter.text}\n\n<{address}>: mailbox full\n",
                "text/plain; charset=us-ascii",
                "7bit",
            ),
            mime.entity([("Content-Type", "message/delivery-status")], mime.crlf(status)),
            mime.entity([("Content-Type", "text/rfc822-headers")], returned),
        )
        content = mime.multipart(
            "report",
            f"{hexes(rng, 12)}.{rng.randint(10**9, 10**10)}/mx",
            parts,
            "; report-type=delivery-status",
        )
        head = mime.headers(
            letter, f"{_ORDER} Auto-Submitted", "utf-8", Auto_Submitted="auto-replied"
        )
        return Written(letter, letter.text, "", mime.message(head, content))
