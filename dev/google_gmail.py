# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Gmail API as Google has it, on top of the emulator: quota, scopes, searches, errors."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from urllib.parse import parse_qs, urlsplit

from .bearer import Token
from .google_consent import Consent
from .google_mailbox import GoogleMailbox
from .google_query import header_fields
from .google_schema import Call, Violation, call, check_body, masked
from .recipients import recipients
from .web_server import Answer

#: Of https://developers.google.com/workspace/gmail/api/reference/quota, since May 2026.
UNITS = {
    "gmail.users.getProfile": 1,
    "gmail.users.history.list": 2,
    "gmail.users.messages.get": 20,
    "gmail.users.messages.list": 5,
    "gmail.users.messages.send": 100,
    "gmail.users.settings.sendAs.list": 1,
}
MINUTE = 60
#: Seconds that whoever is over the limit is told to wait; unlike any number that they may think of.
RETRY_AFTER = 47


@dataclass
class Fault:
    """What is to go wrong with the next ``times`` calls of ``method``, of ``id`` alone if given."""

    method: str
    status: int
    reason: str
    id: str = ""
    times: int = 1
    message: str = "no"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Asked:
    """A call that was answered."""

    call: Call
    user: str
    status: int
    at: float


class Gmail:
    """``mailboxes`` by user.  ``limit`` are the units of a user and minute."""

    def __init__(
        self,
        mailboxes: dict[str, GoogleMailbox],
        consent: Consent,
        clock: Callable[[], float] = time.time,
    ):
        self.mailboxes = mailboxes
        self.consent = consent
        self._clock = clock
        self.limit = 6000
        self.over_limit = (429, "rateLimitExceeded")
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.violations: list[str] = []
        self.sent: list[tuple[str, bytes]] = []
        self._uploads: dict[str, Callable[[dict, bytes], Answer]] = {}
        self._spent: dict[str, list[tuple[float, int]]] = defaultdict(list)

    def spent(self, user: str) -> int:
        """Units of the last minute."""
        begin = self._clock() - MINUTE
        self._spent[user] = [each for each in self._spent[user] if each[0] > begin]
        return sum(units for _when, units in self._spent[user])

    def calls(self, method: str) -> list[Call]:
        """Of ``messages.get`` and the like, those that were made."""
        return [each.call for each in self.asked if each.call.method == f"gmail.users.{method}"]

    def answer(self, verb: str, target: str, headers: dict, body: bytes) -> Answer:
        if verb == "POST" and "x-http-method-override" in headers:
            # Of a request whose URL would be too long.
            verb = headers["x-http-method-override"]
            target = f"{target.partition('?')[0]}?{body.decode()}"
        upload = parse_qs(urlsplit(target).query).get("upload_id", [""])[0]
        if verb == "PUT" and upload in self._uploads:
            answer = self._uploads[upload](headers, body)
            if answer[0] == 200:
                del self._uploads[upload]
            return answer
        try:
            asked = call(verb, target)
            if asked.method not in UNITS:
                raise Violation(f"not for us: {asked.method}")
            token = self.consent.token(headers)
            answer = self._answer(asked, token, headers, body)
        except (Violation, ValueError) as violation:
            self.violations.append(str(violation))
            return error(400, "badRequest", str(violation))
        self.asked.append(Asked(asked, token.user if token else "", answer[0], self._clock()))
        return answer

    def _answer(self, asked: Call, token: Token | None, headers: dict, body: bytes) -> Answer:
        if token is None:
            return error(401, "authError", "Invalid Credentials")
        if not asked.scopes & token.scopes:
            return error(403, "insufficientPermissions", "Insufficient Permission")
        if asked.param("userId") not in ("me", token.user):
            return error(403, "forbidden", "Delegation denied")
        units = UNITS[asked.method]
        if self.spent(token.user) + units > self.limit:
            return error(*self.over_limit, "Quota exceeded", {"Retry-After": str(RETRY_AFTER)})
        self._spent[token.user].append((self._clock(), units))
        for fault in self.faults:
            if fault.method in asked.method and fault.id in ("", asked.param("id")) and fault.times:
                fault.times -= 1
                if fault.body is not None:
                    return fault.status, fault.headers, fault.body
                return error(fault.status, fault.reason, fault.message, fault.headers)
        handle = getattr(self, "_" + asked.method.removeprefix("gmail.users.").replace(".", "_"))
        status, headers, content = handle(self.mailboxes[token.user], asked, headers, body)
        if status == 200 and asked.fields:
            content = json.dumps(masked(json.loads(content), asked.fields)).encode()
        return status, headers, content

    def _getProfile(self, mailbox: GoogleMailbox, *_rest) -> Answer:
        total = len(mailbox.index.entries)
        return _json(
            {
                "emailAddress": mailbox.user,
                "messagesTotal": total,
                "threadsTotal": total,
                "historyId": mailbox.history_id(),
            }
        )

    def _settings_sendAs_list(self, mailbox: GoogleMailbox, *_rest) -> Answer:
        value = mailbox.ask("GET", "settings/sendAs").json()
        return _json({"sendAs": [*value["sendAs"], *mailbox.aliases]})

    def _messages_list(self, mailbox: GoogleMailbox, asked: Call, *_rest) -> Answer:
        found = mailbox.index.search(asked.param("q"))
        fields = asked.param("fields", "")
        start = int(asked.param("pageToken", "0"))
        end = start + int(asked.param("maxResults", "100"))
        value = {
            "messages": [
                {"id": id, "threadId": mailbox.thread(id) if "threadId" in fields else id}
                for id in found[start:end]
            ],
            "resultSizeEstimate": len(found),
        }
        if not found[start:end]:
            del value["messages"]
        if end < len(found):
            value["nextPageToken"] = str(end)
        return _json(value)

    def _history_list(self, mailbox: GoogleMailbox, asked: Call, *_rest) -> Answer:
        start = asked.param("startHistoryId")
        if not start:
            raise Violation("history.list without startHistoryId")
        if int(start) < mailbox.oldest_history:
            return error(404, "notFound", "Requested entity was not found.")
        query = [(name, value) for name, values in asked.params.items() for value in values]
        response = mailbox.ask("GET", "history", params=[p for p in query if p[0] != "userId"])
        value = response.json()
        for record in value.get("history", ()):
            # The labels come along with messages that were added, if at all.
            for entry in (*record.get("messagesAdded", ()), *record.get("labelsRemoved", ())):
                entry["message"].pop("internalDate", None)
                entry["message"].pop("historyId", None)
                if "labelIds" in entry:
                    entry["message"].pop("labelIds", None)
        if not value.get("history"):
            value.pop("history", None)
        return _json(value)

    def _messages_get(self, mailbox: GoogleMailbox, asked: Call, *_rest) -> Answer:
        response = mailbox.ask("GET", f"messages/{asked.param('id')}", params={"format": "raw"})
        if not response.ok:
            return response.status_code, {}, response.content
        value = response.json()
        raw = urlsafe_b64decode(value.pop("raw") + "==")
        value["sizeEstimate"] = len(raw)
        form = asked.param("format", "full")
        if form == "raw":
            value["raw"] = urlsafe_b64encode(raw).decode()
        elif form == "metadata":
            wanted = {name.lower() for name in asked.params.get("metadataHeaders", ())}
            value["payload"] = {
                "headers": [
                    {"name": name, "value": value}
                    for name, value in header_fields(raw)
                    if not wanted or name.lower() in wanted
                ]
            }
        elif form == "full":
            raise Violation("messages.get: nobody needs the format full")
        return _json(value)

    def _messages_send(
        self, mailbox: GoogleMailbox, asked: Call, headers: dict, body: bytes
    ) -> Answer:
        value = check_body(asked, body)
        if not asked.upload:
            return self._sent(mailbox, value, urlsafe_b64decode(value.pop("raw").encode() + b"=="))
        # https://developers.google.com/workspace/gmail/api/guides/uploads
        if asked.param("uploadType") != "resumable" or "raw" in value:
            raise Violation("messages.send: an upload of another kind")
        if headers.get("x-upload-content-type") != "message/rfc822":
            raise Violation("messages.send: an upload of something else")
        upload = str(len(self.asked))
        self._uploads[upload] = lambda headers, body: self._uploaded(mailbox, value, headers, body)
        return 200, {"Location": f"http://{headers['host']}/upload?upload_id={upload}"}, b""

    def _uploaded(self, mailbox: GoogleMailbox, value: dict, headers: dict, body: bytes) -> Answer:
        if self.consent.token(headers) is None:
            return error(401, "authError", "Invalid Credentials")
        if headers.get("content-range") != f"bytes 0-{len(body) - 1}/{len(body)}":
            self.violations.append("messages.send: a part of an upload")
        return self._sent(mailbox, value, body)

    def _sent(self, mailbox: GoogleMailbox, value: dict, raw: bytes) -> Answer:
        """What is sent to users who are here comes into their inbox, which the emulator lacks."""
        now = str(int(time.time() * 1000))
        value = {**value, "raw": urlsafe_b64encode(raw).decode(), "internalDate": now}
        response = mailbox.ask("POST", "messages/send", json=value)
        response.raise_for_status()
        id = response.json()["id"]
        mailbox.sent(id, raw)
        self.sent.append((mailbox.user, raw))
        for user in recipients(BytesHeaderParser().parsebytes(raw)):
            if user in self.mailboxes:
                self.mailboxes[user].add(raw)
        return _json({"id": id, "threadId": response.json()["threadId"], "labelIds": ["SENT"]})


def error(status: int, reason: str, message: str, headers: dict[str, str] | None = None) -> Answer:
    """As Google puts it."""
    entry = {"message": message, "domain": "global", "reason": reason}
    value = {"error": {"code": status, "message": message, "errors": [entry]}}
    return (
        status,
        {"Content-Type": "application/json", **(headers or {})},
        json.dumps(value).encode(),
    )


def _json(value: dict) -> Answer:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()
