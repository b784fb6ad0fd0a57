# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Files that open: PDF, Word, calendar."""

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from xml.sax.saxutils import escape

from .clients.mime import utc
from .people import Person


def pdf(title: str, lines: Iterable[str]) -> bytes:
    """One A4 page in Helvetica (ISO 32000-1); what Latin-1 cannot write becomes ``?``."""
    page = ["0.11 0.36 0.61 rg 0 806 595 36 re f", "BT /F1 20 Tf 0 g 56 750 Td"]
    page.append(f"({_pdf_text(title)}) Tj /F1 11 Tf 0 -34 Td")
    page += [f"({_pdf_text(line)}) Tj 0 -17 Td" for line in lines]
    stream = "\n".join([*page, "ET"]).encode("cp1252", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R\n"
        b"/Resources << /Font << /F1 4 0 R >> >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    )
    out, offsets = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n" % (size, b"".join(offsets))
        + (b"<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out)))
    )


def _pdf_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


_DOCX = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
    'package.relationships+xml"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    "</Types>",
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="r1" Target="word/document.xml" Type="http://schemas.'
    'openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>',
    "word/document.xml": '<w:document xmlns:w="http://schemas.openxmlformats.org/'
    'wordprocessingml/2006/main"><w:body>{}</w:body></w:document>',
}


def docx(lines: Iterable[str]) -> bytes:
    """A Word document (ECMA-376) with one paragraph a line."""
    text = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, xml in _DOCX.items():
            # A ZipInfo of its own is dated 1980: the bytes do not depend on the clock.
            package.writestr(
                zipfile.ZipInfo(name),
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{xml.format(text)}',
            )
    return file.getvalue()


def ics(summary: str, start: datetime, organizer: Person, guests: Iterable[Person]) -> bytes:
    """An invitation to one hour from ``start`` (RFC 5545, 5546)."""
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Halden//Calendar//EN",
        "VERSION:2.0",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        f"UID:{int(start.timestamp())}@{organizer.domain}",
        f"DTSTAMP:{utc(start):%Y%m%dT%H%M%SZ}",
        f"DTSTART:{utc(start):%Y%m%dT%H%M%SZ}",
        f"DTEND:{utc(start + timedelta(hours=1)):%Y%m%dT%H%M%SZ}",
        f"SUMMARY:{summary.replace(',', chr(92) + ',')}",
        f"ORGANIZER:mailto:{organizer.key}",
        *(f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{guest.key}" for guest in guests),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines).encode()


def archive(size: int, rng: Random) -> bytes:
    """A zip file of about ``size`` bytes of pictures that cannot be made smaller."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for number in range(1, 5):
            package.writestr(zipfile.ZipInfo(f"survey-{number}.jpg"), rng.randbytes(size // 4))
    return file.getvalue()
