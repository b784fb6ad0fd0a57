# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``./run`` and the servers that it starts work on no server but their own."""

import http.server
import subprocess
import threading

import pytest

from dev.home import REPOSITORY


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
