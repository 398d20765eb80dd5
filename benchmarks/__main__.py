"""`python -m benchmarks COMMAND`: measure time, memory and how good the answers are."""

from __future__ import annotations

import argparse

from benchmarks import (
    ada,
    deterioration,
    network,
    pace,
    pci,
    planning,
    reach,
    run,
    site,
    transit,
    zoned,
)


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(required=True)
    run.add(commands)
    planning.add(commands)
    pci.add(commands)
    network.add(commands)
    deterioration.add(commands)
    pace.add(commands)
    ada.add(commands)
    reach.add(commands)
    transit.add(commands)
    zoned.add(commands)
    site.add(commands)
    options = parser.parse_args()
    options.main(options)


if __name__ == "__main__":
    main()
