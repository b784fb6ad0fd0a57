# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Plain text programs: mutt in the West, Becky! in Japan."""

from ..letter import File, Letter, Written
from . import mime, prose
from .base import Client, hexes


class Plain(Client):
    def message_id(self, sender, rng):
        return f"<{rng.randint(10**13, 10**14)}.{hexes(rng, 8)}@{sender.domain}>"

    def write(self, letter, rng):
        japanese = letter.lang == "ja"
        text = self._text(letter)
        charset = mime.narrowest(text, "us-ascii", *["iso-2022-jp"] * japanese)
        encoding = "8bit" if charset == "utf-8" else "7bit"
        content = mime.text_part(text, f"text/plain; charset={charset}", encoding)
        if letter.files:
            boundary = hexes(rng, 16)
            parts = (content, *(_file(file) for file in letter.files))
            content = mime.multipart("mixed", boundary, parts)
        head = mime.headers(
            letter,
            "Date From To Cc Subject Message-ID References MIME-Version In-Reply-To"
            " User-Agent X-Mailer",
            "iso-2022-jp" if japanese else "utf-8",
            User_Agent="" if japanese else "Mutt/2.2.9 (2022-11-12)",
            X_Mailer="Becky! ver. 2.81.06 [ja]" if japanese else "",
        )
        return Written(letter, text, "", mime.message(head, content))

    def _text(self, letter: Letter) -> str:
        own = [prose.plain(letter.text, width=36 if letter.lang == "ja" else 72)]
        if lines := prose.signature(letter.sender):
            own += ["", "-- ", *lines]
        if letter.answers:
            # The answer stands below, and above it only what the last letter said.
            said = letter.answers.text.partition("\n-- \n")[0].splitlines()
            last = "\n".join(line for line in said if line[:1] != ">").strip()
            own = [prose.attribution("plain", letter), prose.cite(last), "", *own]
        return "\n".join(own) + "\n"


def _file(file: File) -> bytes:
    head = [
        ("Content-Type", file.mimetype),
        ("Content-Disposition", f"attachment; {mime.filename_2231(file.name)}"),
    ]
    return mime.file_part(file, head)
