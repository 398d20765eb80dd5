"""
How easy a text is to read: Flesch for English, Fernández-Huerta for Spanish.

Flesch, "A new readability yardstick", Journal of Applied Psychology 32(3), 1948: 206.835 − 1.015
words a sentence − 84.6 syllables a word. Fernández Huerta, "Medidas sencillas de lecturabilidad",
Consigna 214, 1959, as corrected: 206.84 − 60 syllables a word − 1.02 words a sentence. On both, 60
to 70 is plain; 100 is the easiest that is usual.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+(?:’\w+)?")


def _shape(text: str) -> tuple[list[str], float]:
    """Find the words, and how many there are in a sentence."""
    words = _WORD.findall(text)
    ends = len(re.findall(r"[.!?:;](?:\s|$)", text)) or 1
    return words, len(words) / ends


def english_syllables(word: str) -> int:
    """Count groups of vowels; a silent e at the end is none."""
    plain = re.sub(r"[^a-z]", "", word.lower().replace("’s", ""))
    plain = re.sub(
        r"(?<![aeiouyl])e$|(?<=[^aeiouy]l)e$(?<!le)|(?<=[^td])ed$|(?<=[^scxz])es$", "", plain
    )
    return max(1, len(re.findall(r"[aeiouy]+", plain)))


def spanish_syllables(word: str) -> int:
    """Count vowels: two strong ones, or a weak one with an accent, are apart."""
    plain = re.sub(r"qu(?=[eiéí])|gu(?=[eiéí])", "k", word.lower())
    groups = re.findall(r"[aeiouáéíóúüy]+", re.sub(r"y(?=[aeiouáéíóú])", "ll", plain))
    count = 0
    for group in groups:
        strong = len(re.findall(r"[aeoáéóíú]", group))
        count += max(1, strong)
    return max(1, count)


def flesch(text: str) -> float:
    """Reading ease of English."""
    words, length = _shape(text)
    syllables = sum(map(english_syllables, words)) / len(words)
    return 206.835 - 1.015 * length - 84.6 * syllables


def fernandez_huerta(text: str) -> float:
    """Reading ease of Spanish."""
    words, length = _shape(text)
    syllables = sum(map(spanish_syllables, words)) / len(words)
    return 206.84 - 60 * syllables - 1.02 * length
