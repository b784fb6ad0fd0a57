# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whether a text would keep those busy for hours that make it fit for a page.

Odoo's sanitizer, its search for quoted text and for links take time quadratic in some lengths.
Each is measured here, in linear time; the limits lie far above what people and their programs
write, and keep each below some seconds.
"""

import re

from lxml import etree
from lxml.html import HTMLParser, document_fromstring

#: Steps, of which Odoo takes some fifty million a second.
_STEPS = 100_000_000
#: The same of elements beside each other.
_PAIRS = 10_000_000
#: Tags that a text may have before it is looked at more closely.
_FEW_TAGS = 3000

_STYLE = re.compile(r"""\bstyle\s*=\s*("[^"]*"|'[^']*'|[^\s>]*)""", re.IGNORECASE)
#: What Odoo knows quoted text and signatures by.
_QUOTED = re.compile(
    r"gmail_extra|SkyDrivePlaceholder|stopSpelling|yahoo_quoted|data-o-mail|(?<!<!)--"
)
_LINE_ENDS = "\n" * 200
_LONG_LINK = re.compile(r"://\w{1000}")


def is_laborious(markup: str) -> bool:
    """Whether HTML is too much to be made fit."""
    styles = sum((style.end() - style.start()) ** 2 for style in _STYLE.finditer(markup))
    unclosed = sum(piece.count("<") * len(piece) for piece in markup.split(">"))
    return (
        max(styles, unclosed) > _STEPS
        or has_many_quotes(markup)
        or (_LINE_ENDS in markup and ";base64," in markup.lower())
        or (markup.count("<") > _FEW_TAGS and bool(_QUOTED.search(markup)) and _is_broad(markup))
    )


def has_many_quotes(text: str) -> bool:
    """Whether quoted lines are too many to be folded."""
    return (text.count("\n>") + text.count("\n&gt;")) * len(text) > 5 * _STEPS


def has_long_links(text: str) -> bool:
    """Whether text has links that are too long to be made such."""
    return bool(_LONG_LINK.search(text))


def _is_broad(markup: str) -> bool:
    """Whether too many elements stand beside each other."""
    try:
        root = document_fromstring(markup, HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return False
    return sum(len(element) ** 2 for element in root.iter()) > _PAIRS
