"""Files as they are, or as gzip or zstd packed them."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from experiments.options.errors import BadUse

__all__ = ["opened", "unpacked"]

_PACKED = (".gz", ".zst")


def unpacked(name: str) -> str:
    """Return the name of a file without the end that says how it is packed.

    >>> unpacked("cluster52.csv.zst")
    'cluster52.csv'
    """
    end = Path(name).suffix
    return name[: -len(end)] if end.lower() in _PACKED else name


@contextmanager
def opened(file: Path, source: str) -> Iterator[IO[bytes]]:
    """Open a file for reading; what cannot be read is refused, where it is read too."""
    kind = file.suffix.lower()
    try:
        if kind == ".zst":
            from pyarrow import input_stream

            with input_stream(str(file), compression="zstd") as packed:
                yield cast("IO[bytes]", io.BufferedReader(packed, 1 << 20))
        elif kind == ".gz":
            with gzip.open(file, "rb") as stream:
                yield cast("IO[bytes]", stream)
        else:
            with file.open("rb") as stream:
                yield stream
    except FileNotFoundError:
        raise BadUse(f"there is no file {source}; give a trace that exists") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadUse(f"{source} is no whole gzip file ({error}); give one that gzip -t accepts") from None
    except OSError as error:
        if kind == ".zst" and error.errno is None:
            raise BadUse(f"{source} is no whole zstd file ({error}); give one that zstd -t accepts") from None
        raise BadUse(f"{source} cannot be read ({error.strerror or error}); give a file that can") from None
