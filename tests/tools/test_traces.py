"""Traces: each format by its definition, packed or not, and wrong lines named by their numbers."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from experiments.options.errors import BadUse
from experiments.traces import FORMATS, Trace, format_of, read
from experiments.workloads import parse
from experiments.workloads.recorded import Recorded

# a line of Twitter's paper and README's fields; of MSR Cambridge and WikiBench as their READMEs describe them
GOOD = {
    "lines": b"a\nb c\n\xff\xfe\na",
    "csv": b'size,key,time,region\n10,"a,b",0.5,eu\r\n20,c,1,us\n10,"a,b",1.25,eu\n',
    "twitter": (
        b"0,nz:u:eeW511W3dcH3de3d15ec,25,230,4,get,0\n"
        b"0,a,b,3,100,4,set,3600\n"
        b"1,a,b,3,100,5,gets,0\n"
        b"2,nz:u:eeW511W3dcH3de3d15ec,25,230,4,delete,0\n"
    ),
    "oracle": struct.pack("<IQIq", 5, 2**63 + 1, 4096, 2) + struct.pack("<IQIq", 6, 7, 0, -1),
    "arc": b"69600 2 0 0\n69601 1 0 1\n",
    "lirs": b"7\n*\n 8\n7\n",
    "msr": (
        b"128166372003061629,hm,1,Read,383496192,32768,413\n"
        b"128166372003061630,hm,1,Write,0,512,413\n"
        b"128166372013061629,hm,0,Read,383496192,512,413\n"
    ),
    "wikibench": (
        b"929840891 1190146243.326 http://en.wikipedia.org/wiki/Hash function -\n"
        b"929840892 1190146243.330 http://en.wikipedia.org/w/index.php?title=A&action=submit save\n"
    ),
}
READ: dict[str, tuple[Sequence[object], Sequence[float] | None, Sequence[int] | None, dict[str, int]]] = {
    "lines": ([b"a", b"b c", b"\xff\xfe", b"a"], None, None, {}),
    "csv": ([b"a,b", b"c", b"a,b"], [0.5, 1, 1.25], [10, 20, 10], {}),
    "twitter": (
        [b"nz:u:eeW511W3dcH3de3d15ec", b"a,b"], [0, 1], [255, 103], {"set": 1, "delete": 1},
    ),
    "oracle": ([2**63 + 1, 7], [5, 6], [4096, 0], {}),
    "arc": ([69600, 69601, 69601], None, [512, 512, 512], {}),
    "lirs": ([7, 8, 7], None, None, {"*": 1}),
    "msr": (
        [b"hm.1:383496192", b"hm.0:383496192"], [12816637200.3061629, 12816637201.3061629], [32768, 512],
        {"Write": 1},
    ),
    "wikibench": ([b"http://en.wikipedia.org/wiki/Hash function"], [1190146243.326], None, {"save": 1}),
}  # fmt: skip


def zstd(content: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(content, asbytes=True)
    return packed


def read_bytes(folder: Path, name: str, content: bytes, end: str = "") -> Trace:
    file = folder / f"trace{end}"
    file.write_bytes(content)
    return read(file, FORMATS[name], file.name)


def test_every_format_is_tried() -> None:
    assert set(GOOD) == set(READ) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("end", ["", ".gz", ".zst"])
def test_a_format_is_read_as_it_is_defined(name: str, end: str, tmp_path: Path) -> None:
    pack = {"": bytes, ".gz": gzip.compress, ".zst": zstd}[end]
    trace = read_bytes(tmp_path, name, pack(GOOD[name]), end)
    keys, times, sizes, others = READ[name]
    assert trace.keys.tolist() == keys
    assert (None if trace.times is None else trace.times.tolist()) == (times and pytest.approx(times))
    assert (None if trace.sizes is None else trace.sizes.tolist()) == sizes
    assert trace.others == others


def test_every_line_is_a_request_or_counted(tmp_path: Path) -> None:
    for name in set(FORMATS) - {"arc", "oracle", "csv"}:
        trace = read_bytes(tmp_path, name, GOOD[name])
        lines = len(GOOD[name].removesuffix(b"\n").split(b"\n"))
        assert len(trace.keys) + sum(trace.others.values()) == lines, name


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("lines", b"a\n\nb\n", "line 2: it is empty"),
        ("csv", b"time,size\n1,2\n", "line 1: 'time,size' is no header with a column key"),
        ("csv", b"key,key\na,b\n", "line 1: two columns are named key"),
        ("csv", b"key,size\na,1\nb\n", "line 3: it has 1 fields, and the header 2"),
        ("csv", b"key,size\na,-1\n", "line 2: size '-1' is no whole number"),
        ("csv", b'key,time\n"a\nb",1\nc,soon\n', "line 4: time 'soon' is no number of seconds"),
        ("csv", b"key\n\xff\n", "line 2: it is not UTF-8"),
        ("csv", b'key\n"a"b\n', "line 2: "),
        ("twitter", b"0,a,1,1,1,get,0\n0,a,1,1,1,peek,0\n", "line 2: 'peek' is none of the operations"),
        ("twitter", b"0,a,1,1,get,0\n", "line 1: it has 6 fields; those of Twitter have 7"),
        ("twitter", b"0,a,1,x,1,set,0\n", "line 1: size of the value 'x' is no whole number"),
        ("twitter", b"0,,1,1,1,get,0\n", "line 1: the key is empty"),
        ("oracle", GOOD["oracle"][:-1], "record 2 has 23 bytes of 24"),
        ("arc", b"1 2 0 0\n1 2 0\n", "line 2: it has 3 fields; those of ARC have 4"),
        ("arc", b"1 0 0 0\n", "line 1: it asks for no block"),
        ("arc", b"18446744073709551615 2 0 0\n", "line 1: its last block is above"),
        ("arc", b"1 99999999999 0 0\n", "line 1: number of blocks '99999999999' is above"),
        ("lirs", b"1\n\n2\n", "line 2: block '' is no whole number"),
        ("lirs", b"1\n1_0\n", "line 2: block '1_0' is no whole number"),
        ("lirs", b"18446744073709551616\n", "line 1: block '18446744073709551616' is above"),
        ("msr", b"Timestamp,Hostname,DiskNumber,Type,Offset,Size,ResponseTime\n", "line 1: time 'Timestamp'"),
        ("msr", b"1,hm,1,Erase,0,512,1\n", "line 1: 'Erase' is neither Read nor Write"),
        ("msr", b"1,hm,1,Read,0,512\n", "line 1: it has 6 fields"),
        ("wikibench", b"1 1.0 http://a -\n2 1.0 http://a maybe\n", "line 2: 'maybe' is neither - nor save"),
        ("wikibench", b"1 1.0 -\n", "line 1: it has fewer than 4 fields"),
        ("wikibench", b"1 soon http://a -\n", "line 1: time 'soon' is no number of seconds"),
        ("msr", b"1,hm,1,Write,0,512,1\n", "holds no request (1 Write); give a trace that has some"),
        ("lines", b"", "holds no request; give a trace that has some"),
    ],
)
def test_what_is_wrong_is_named_by_its_number(name: str, wrong: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadUse) as caught:
        read_bytes(tmp_path, name, wrong)
    assert said in str(caught.value)
    assert str(caught.value).startswith("trace")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("end", "content", "said"),
    [
        (".gz", gzip.compress(b"a\nb\n", mtime=0)[:-9], "trace.gz is no whole gzip file"),
        (".gz", b"a\nb\n", "trace.gz is no whole gzip file"),
        (".zst", zstd(b"a\nb\n" * 1000)[:-4], "trace.zst is no whole zstd file"),
        (".zst", b"a\nb\n", "trace.zst is no whole zstd file"),
    ],
)
def test_a_damaged_archive_is_told(end: str, content: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadUse, match=said):
        read_bytes(tmp_path, "lines", content, end)


@pytest.mark.parametrize("end", [".gz", ".zst"])
def test_an_archive_of_several_parts_is_read_to_its_end(end: str, tmp_path: Path) -> None:
    """As pzstd, pigz and cat make them."""
    pack = gzip.compress if end == ".gz" else zstd
    assert read_bytes(tmp_path, "lines", pack(b"a\n") + pack(b"b\nc\n"), end).keys.tolist() == [
        b"a",
        b"b",
        b"c",
    ]


def test_names_tell_formats_where_there_is_a_custom() -> None:
    told = {"w.oracleGeneral.zst": "oracle", "OLTP.lis": "arc", "multi1.trc.gz": "lirs", "keys.txt": "lines"}
    for path, name in told.items():
        found = format_of(path)
        assert found is not None
        assert found.name == name
    assert format_of("trace.csv.gz") is None


# ---- as a workload ----------------------------------------------------------------------------------------


def test_a_trace_is_a_workload_of_its_requests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("cluster.csv.zst").write_bytes(zstd(GOOD["twitter"] * 2))
    source = parse("trace:twitter:cluster.csv.zst")
    assert isinstance(source, Recorded)
    assert (source.text, source.total) == ("trace:twitter:cluster.csv.zst", 4)
    assert source.chunk(0, seed=1).tolist() == [b"nz:u:eeW511W3dcH3de3d15ec", b"a,b"] * 2
    assert source.ids(0, seed=1).tolist() == [0, 1, 0, 1]
    assert source.remarks == {"others": {"set": 2, "delete": 2}}
    Path("w.oracleGeneral").write_bytes(GOOD["oracle"])
    numbers = parse("trace:w.oracleGeneral")
    assert numbers.text == "trace:oracle:w.oracleGeneral"
    assert numbers.integers
    assert numbers.ids(0, seed=1).tolist() == [2**63 + 1, 7]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("trace", "trace needs a path; give trace:[FORMAT:]PATH"),
        ("trace:a.csv", "the name of a.csv does not tell its format; give trace:FORMAT:a.csv"),
        ("trace:twiter:a.csv", "there is no format 'twiter'; give one of lines, "),
        ("trace:twitter:nowhere.csv", "there is no file nowhere.csv"),
        ("trace:lirs:.", ". is a directory; give a file"),
        ("trace:lines:/proc/version", "/proc/version is no regular file; write the keys to a file first"),
        ("trace:twitter:*.csv", "there is no file *.csv (a pattern is not expanded)"),
        ("trace:lirs:a.csv", "a.csv: line 1: block 'key' is no whole number"),
    ],
)
def test_a_trace_that_cannot_be_read_is_told(
    typed: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("key\n", encoding="ascii")
    with pytest.raises(BadUse) as caught:
        parse(typed)
    assert said in str(caught.value)
