# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).


class Script:
    """Does something else before the n-th event of a cursor: a commit, or one of EVENTS."""

    EVENTS = ("INSERT INTO mail_sync_envelope", "INSERT INTO mail_sync_match")

    def __init__(self, cr):
        self.events = []
        self._cr = cr
        self._steps = {}
        self._execute, self._commit = cr.execute, cr.commit
        cr.execute, cr.commit = self._on_execute, self._on_commit

    def at(self, moment, step):
        self._steps.setdefault(moment, []).append(step)

    def end(self):
        """Do what was not yet done, and leave the cursor alone."""
        for moment in sorted(self._steps):
            for step in self._steps[moment]:
                step()
        del self._cr.execute, self._cr.commit

    def _happen(self, event):
        for step in self._steps.pop(len(self.events), ()):
            step()
        self.events.append(event)

    def _on_execute(self, query, *args, **kwargs):
        text = getattr(query, "code", query)
        if event := next((event for event in self.EVENTS if event in text), None):
            self._happen(event)
        return self._execute(query, *args, **kwargs)

    def _on_commit(self):
        self._happen("COMMIT")
        return self._commit()
