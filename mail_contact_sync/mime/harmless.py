# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTML of strangers as it may stand on a page of ours, beyond what a sanitizer takes away.

What is safe in a page of its own is not so here: a relative link or picture leads into the
program that shows it, with the reader's rights, and names are taken for its own.
"""

import html
import re
from collections.abc import Collection
from unicodedata import normalize
from urllib.parse import unquote

#: As lxml writes them, which leaves no bracket in a tag and no attribute without quotes.
_TAG = re.compile(r"<[A-Za-z][^<>\s]*\s[^<>]*>")
_ATTRIBUTE = re.compile(r"""(?<!\s)\s+([^\s=<>"']+)(?:=("[^"]*"|'[^']*'))?""")

#: What tells how something looks and is read.  No style of the mail is left for a class to name.
_PLAIN = {
    *("align", "alt", "bgcolor", "border", "cellpadding", "cellspacing", "clear", "color"),
    *("colspan", "compact", "controls", "data-o-mail-quote", "data-o-mail-quote-container"),
    *("data-o-mail-quote-node", "dir", "height", "hspace", "lang", "noshade", "nowrap", "rowspan"),
    *("rules", "scope", "size", "span", "start", "summary", "title", "type", "valign", "value"),
    *("vspace", "width"),
}
_TARGET = ' target="_blank"'

_WEB = re.compile(r"(?:https?:)?//([^/\\?#@:]+)(?::\d*)?((?:[/?#].*)?)", re.IGNORECASE | re.DOTALL)
#: Without two slashes a browser takes http: for relative.
_LINK = re.compile(r"(?:(?:https?:)?//[^/\\]|(?!https?:)[a-z][a-z0-9+.-]*:)", re.IGNORECASE)
_DATA = re.compile(r"data:image/", re.IGNORECASE)
#: Its last part is no number, as an IP address has it.
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[^\W\d][\w-]*\.?")
_PICTURE_URL = re.compile(r"""\s*url\(\s*(["']?)([^\s"'()\\]+)\1\s*\)\s*""", re.IGNORECASE)
#: Where Odoo only shows something.
_SHOWN = re.compile(r"/(?:web/image[/?]|logo(?:\.png)?(?:\?|\Z)|\w+/static/)")
_UPWARDS = re.compile(r"\.\.|%2e|\\|%5c", re.IGNORECASE)


def is_absolute(link: str) -> bool:
    """Whether ``link`` leads to the same place from whichever page."""
    return bool(_LINK.match(link))


def harmless(markup: str, own: Collection[str] = (), hosts: Collection[str] = ()) -> str:
    """Sanitised HTML, as lxml writes it, without what would act on the page that shows it.

    ``own`` are the paths under which its own pictures are shown, ``hosts`` the lower-case names
    of the program that shows it: nothing else is asked of them just because a mail is read.
    Takes time linear in the length of ``markup``.
    """

    def kept(attribute: re.Match) -> str:
        name, written = attribute[1].lower(), attribute[2] or ""
        # Most attributes are these two.
        if name in _PLAIN or (name == "style" and "image" not in written.lower()):
            return attribute[0]
        value = html.unescape(written[1:-1])
        if name == "style":
            return styled(value)
        if name == "target":
            return _TARGET
        is_kept = (name == "href" and is_absolute(value)) or (name == "src" and is_shown(value))
        return attribute[0] if is_kept else ""

    def is_shown(url: str) -> bool:
        return url in own or bool(_DATA.match(url)) or _is_elsewhere(url, hosts)

    def styled(value: str) -> str:
        declarations = [each for each in value.split(";") if not is_forbidden(each)]
        return f' style="{html.escape(";".join(declarations))}"'

    def is_forbidden(declaration: str) -> bool:
        name, _, value = declaration.partition(":")
        if name.strip().lower() != "background-image":
            return False
        url = _PICTURE_URL.fullmatch(value)
        return not (url and _is_elsewhere(url[2], hosts))

    return _TAG.sub(lambda tag: _ATTRIBUTE.sub(kept, tag[0]), markup)


def _is_elsewhere(url: str, hosts: Collection[str]) -> bool:
    """Whether to load ``url`` is to ask another host, or ours for something to show."""
    found = _WEB.fullmatch(url)
    if not found:
        return False
    host = normalize("NFKC", unquote(found[1])).lower()
    if not _HOST.fullmatch(host) or found[2].startswith("/web/session"):
        return False
    if host.rstrip(".") not in hosts:
        return True
    return bool(_SHOWN.match(found[2])) and not _UPWARDS.search(found[2])
