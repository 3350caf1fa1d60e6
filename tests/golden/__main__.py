"""Write the golden placements of algorithms: ``python -m tests.golden NAME ...``."""

from __future__ import annotations

import argparse
import sys

from algorithms import names

from . import path_of, read, render, rows


def main() -> int:
    """Write each file that is not there; say what would change in one that is."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("names", nargs="+", choices=names(), metavar="NAME", help="a registered algorithm")
    parser.add_argument(
        "--replace", action="store_true", help="overwrite a file whose placements have changed"
    )
    given = parser.parse_args()
    refused = 0
    for name in given.names:
        path, now = path_of(name), rows(name)
        if path.exists() and read(name) != now:
            changed = [(old, new) for old, new in zip(read(name), now, strict=False) if old != new]
            sys.stdout.write(f"{path.name}: {len(changed)} of {len(now)} placements have changed\n")
            for old, new in changed[:5]:
                sys.stdout.write(f"  was {old}\n  is  {new}\n")
            if not given.replace:
                sys.stdout.write("  nothing was written; --replace accepts the new ones\n")
                refused = 1
                continue
        path.write_text(render(now), encoding="utf-8")
        sys.stdout.write(f"{path.name}: {len(now)} placements\n")
    return refused


if __name__ == "__main__":
    raise SystemExit(main())
