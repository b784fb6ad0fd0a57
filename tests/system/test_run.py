# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``./run`` and the servers that it starts work on no server but their own."""

import http.server
import subprocess
import threading

import pytest

from dev import demo
from dev.home import REPOSITORY
from dev.source import odoo_source


@pytest.fixture
def stranger():
    """Somebody else's server, which answers whatever it is asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_port_that_is_taken_is_said_before_anything_starts(stranger):
    command = [REPOSITORY / "run", "--once", "--port", str(stranger)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"Port {stranger} is in use" in ended.stderr
    assert not ended.stdout


def test_another_server_at_its_port_is_not_taken_for_odoo(office, sandbox, stranger):
    odoo = sandbox.idle_odoo(office.database, port=stranger)
    odoo.patience = 30
    with pytest.raises(RuntimeError, match="does not start"):
        odoo.start()


class Chatters:
    """Anna, who reads so many e-mails on contacts."""

    def __init__(self, counts):
        self._counts = counts

    def call(self, *_arguments):
        return [{"res_id": each} for each, count in self._counts.items() for _ in range(count)]


@pytest.mark.parametrize(
    ("counts", "agrees"), [({1: 2}, True), ({1: 1}, False), ({1: 3}, False), ({1: 2, 2: 1}, False)]
)
def test_the_table_agrees_only_where_each_contact_has_what_it_should(counts, agrees, capsys):
    contacts, due = {"Clara": 1, "Otto": 2}, {"Clara": 2}
    assert demo._print_table(Chatters(counts), contacts, due) == agrees
    assert ("every contact agrees" in capsys.readouterr().out) == agrees


def test_the_source_that_is_there_is_used(sandbox, monkeypatch, tmp_path):
    there = sandbox.environment.odoo
    (tmp_path / "mine").symlink_to(there)
    monkeypatch.setenv("ODOO_HOME", str(tmp_path / "mine"))
    assert odoo_source(sandbox.environment.home) == tmp_path / "mine"
    monkeypatch.setenv("ODOO_HOME", str(tmp_path))
    with pytest.raises(SystemExit, match="holds no Odoo"):
        odoo_source(sandbox.environment.home)
