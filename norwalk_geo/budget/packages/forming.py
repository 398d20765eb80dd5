"""
Packages before the plan: a partition into connected groups of sections of about contract size.

Streets that touch in a node and lie in one zone are neighbors. A tree through each connected part
is cut from its leaves inward as soon as a branch is as large as a package may be; pieces that are
small join a neighbor that has room. All ties fall by id, so that the order of rows means nothing.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from norwalk_geo.budget.model import Floats, Integers
from norwalk_geo.budget.packages.settings import Packages

__all__ = ["form"]


@dataclass
class _Group:
    """Sections that lie together, and the work due in them."""

    members: list[int]
    usd: float

    def fits(self, other: _Group, limits: Packages) -> bool:
        """Whether both are one package at most."""
        count = len(self.members) + len(other.members)
        return count <= limits.most_sections and self.usd + other.usd <= limits.most_usd


def _neighbors(streets: pd.DataFrame, limits: Packages) -> list[list[int]]:
    """Sections that share a node and a zone, by section, sorted."""
    at: dict[tuple[str, str], list[int]] = defaultdict(list)
    is_zoned = limits.keeps_zones and "zone_id" in streets
    zones = streets["zone_id"] if is_zoned else pd.Series("", index=streets.index)
    ends = zip(streets["from_node"], streets["to_node"], zones.fillna(""), strict=True)
    for i, (start, end, zone) in enumerate(ends):
        for node in {start, end}:
            if not pd.isna(node):
                at[str(node), str(zone)].append(i)
    found: list[set[int]] = [set() for _ in range(len(streets))]
    for here in at.values():
        for i in here:
            found[i].update(here)
    return [sorted(one - {i}) for i, one in enumerate(found)]


def _trees(near: list[list[int]]) -> Iterator[tuple[list[int], dict[int, int]]]:
    """Breadth-first trees of the connected parts: their order, and each section's parent."""
    seen = [False] * len(near)
    for root in range(len(near)):
        if seen[root]:
            continue
        order, parent, queue = [], {}, deque([root])
        seen[root] = True
        while queue:
            i = queue.popleft()
            order.append(i)
            for j in near[i]:
                if not seen[j]:
                    seen[j] = True
                    parent[j] = i
                    queue.append(j)
        yield order, parent


def _cut(order: list[int], parent: dict[int, int], due: Floats, limits: Packages) -> list[_Group]:
    """Cut a tree from its leaves inward."""
    branches: dict[int, list[_Group]] = defaultdict(list)
    done: list[_Group] = []
    for i in reversed(order):
        here = _Group([i], float(due[i]))
        # The smallest branches first: as many as fit stay with the section that joins them.
        for branch in sorted(branches.pop(i, []), key=lambda one: (one.usd, one.members[0])):
            if here.fits(branch, limits):
                here = _Group(here.members + branch.members, here.usd + branch.usd)
            else:
                done.append(branch)
        if i in parent:
            branches[parent[i]].append(here)
        else:
            done.append(here)
    return done


def _joined(groups: list[_Group], near: list[list[int]], limits: Packages) -> list[_Group]:
    """Let the smallest packages join the smallest neighbor that has room, until none can."""
    of = {i: g for g, group in enumerate(groups) for i in group.members}
    alive: dict[int, _Group] = dict(enumerate(groups))
    queue = deque(sorted(alive, key=lambda g: (groups[g].usd, min(groups[g].members))))
    while queue:
        g = queue.popleft()
        if g not in alive:
            continue
        mine = alive[g]
        beside = {of[j] for i in mine.members for j in near[i]} - {g}
        room = [h for h in beside if mine.fits(alive[h], limits)]
        if not room:
            continue
        h = min(room, key=lambda h: (alive[h].usd, min(alive[h].members)))
        other = alive.pop(g)
        alive[h] = _Group(alive[h].members + other.members, alive[h].usd + other.usd)
        of.update(dict.fromkeys(other.members, h))
        queue.append(h)
    return list(alive.values())


def form(streets: pd.DataFrame, due_usd: Floats, limits: Packages) -> Integers:
    """
    Divide sections into packages.

    Parameters
    ----------
    streets
        Planned sections sorted by id, with `from_node`, `to_node` and, where packages keep to
        zones, `zone_id`; sections without one lie together.
    due_usd
        Work due in each, constant dollars.
    limits
        Size of a package.

    Returns
    -------
    package
        Number of each section's package, in the order of each package's first section.
    """
    near = _neighbors(streets, limits)
    groups = [group for tree in _trees(near) for group in _cut(*tree, due_usd, limits)]
    groups = _joined(groups, near, limits)
    package = np.empty(len(streets), dtype="int64")
    for number, group in enumerate(sorted(groups, key=lambda one: min(one.members))):
        package[group.members] = number
    return package
