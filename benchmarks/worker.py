# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An Odoo process of our own: what runs in it is measured without the start of it."""

import ctypes
import multiprocessing
import signal
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress

from dev.odoo import Odoo

_PR_SET_PDEATHSIG = 1  # prctl(2)

_registry = None


class Worker:
    """Runs functions ``f(env, *arguments)`` in an Odoo process, one transaction each.

    Functions are those of a module, arguments and results what pickle takes.  A context manager.
    """

    def __init__(self, odoo: Odoo):
        self._pool = ProcessPoolExecutor(
            max_workers=1,
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_load,
            initargs=(odoo.configuration, odoo.log, odoo.database),
        )

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._pool.shutdown()

    def call(self, function: Callable, *arguments: object):
        """What ``function`` returns."""
        return self._pool.submit(_run, function, arguments).result()[0]

    def time(self, function: Callable, *arguments: object) -> float:
        """The seconds that ``function`` takes, commit included."""
        return self._pool.submit(_run, function, arguments).result()[1]


def _load(configuration, log, database) -> None:
    global _registry
    with suppress(AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", str(configuration), "--logfile", str(log)], setup_logging=True)
    _registry = Registry(database)


def _run(function: Callable, arguments: tuple) -> tuple[object, float]:
    from odoo.api import SUPERUSER_ID, Environment

    with _registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        start = time.perf_counter()
        result = function(env, *arguments)
        cr.commit()
        return result, time.perf_counter() - start
