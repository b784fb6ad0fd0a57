# Copyright 2026 mail_contact_sync contributors
# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The text of business mail, as random as it is reproducible: only its shape and size matter."""

from collections.abc import Sequence
from random import Random

_WORDS = """
about account additional again agreed answer approve attached available before best between budget
building business call change check colleague come complete confirm contact contract copy correct
cost could customer date day deadline decision deliver department detail different discount document
draft early email end enough estimate every example expect export factory feedback figures file find
first follow for forward from further general give good great group have help however idea important
in include information instead invoice issue item keep know last later let letter line list machine
make manager market material meeting message minute month more most move much must need next note
number of offer office once only open order other our over package page part partner pay people
phone plan please point possible present price problem product project proposal provide quality
quantity question quote reach ready reason receive reference remain reminder reply report request
review sales sample schedule second section see send service several share shipment should solution
some specification staff start still stock such suggest supplier support system table take team term
test thank that the then there these think this time today tomorrow tool total training transport
type under until update urgent use value version very visit want warehouse we week when where which
while will with within without work would year yesterday you your Größe für möchte Straße résumé
"""
_NAMES = """
Adele Bruno Carla Dmitri Elif Farid Greta Hugo Ines Jonas Katja Liam Mona Nils Olga Pavel Quentin
Rosa Sven Tara Uwe Vera Wim Xenia Yusuf Zoe
"""

_PARAGRAPHS = 2_000


class Prose:
    """Draws from ``random``.  Paragraphs come from a pool that is made at the start."""

    def __init__(self, random: Random):
        self._random = random
        self._words = _WORDS.split()
        self._names = _NAMES.split()
        self._paragraphs = [self._sentences(random.randint(2, 6)) for _ in range(_PARAGRAPHS)]

    def _sentences(self, count: int) -> str:
        sentences = []
        for _ in range(count):
            words = self._random.choices(self._words, k=self._random.randint(6, 22))
            sentences.append(" ".join(words).capitalize() + ".")
        return " ".join(sentences)

    def name(self) -> str:
        return " ".join(self._random.choices(self._names, k=2))

    def subject(self) -> str:
        words = self._random.choices(self._words, k=self._random.randint(3, 8))
        return " ".join(words).capitalize()

    def paragraphs(self, count: int) -> Sequence[str]:
        """About 360 characters each."""
        return self._random.choices(self._paragraphs, k=count)
