"""Make the published page independent of the web: the libraries that it loads are put beside it.

asv's page loads its scripts from servers elsewhere, so without a network it stays empty. This fetches the
same libraries by npm, by name and version, checks them, puts them in a folder beside the page, and points the
page at them. They are kept in `.asv/npm`, so a second time needs no network at all.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / ".asv" / "html"
KEPT = ROOT / ".asv" / "npm"
FOLDER = "libraries"


class CannotServe(Exception):
    """The page cannot be made independent: the message says what to do."""


@dataclass(frozen=True)
class Library:
    """A package of the npm registry, and which of its files the page needs.

    Parameters
    ----------
    name, version
        Of the package.
    sha256
        Of its archive.
    files
        End of the address in asv's page -> file in the package.
    more
        Other files in the package that those refer to.
    """

    name: str
    version: str
    sha256: str
    files: dict[str, str]
    more: tuple[str, ...] = ()

    @property
    def archive(self) -> str:
        """What npm calls its archive."""
        return f"{self.name}-{self.version}.tgz"


_FONT = "dist/fonts/glyphicons-halflings-regular"

LIBRARIES = (
    Library(
        "jquery",
        "3.3.1",
        "2c7c70a1e796c1568ff05d45a8cb2da2a0fc6e37426c65e4eef6ee55e217933e",
        {"/jquery-3.3.1.min.js": "dist/jquery.min.js"},
    ),
    Library(
        "flot",
        "0.8.3",
        "5e4cea78a9efa2d3dbba363ac76c688951e6c638ee916883c36e23516208b1ed",
        {
            "/jquery.flot.min.js": "jquery.flot.js",
            "/jquery.flot.time.min.js": "jquery.flot.time.js",
            "/jquery.flot.selection.min.js": "jquery.flot.selection.js",
            "/jquery.flot.categories.min.js": "jquery.flot.categories.js",
        },
    ),
    Library(
        "flot-orderbars",
        "1.0.0",
        "e5523ee7cca778f194b34fc31afb6dda40bf1557e6669fda4730c29f53e87101",
        {"/jquery.flot.orderBars.js": "js/jquery.flot.orderBars.js"},
    ),
    Library(
        "stupid-table-plugin",
        "1.1.3",
        "1186089584b7c2f7fec9ad4232e9aa1adbfea273eaa233b713beb8c2c916b4ac",
        {"/stupidtable.min.js": "stupidtable.min.js"},
    ),
    Library(
        "blueimp-md5",
        "2.19.0",
        "0fff5798c7733b21f3e4c0de69ccba12af266e0f01c3e3a41051c0e49a655512",
        {"/md5.min.js": "js/md5.min.js"},
    ),
    Library(
        "bootstrap",
        "3.1.1",
        "23b27da4dd80b8fbe8972ac4be87037627e007ad5dd1edb27435844f0a4646a0",
        {
            "/bootstrap.min.js": "dist/js/bootstrap.min.js",
            "/bootstrap.min.css": "dist/css/bootstrap.min.css",
        },
        tuple(f"{_FONT}.{kind}" for kind in ("eot", "svg", "ttf", "woff")),
    ),
)


def localised(page: str) -> str:
    """Return a page that loads its libraries from the folder beside it.

    Examples
    --------
    >>> localised('<script src="https://x.org/jquery-3.3.1.min.js" integrity="sha256-x"></script>')
    '<script src="libraries/jquery/dist/jquery.min.js"></script>'
    """
    places = {end: f"{FOLDER}/{one.name}/{file}" for one in LIBRARIES for end, file in one.files.items()}

    def local(tag: re.Match[str]) -> str:
        address = tag["address"]
        for end, place in places.items():
            if address.endswith(end):
                plain = re.sub(r'\s(?:integrity|crossorigin|referrerpolicy)="[^"]*"', "", tag[0])
                return plain.replace(address, place)
        raise CannotServe(
            f"the page loads {address}, which is not known here: use asv 0.6.6, or add it to LIBRARIES"
        )

    return re.sub(
        r'<(?:script|link)\b[^>]*?\b(?:src|href)="(?P<address>(?:https?:)?//[^"]*)"[^>]*>', local, page
    )


def fetch(library: Library, kept: Path = KEPT) -> Path:
    """Return a library's archive, fetched by npm unless it is there already, and checked."""
    archive = kept / library.archive
    if not archive.exists():
        kept.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", f"{library.name}@{library.version}"]
        try:
            subprocess.run(command, cwd=kept, check=True, stdout=subprocess.DEVNULL)
        except FileNotFoundError:
            raise CannotServe("npm is needed to fetch the page's libraries: install Node.js") from None
        except subprocess.CalledProcessError:
            raise CannotServe(f"{' '.join(command)} failed: the registry must be reached once") from None
    if hashlib.sha256(archive.read_bytes()).hexdigest() != library.sha256:
        archive.unlink()
        raise CannotServe(f"{library.archive} is not what it was when its checksum was written down")
    return archive


def unpack(library: Library, archive: Path, page: Path) -> None:
    """Put the files that the page needs beside it."""
    with tarfile.open(archive) as packed:
        for file in (*library.files.values(), *library.more):
            source = packed.extractfile(f"package/{file}")
            if source is None:
                raise CannotServe(f"{library.archive} has no {file}")
            target = page / FOLDER / library.name / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read())


def main(page: Path = PAGE) -> int:
    """Make the page independent, and return the exit code."""
    index = page / "index.html"
    try:
        if not index.exists():
            raise CannotServe(f"there is no page in {page}: run asv publish first")
        text = localised(index.read_text(encoding="utf-8"))
        for library in LIBRARIES:
            unpack(library, fetch(library), page)
    except CannotServe as error:
        sys.stderr.write(f"{error}\n")
        return 2
    index.write_text(text, encoding="utf-8")
    # the page fetches its data, which browsers refuse to a page that was opened as a file
    sys.stdout.write(f"Look at it by: python -m http.server --bind 127.0.0.1 --directory {page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
