# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gmail's search, as its help page describes it: https://support.google.com/mail/answer/7190

Words are split at whatever is no letter, digit or underscore, and compared whole.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

_TOKEN = re.compile(r'[{}()]|-?\w+:"[^"]*"|-?\w+:[^\s{}()"]+|"[^"]*"|[^\s{}()"]+|\s+')
_FIELDS = ("from", "to", "cc", "bcc", "message-id")
_PLACES = {"drafts": "DRAFT", "draft": "DRAFT", "chats": "CHAT", "chat": "CHAT"}


@dataclass
class Entry:
    """What a search needs to know of one message; ``received`` in milliseconds."""

    id: str
    received: int
    labels: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)


def header_fields(raw: bytes) -> list[tuple[str, str]]:
    """Names and values as they stand, each on one line."""
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    text = re.sub(r"\r?\n(?=[ \t])", "", head.decode("utf-8", "replace"))
    pairs = (line.split(":", 1) for line in re.split(r"\r?\n", text) if ":" in line)
    return [(name.strip(), value.strip()) for name, value in pairs]


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


class Index:
    """The messages of one mailbox."""

    def __init__(self):
        self.entries: dict[str, Entry] = {}
        self._by_word: dict[tuple[str, str], set[str]] = defaultdict(set)

    def add(self, id: str, received: int, labels: set[str], raw: bytes) -> None:
        entry = Entry(id, received, set(labels))
        for name in _FIELDS:
            values = (value for field, value in header_fields(raw) if field.lower() == name)
            entry.words[name] = _words(" ".join(values))
            for word in entry.words[name].split():
                self._by_word[name, word].add(id)
        self.entries[id] = entry

    def remove(self, id: str) -> None:
        entry = self.entries.pop(id)
        for name, words in entry.words.items():
            for word in words.split():
                self._by_word[name, word].discard(id)

    def search(self, query: str) -> list[str]:
        """The ids of what is found, newest first.  Raises ValueError where it is no query."""
        tokens = [token for token in _TOKEN.findall(query) if not token.isspace()]
        if re.sub(r"\s", "", "".join(tokens)) != re.sub(r"\s", "", query):
            raise ValueError(f"what is this? {query}")
        found = self._all_of(tokens) if tokens else set(self.entries)
        if tokens:
            raise ValueError(f"a bracket too many: {query}")
        entries = (self.entries[id] for id in found)
        wanted = [entry for entry in entries if not entry.labels & {"SPAM", "TRASH"}]
        wanted.sort(key=lambda entry: (entry.received, entry.id), reverse=True)
        return [entry.id for entry in wanted]

    def _all_of(self, tokens: list[str]) -> set[str]:
        found = set(self.entries)
        while tokens and tokens[0] not in ("}", ")"):
            one = self._one(tokens)
            while tokens and tokens[0] == "OR":
                tokens.pop(0)
                one = one | self._one(tokens)
            found &= one
        return found

    def _one(self, tokens: list[str]) -> set[str]:
        token = tokens.pop(0)
        if token == "(":
            found = self._all_of(tokens)
            self._close(tokens, ")")
            return found
        if token == "{":
            found = set()
            while tokens and tokens[0] != "}":
                found |= self._one(tokens)
            self._close(tokens, "}")
            return found
        if token.startswith("-"):
            return set(self.entries) - self._term(token[1:])
        return self._term(token)

    def _close(self, tokens: list[str], bracket: str) -> None:
        if not tokens or tokens.pop(0) != bracket:
            raise ValueError("a bracket is missing")

    def _term(self, term: str) -> set[str]:
        operator, _, value = term.partition(":")
        value = value.strip('"')
        if operator == "rfc822msgid":
            return self._phrase("message-id", _words(value))
        if operator in _FIELDS[:4]:
            return self._phrase(operator, _words(value))
        if operator in ("in", "is", "label"):
            label = _PLACES.get(value, value.upper())
            return {entry.id for entry in self.entries.values() if label in entry.labels}
        if operator == "after":
            return {e.id for e in self.entries.values() if e.received > int(value) * 1000}
        if operator == "before":
            return {e.id for e in self.entries.values() if e.received < int(value) * 1000}
        raise ValueError(f"unknown operator: {term}")

    def _phrase(self, name: str, phrase: str) -> set[str]:
        if not phrase:
            raise ValueError(f"{name}: of nobody")
        candidates = set.intersection(*(self._by_word[name, word] for word in phrase.split()))
        return {id for id in candidates if f" {phrase} " in f" {self.entries[id].words[name]} "}
