# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One run: the measurements one after the other, and the table."""

from collections.abc import Iterable

from dev.environment import Environment
from dev.sandbox import Sandbox

from . import chatter, create, google, index, memory, past, providers, report, whole
from .lab import Lab

_MEASUREMENTS = {
    "index": index,
    "whole": whole,
    "create": create,
    "past": past,
    "memory": memory,
    "chatter": chatter,
    "google": google,
    "providers": providers,
}


def run(environment: Environment, messages: int, names: Iterable[str]) -> dict[str, float]:
    """The figures by their names; prints the table."""
    figures: dict[str, float] = {}
    with Sandbox(environment) as sandbox:
        lab = Lab(sandbox, messages)
        for name in names:
            figures |= _MEASUREMENTS[name].measure(lab)
    print("", *report.lines(figures), sep="\n")
    return figures
