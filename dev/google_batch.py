# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Several requests in one: https://developers.google.com/workspace/gmail/api/guides/batch"""

import email
from dataclasses import dataclass
from http import HTTPStatus

_BOUNDARY = "batch_of_answers"


@dataclass(frozen=True)
class Part:
    """One request of a batch; ``id`` is what its answer has to name."""

    id: str
    verb: str
    target: str
    headers: dict[str, str]
    body: bytes


def read(content_type: str, body: bytes) -> list[Part]:
    """The requests that stand in ``body``."""
    whole = email.message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts = []
    for part in whole.get_payload():
        line, _, rest = part.get_payload(decode=True).partition(b"\n")
        verb, target, _version = line.decode().split()
        request = email.message_from_bytes(rest)
        parts.append(
            Part(
                part["Content-ID"].strip("<>"),
                verb,
                target,
                {name.lower(): value for name, value in request.items()},
                request.get_payload(decode=True) or b"",
            )
        )
    return parts


def write(answers: list[tuple[str, int, dict[str, str], bytes]]) -> tuple[str, bytes]:
    """Content type and body of the answer: id, status, headers and body of each."""
    pieces = []
    for id, status, headers, body in answers:
        lines = [
            f"--{_BOUNDARY}",
            "Content-Type: application/http",
            f"Content-ID: <response-{id}>",
            "",
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}",
            *(f"{name}: {value}" for name, value in headers.items()),
            f"Content-Length: {len(body)}",
            "",
            "",
        ]
        pieces.append("\r\n".join(lines).encode() + body)
    end = f"\r\n--{_BOUNDARY}--\r\n".encode()
    return f"multipart/mixed; boundary={_BOUNDARY}", b"\r\n".join(pieces) + end
