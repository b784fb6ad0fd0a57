# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An SMTP server that says what it is told to: for what no real one can be brought to say."""

import socket
import struct
from collections.abc import Mapping

from .listener import Listener, next_answer

#: An answer: say nothing, and keep the line open.
SILENCE = None
#: An answer: end the connection.
HANG_UP = b""

EHLO = b"250-smtp.example\r\n250-8BITMIME\r\n250-SIZE 1000000\r\n250 AUTH PLAIN LOGIN\r\n"
ANSWERS = {
    "": b"220 smtp.example ESMTP\r\n",
    "EHLO": EHLO,
    "AUTH": b"235 2.7.0 welcome\r\n",
    "MAIL": b"250 2.1.0 ok\r\n",
    "RCPT": b"250 2.1.5 ok\r\n",
    "DATA": b"354 go on\r\n",
    ".": b"250 2.0.0 queued\r\n",
    "RSET": b"250 2.0.0 ok\r\n",
    "NOOP": b"250 2.0.0 ok\r\n",
    "QUIT": b"221 2.0.0 bye\r\n",
}


class ScriptedSmtp(Listener):
    """Answers each command as ``answers`` says, on top of ``ANSWERS``.

    A context manager.  Answers go by the command's first word: "" for the greeting, "." for the
    end of a message, "+" for a line after a 334.  An answer is bytes, or a list of such for what
    comes several times, the last one for all further times.  ``commands`` holds what was said,
    ``messages`` the messages that came to their end, dots and all, and ``cut_after`` how many
    bytes of a message are read before the line is cut.
    """

    def __init__(self, answers: Mapping = (), cut_after: int | None = None):
        super().__init__()
        self.answers = {**ANSWERS, **dict(answers)}
        self.cut_after = cut_after
        self.commands: list[str] = []
        self.messages: list[bytes] = []

    def serve(self, client: socket.socket) -> None:
        lines = client.makefile("rb")
        said = self._say(client, "")
        while said != HANG_UP and (line := lines.readline()):
            command = line.decode("utf-8", "replace").rstrip("\r\n")
            self.commands.append(command)
            challenged = said is not SILENCE and said.startswith(b"334")
            name = "+" if challenged else command.upper().partition(" ")[0]
            said = self._say(client, name)
            if said is not SILENCE and said.startswith(b"354"):
                said = self.take(client, lines)
        client.shutdown(socket.SHUT_RDWR)

    def take(self, client: socket.socket, lines) -> bytes | None:
        """Read a message; returns what was said to its end."""
        if self.cut_after is not None:
            lines.read(self.cut_after)
            # Reset instead of an orderly end.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            lines.close()
            client.close()
            raise ConnectionError
        message = b""
        while (line := lines.readline()) not in (b".\r\n", b""):
            message += line
        if line:
            self.messages.append(message)
            return self._say(client, ".")
        return HANG_UP

    def _say(self, client: socket.socket, name: str) -> bytes | None:
        answer = next_answer(self.answers.get(name, b"500 5.5.1 what?\r\n"))
        if answer:
            client.sendall(answer)
        return answer
