# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An IMAP server that says what it is told to: for what no real one can be brought to say."""

import socket
from collections.abc import Mapping

from .listener import Listener, next_answer

#: A reply: say nothing, and keep the line open.
SILENCE = None
#: A reply: end the connection.
HANG_UP = b""

ANSWERS = {
    "CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n",
    "LOGIN": b"{tag} OK welcome\r\n",
    "LIST": b'* LIST () "/" INBOX\r\n{tag} OK done\r\n',
    "EXAMINE": b"* 0 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n* OK [UIDNEXT 1] ok\r\n{tag} OK done\r\n",
    "UID SEARCH": b"* SEARCH\r\n{tag} OK done\r\n",
    "UID FETCH": b"{tag} OK done\r\n",
    "LOGOUT": b"* BYE bye\r\n{tag} OK done\r\n",
}


class ScriptedImap(Listener):
    """Answers each command as ``answers`` says, on top of ``ANSWERS``.

    A context manager.  An answer is bytes, with ``{tag}`` for the command's tag,
    or a list of such for a command that comes several times, the last one for
    all further times.  ``commands`` holds what was sent, without tags.
    """

    def __init__(self, answers: Mapping = (), greeting: bytes | None = b"* OK IMAP4rev1 ready\r\n"):
        super().__init__()
        self.answers = {**ANSWERS, **dict(answers)}
        self._greeting = greeting
        self.commands: list[str] = []

    def serve(self, client: socket.socket) -> None:
        if self._greeting is not SILENCE:
            client.sendall(self._greeting)
        for line in client.makefile("rb"):
            tag, _, rest = line.strip().partition(b" ")
            command = rest.decode("utf-8", "replace")
            self.commands.append(command)
            answer = self._answer(command)
            if answer == HANG_UP:
                break
            if answer is not SILENCE:
                client.sendall(answer.replace(b"{tag}", tag))
        client.shutdown(socket.SHUT_RDWR)

    def _answer(self, command: str) -> bytes | None:
        words = command.upper().split()
        name = " ".join(words[: 2 if words[:1] == ["UID"] else 1])
        return next_answer(self.answers.get(name, b"{tag} BAD what?\r\n"))
