# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The octets of mail to Unicode: transfer encodings, charsets, header values.

Nothing here raises, whatever the octets say.  A header value comes in as UTF-8
that was decoded with ``surrogateescape``: an octet that is no UTF-8 is a lone
surrogate.  What goes out can be encoded as UTF-8 and has no control character
but tab and line feed, a header value none at all.
"""

import binascii
import codecs
import re
from contextlib import suppress
from email.message import Message
from functools import lru_cache
from io import BytesIO

# -- Transfer encodings (RFC 2045, section 6) ---------------------------------

_PADDING = re.compile(rb"=[=\s]*")
_ONLY_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]*\Z")
_NO_DIGIT = re.compile(rb"[^A-Za-z0-9+/]+")
#: Each run costs an object; a body of nothing but padding must not cost memory.
_MAX_RUNS = 10_000


def base64(data) -> bytes:
    """Decode base64, also where padding, alphabet or line ends are broken.

    Some mailers encode piece by piece, each with its padding; some list servers
    append a footer in plain text.  The former is read on, the latter is not.
    """
    padding = _PADDING.search(data)
    if padding is None or padding.end() == len(data):
        return _base64_run(data)
    if not _ONLY_BASE64.match(data, padding.end()):
        return _base64_run(data[: padding.start()])
    runs = re.split(rb"=+", data, maxsplit=_MAX_RUNS)
    return b"".join(_base64_run(run) for run in runs)


def _base64_run(data) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        digits = _NO_DIGIT.sub(b"", data)
        if len(digits) % 4 == 1:  # six bits make no octet
            digits = digits[:-1]
        return binascii.a2b_base64(digits + b"==")


_UU_LINE = re.compile(rb"^[ -`][^\r\n]*", re.MULTILINE)


def uudecode(data) -> bytes:
    """The octets that are uuencoded in ``data``.

    ``begin`` and ``end``, where they stand in it, are no data: that has no
    lower-case letters.
    """
    decoded = BytesIO()
    for found in _UU_LINE.finditer(data):
        line = found[0]
        length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some mailers write more
        with suppress(binascii.Error):
            decoded.write(binascii.a2b_uu(line[:length]))
    return decoded.getvalue()


# -- Charsets (RFC 2978) ------------------------------------------------------

#: Labels that Python does not know.
_LABELS = {
    "ks_c_5601": "cp949",
    "cn-gb": "gb18030",
    "gb_2312-80": "gb18030",
    "sjis-win": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "unicode-1-1-utf-8": "utf-8",
    "utf8mb4": "utf-8",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
}
#: What senders mean by a charset: the superset that their systems really write,
#: much as in the WHATWG Encoding Standard, section 4.2.
_SUPERSETS = {
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso2022_jp": "iso2022_jp_ext",
}
#: Python codecs that are no charset of mail, and costly or apt to invent text.
_NO_CHARSET = {"idna", "punycode", "unicode-escape", "raw-unicode-escape"}
_CODE_PAGE = re.compile(r"(?:windows|win|cp|ibm|ms)[-_ ]?(\d{3,5})")
#: Python remembers each name that it was asked for.
_MAX_LABEL = 40


@lru_cache(maxsize=256)
def _codec(label: str) -> str | None:
    """The Python codec for text that is labelled ``label``."""
    name = label.strip(" \t'\"").lower().removeprefix("x-")[:_MAX_LABEL]
    name = _LABELS.get(name, name)
    if found := _CODE_PAGE.fullmatch(name):
        name = f"cp{found[1]}"
    try:
        name = codecs.lookup(name).name
    except (LookupError, ValueError):  # ValueError: a name that can be none
        return None
    return None if name in _NO_CHARSET else _SUPERSETS.get(name, name)


def decode(data: bytes, *labels: str) -> str:
    """``data`` as Unicode, by the first of ``labels`` that fits it.

    Then comes UTF-8, then windows-1252.  UTF-8 goes before windows-1252 even
    where a label says otherwise: text in the one hardly ever reads as the other
    by accident, and mail that passed for Latin-1 for years is often UTF-8.
    """
    named = [codec for codec in map(_codec, labels) if codec and _possible(codec, data)]
    candidates = [*named, "utf-8"]
    if candidates[0] == "cp1252":
        candidates.insert(0, "utf-8")
    for codec in candidates:
        text = _strictly(data, codec)
        if text is not None:
            return clean(text)
    for codec in candidates:
        text = _try(data, codec, "replace")
        if text is not None and not _mostly_replaced(text):
            return clean(text)
    return clean(data.decode("cp1252", "replace"))


def _possible(codec: str, data: bytes) -> bool:
    """Whether ``data`` may be in ``codec``: UTF-16 and 32 cannot do without NUL."""
    return not codec.startswith(("utf-16", "utf-32")) or b"\0" in data


def _strictly(data: bytes, codec: str) -> str | None:
    text = _try(data, codec, "strict")
    if text is None and codec == "iso2022_jp_ext":
        # Characters that NEC and Microsoft added to JIS X 0208, as the company
        # sign, stand in JIS X 0213 at the same place, under another escape.
        text = _try(data.replace(b"\x1b$B", b"\x1b$(Q"), "iso2022_jp_2004", "strict")
    return text


def _try(data: bytes, codec: str, errors: str) -> str | None:
    try:
        return data.decode(codec, errors)
    except (LookupError, UnicodeError):  # LookupError: bytes to bytes, as "hex"
        return None


def _mostly_replaced(text: str) -> bool:
    """Whether most of what is not ASCII could not be read."""
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return text.count("\ufffd") * 2 > foreign


_LINE_END = re.compile("\r\n?")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]|\\A\ufeff")


def clean(text: str) -> str:
    """``text`` with LF as line end, no byte order mark, surrogate or control character."""
    return _UNFIT.sub("", _LINE_END.sub("\n", text))


# -- Header values ------------------------------------------------------------

#: The length is bounded lest a header of opening marks take quadratic time.
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bqBQ])\?(.{0,1000}?)\?=", re.DOTALL)
#: With the space after a line end that was folded (RFC 5322, section 2.2.3).
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+ ?")
#: The library takes quadratic time over semicolons between quotes.
_MAX_PARAMETERS = 16 << 10


def octets(value: str) -> bytes:
    """The octets behind a header value."""
    return value.encode("utf-8", "surrogateescape")


def decode_words(value: str, charset: str = "") -> str:
    """A header value on one line, its encoded words decoded (RFC 2047, 2231, 6532).

    Adjacent words of one charset are joined as octets before they are decoded,
    since mailers cut between the octets of a character.  Octets outside of words
    are UTF-8 (RFC 6532), else in ``charset``.
    """
    pieces: list[tuple[str | None, bytes]] = []
    position = 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[position : word.start()]
        label, encoding, text = word.groups()
        label = label.partition("*")[0].lower()
        data = octets(text)
        data = base64(data) if encoding in "bB" else binascii.a2b_qp(data, header=True)
        if between.strip() or not position:
            pieces.append((None, octets(between)))
        if pieces[-1][0] == label:
            data = pieces.pop()[1] + data
        pieces.append((label, data))
        position = word.end()
    pieces.append((None, octets(value[position:])))
    text = "".join(
        decode(data, label) if label else decode(data, "utf-8", charset) for label, data in pieces
    )
    return _CONTROLS.sub(" ", text).strip()


_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ISOLATES, _END_OF_ISOLATE = "\u2066\u2067\u2068", "\u2069"


def in_order(text: str) -> str:
    """``text`` without what makes it, or what stands behind it, read other than it is written.

    Goes: embeddings and overrides, and isolates without their partner (Unicode Standard Annex
    #9, section 2).  Languages that are written from right to left need the rest.
    """
    if not _DIRECTION.search(text):
        return text
    kept: list[str] = []
    opened: list[int] = []  # where in kept
    for letter in text:
        if letter in _ISOLATES:
            opened.append(len(kept))
        elif letter == _END_OF_ISOLATE and opened:
            opened.pop()
        elif _DIRECTION.match(letter):
            continue
        kept.append(letter)
    for index in opened:
        kept[index] = ""
    return "".join(kept)


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A MIME value and its parameters (RFC 2045, section 5.1; RFC 2231), names in lower case.

    Extended values (``name*=``) are decoded, others as ``value`` is.
    """
    message = Message()
    # Latin-1 and back: the library would replace surrogates in a value.
    message["Value"] = octets(value[:_MAX_PARAMETERS]).decode("latin-1")
    try:
        found = message.get_params([], "value")
    except (TypeError, ValueError):  # continuations without a number, or with an endless one
        found = []
    words = value.partition(";")[0].split()
    main = words[0].lower() if words and "=" not in words[0] else ""
    result: dict[str, str] = {}
    for name, text in found:
        words = name.split()  # "attachment filename=…": the semicolon is missing
        if isinstance(text, tuple):  # an extended value goes before a plain one
            result[words[-1]] = decode(text[2].encode("latin-1", "replace"), text[0] or "")
        elif text and words:
            plain = text.encode("latin-1", "replace").decode("utf-8", "surrogateescape")
            result.setdefault(words[-1], plain)
    return main, result
