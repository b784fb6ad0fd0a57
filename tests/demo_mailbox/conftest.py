# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import pytest
from demo_reading import COLLEAGUE, NOW, OWNER

from dev.demo_mailbox import generate


@pytest.fixture(scope="session")
def demo():
    return generate(*OWNER, NOW)


@pytest.fixture(scope="session")
def theirs(demo):
    return demo.copy_for(COLLEAGUE)
