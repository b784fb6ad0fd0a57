# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lanes in processes of their own, without a scheduler: to be run and killed at will.

A process that has loaded Odoo forks one for each run, so that a run starts at once.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import repeat

from dev.odoo import Odoo


class Lanes:
    """Runs ``mail.sync.engine._cron_sync`` on the database of ``odoo``, whose server need not run.

    A context manager.  A run ends when no account has anything left to do.
    """

    def __init__(self, odoo: Odoo):
        self._odoo = odoo

    def __enter__(self) -> "Lanes":
        odoo = self._odoo
        self._process = subprocess.Popen(
            [odoo.environment.python, __file__, odoo.configuration, odoo.log, odoo.database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **odoo.popen(),
        )
        self._answer()
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._process:
            os.killpg(self._process.pid, signal.SIGKILL)

    def start(self) -> int:
        """Start a run; returns the id of its process."""
        return self._ask("start")

    def kill(self, pid: int) -> bool:
        """``kill -9`` a run; returns whether it was still going on."""
        os.kill(pid, signal.SIGKILL)
        return self.end(pid) == -signal.SIGKILL

    def end(self, pid: int) -> int:
        """Wait until a run has ended; returns its exit status, negative for a signal."""
        return self._ask(f"wait {pid}")

    def wait(self, *pids: int) -> None:
        """Wait until these runs have ended as they should."""
        statuses = [self.end(pid) for pid in pids]
        assert not any(statuses), self._odoo.tail()

    def run(self) -> None:
        self.wait(self.start())

    def run_killed(
        self,
        done: Callable[[], bool],
        instants: Iterator[float],
        times: int,
        go_on: Callable[[], None] = lambda: None,
    ) -> int:
        """Run until ``done``, killed at most so many ``times``, ``go_on`` after each run.

        Each of the ``instants`` is the seconds after which a run is killed.  Returns how many kills
        hit, be it none: a run may end before its instant has come.
        """
        kills = 0
        while not done():
            run = self.start()
            if kills < times:
                time.sleep(next(instants))
                kills += self.kill(run)
            else:
                self.wait(run)
            go_on()
        return kills

    def _ask(self, command: str) -> int:
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> int:
        return int(self._process.stdout.readline())


def instants_within(seconds: float, seed: object) -> Iterator[float]:
    """Numbers between 0 and ``seconds`` without end, the same each time."""
    return map(random.Random(seed).uniform, repeat(0), repeat(seconds))


def main(configuration: str, log: str, database: str) -> None:
    from odoo import sql_db
    from odoo.api import SUPERUSER_ID, Environment
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config.parse_config(["-c", configuration, "--logfile", log], setup_logging=True)
    registry = Registry(database)
    print(0, flush=True)
    for line in sys.stdin:
        match line.split():
            case ["start"]:
                sql_db.close_all()  # no connection may be shared with the fork
                pid = os.fork()
                if not pid:
                    with registry.cursor() as cr:
                        Environment(cr, SUPERUSER_ID, {})["mail.sync.engine"]._cron_sync()
                    os._exit(0)
                print(pid, flush=True)
            case ["wait", pid]:
                _, status = os.waitpid(int(pid), 0)
                print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
