"""
Columns → a classic script that opens from disk, where a page may neither fetch nor import.

Whole numbers are written as bytes, all low bytes of a column first, which deflate packs best; texts
are joined by line ends. The bytes stand in the script as base64, beside a list of what they are.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["pack", "plain"]

_BYTE, _WORD = 1 << 8, 1 << 16
# In a script, these could end a line or look like the end of its element.
_UNSAFE = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}
_ENTRY = "(window.norwalkData=window.norwalkData||{})"


def _numbers(values: npt.ArrayLike, *, steps: bool) -> tuple[str, bytes]:
    """Write whole numbers: `u1` as they are, else with the sign in the lowest bit."""
    numbers = np.asarray(values, dtype="int64")
    if steps:
        numbers = np.diff(numbers, prepend=0)
    kind = "d" if steps else "z"
    if not steps and (not len(numbers) or (numbers.min() >= 0 and numbers.max() < _BYTE)):
        return "u1", numbers.astype("u1").tobytes()
    signed = np.where(numbers < 0, -2 * numbers - 1, 2 * numbers)
    top = int(signed.max()) if len(signed) else 0
    width = 1 if top < _BYTE else 2 if top < _WORD else 4
    planes = signed.astype("<u4").view("u1").reshape(-1, 4).T[:width]
    return f"{kind}{width}", planes.tobytes()


def _texts(values: Sequence[str]) -> bytes:
    """Join texts by line ends; a line end within one becomes a space."""
    return "\n".join(" ".join(str(text).splitlines()) for text in values).encode(errors="replace")


def plain(name: str, values: Any) -> str:  # noqa: ANN401 - any plain values
    r"""
    Write plain values as a script.

    Parameters
    ----------
    name
        Under which the page's scripts find them.
    values
        Dictionaries, lists, texts and numbers.

    Returns
    -------
    script
        Text of a classic script.

    Examples
    --------
    >>> plain("a", ["</script>"])
    '(window.norwalkData=window.norwalkData||{})["a"]=["\\u003c/script\\u003e"];\n'
    """
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"{_ENTRY}[{json.dumps(name)}]={text.translate(_UNSAFE)};\n"


def pack(
    name: str,
    *,
    numbers: Mapping[str, npt.ArrayLike] | None = None,
    rising: Mapping[str, npt.ArrayLike] | None = None,
    texts: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """
    Write columns as a script.

    Parameters
    ----------
    name
        Under which the page's scripts find them.
    numbers
        Columns of whole numbers of up to 31 bits.
    rising
        Columns of whole numbers that are near to the one before, such as coordinates along a line.
    texts
        Columns of texts, each shown on one line.

    Returns
    -------
    script
        Text of a classic script; the same columns give the same text.
    """
    listed: list[list[Any]] = []
    parts: list[bytes] = []
    for columns, steps in ((numbers, False), (rising, True)):
        for key, values in (columns or {}).items():
            kind, data = _numbers(values, steps=steps)
            listed.append([key, kind, len(np.asarray(values))])
            parts.append(data)
    for key, lines in (texts or {}).items():
        data = _texts(lines)
        listed.append([key, "t" if len(lines) else "t0", len(data)])
        parts.append(data)
    packed = zlib.compress(b"".join(parts), 6)
    return plain(name, {"columns": listed, "bytes": base64.b64encode(packed).decode()})
