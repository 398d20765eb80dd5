"""Street names that exist nowhere: half a name of nobody, half a stone or a plant."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

__all__ = ["street_names"]

# fmt: off
_STARTS = [
    "Abb", "Birv", "Brask", "Bromb", "Chulm", "Clov", "Crend", "Dask", "Drav", "Dulb", "Eldw",
    "Emb", "Fenk", "Flisk", "Frond", "Galv", "Glim", "Gorb", "Grisk", "Hask", "Hulv", "Ibb",
    "Jask", "Jelk", "Jorv", "Kelb", "Krell", "Lumb", "Lurv", "Marb", "Mosk", "Nelk", "Nubb",
    "Ond", "Orv", "Osk", "Pelk", "Plov", "Prisk", "Quell", "Quorl", "Rulv", "Ruxt", "Skarn",
    "Snelv", "Sprig", "Strelk", "Thrim", "Tolv", "Trusk", "Ulv", "Umbr", "Varn", "Vesk", "Vorl",
    "Wenk", "Wix", "Wrelv", "Xanth", "Yarl", "Yolb", "Zelk", "Zinn", "Zorv",
]
_ENDS = [
    "abasalt", "abloom", "abracken", "adine", "agarnet", "agate", "agneiss", "aheath", "ajasper",
    "alichen", "amallow", "amoss", "apumice", "aquartz", "aquill", "arush", "ashale", "aslate",
    "asorrel", "aspar", "athistle", "atuff", "avetch", "azircon", "eberyl", "efern", "eflint",
    "elume", "emica", "eochre", "epetal", "eresin", "esedge", "eshard", "espruce", "etarn",
    "everbena", "ewort", "ibark", "iberry", "iclover", "ilimpid", "imarl", "inella", "iolite",
    "ispire", "itopaz", "ivine",
]
# fmt: on
# No type stands in two rows, so that two kinds of street never come to the same name.
_TYPES = {
    "arterial": ("Boulevard", "Parkway"),
    "collector": ("Road", "Drive"),
    "east": ("Street", "Lane", "Way", "Walk"),
    "north": ("Avenue", "Terrace", "Trail", "Row"),
    "dead_end": ("Court", "Place", "Circle"),
    "alley": ("Alley",),
}


def street_names(kinds: Sequence[str], *, rng: np.random.Generator) -> list[str]:
    """
    Name streets, each differently.

    Parameters
    ----------
    kinds
        Kind of each street: `arterial`, `collector`, `east`, `north`, `dead_end` or `alley`.
    rng
        Shuffles the names.

    Returns
    -------
    names
        One a street. A number is added where a town has more streets than there are names.

    Examples
    --------
    >>> street_names(["alley"], rng=np.random.default_rng(1))[0].endswith(" Alley")
    True
    """
    stems = [start + end for start in _STARTS for end in _ENDS]
    order = rng.permutation(len(stems))
    names = []
    for place, kind in enumerate(kinds):
        turn, stem = divmod(place, len(stems))
        again, which = divmod(turn, len(_TYPES[kind]))
        number = f" {again + 1}" if again else ""
        names.append(f"{stems[order[stem]]} {_TYPES[kind][which]}{number}")
    return names
