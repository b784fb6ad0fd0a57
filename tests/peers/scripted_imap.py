# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An IMAP server that says what it is told to: for what no real one can be brought to say."""

import contextlib
import socket
import threading
from collections.abc import Mapping

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


class ScriptedImap:
    """Answers each command as ``answers`` says, on top of ``ANSWERS``.

    A context manager.  An answer is bytes, with ``{tag}`` for the command's tag,
    or a list of such for a command that comes several times, the last one for
    all further times.  ``commands`` holds what was sent, without tags.
    """

    def __init__(self, answers: Mapping = (), greeting: bytes | None = b"* OK IMAP4rev1 ready\r\n"):
        self.answers = {**ANSWERS, **dict(answers)}
        self._greeting = greeting
        self._sockets: list[socket.socket] = []
        self.commands: list[str] = []

    def __enter__(self) -> "ScriptedImap":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        for end in (self._listener, *self._sockets):
            # Closing alone would not wake the thread that waits on it.
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(client)
            self._threads.append(threading.Thread(target=self._serve, args=(client,), daemon=True))
            self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
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
        answer = self.answers.get(name, b"{tag} BAD what?\r\n")
        if isinstance(answer, list):
            return answer.pop(0) if len(answer) > 1 else answer[0]
        return answer
