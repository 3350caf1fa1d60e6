"""Traces: requests with their times and sizes, recorded by systems in use, in the formats that people have.

Each format is a file. A wrong line is refused and named by its number; what is no request, such as a write,
is counted by what it is. Files may be compressed by gzip (.gz) or zstd (.zst).
"""

from experiments.traces.formats import FORMATS, Format, format_of, read
from experiments.traces.records import Trace

__all__ = ["FORMATS", "Format", "Trace", "format_of", "read"]
