"""The command ``plan``: which node has a key, how even the nodes are, and what moves if a line changes."""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from experiments.commands import Complaint, Invocation, Output, Styled
from experiments.options.errors import BadUse, CannotWrite
from experiments.options.flags import FlagParser
from experiments.options.parameters import integer
from experiments.options.screen import LINES

if TYPE_CHECKING:
    from experiments.plan import Change, Configuration, PlacedPool
    from experiments.plan.edits import Edits
    from experiments.plan.pool import Remark

__all__ = ["command"]

FORMATS = ("table", "json", "csv")


def command(invocation: Invocation) -> Output:
    """Read one configuration or two: 0 done, 1 with --strict and a warning, 2 where it cannot be read."""
    rest = invocation.rest
    which = rest[:1] == ["which"]
    parser = _parser(invocation.program, which=which)
    given = parser.parse_intermixed_args(rest[1:] if which else rest)
    if given.format not in FORMATS:
        raise BadUse(f"--format: {given.format!r} is unknown; give {', '.join(FORMATS)}")
    return (yield from (_which(given) if which else _plan(given, invocation.command)))


def _parser(program: str, *, which: bool) -> FlagParser:
    parser = FlagParser(
        prog=f"{program} which" if which else program,
        description="Which node has each key."
        if which
        else "Nodes, shares and warnings of a deployed program's configuration; what moves from one "
        "configuration to another, or by an edit. Nothing is connected to, nothing changed.",
        epilog=f"{program} which FILE KEY ... says which node has each key." if not which else None,
        allow_abbrev=False,
    )
    if which:
        parser.add_argument("file", metavar="FILE", help="configuration")
        parser.add_argument("key", nargs="*", metavar="KEY", help="keys, or --keys FILE")
    else:
        parser.add_argument("files", nargs="*", metavar="FILE", help="configuration, or before and after")
        parser.add_argument(
            "--same", metavar="OLD=NEW", help="a node with another name after", action="append", default=[]
        )
        parser.add_argument("--moved", metavar="FILE", help="write all keys that move: key, from, to")
        parser.add_argument("--limit", metavar="N", help="moved keys to print (default 3; 20 with --details)")
        parser.add_argument("--details", action="store_true", help="all nodes, and a dozen flows")
        parser.add_argument("--replicas", metavar="N", help="Cassandra: effective ownership of N replicas")
        parser.add_argument("--seed", metavar="N", default="0", help="of samples (default 0)")
        parser.add_argument("--output", metavar="DIR", help="leave tables, rows and run.json there too")
    many: dict[str, Any] = {"action": "append", "default": []}
    parser.add_argument("--add", metavar="NODE[,...]", help="NODE or NODE=ADDRESS at the end", **many)
    parser.add_argument("--remove", metavar="NODE[,...]", help="delete the line of a node", **many)
    parser.add_argument("--weight", metavar="NODE=W", help="another weight", **many)
    parser.add_argument("--down", metavar="NODE[,...]", help="mark as down or disabled", **many)
    parser.add_argument("--up", metavar="NODE[,...]", help="take the mark away", **many)
    parser.add_argument("--pool", metavar="NAME", help="one upstream, backend or cluster; OLD=NEW if renamed")
    parser.add_argument("--system", metavar="NAME", help="whose configuration; guessed where it can be")
    parser.add_argument("--keys", metavar="FILE[:COLUMN]", help="keys: lines, a table's column, - for stdin")
    parser.add_argument("--key-bytes", metavar="text|hex", default="text", help="what a line is")
    parser.add_argument("--key-format", metavar="TEXT", help="a key of columns: '{scheme}{request_uri}'")
    parser.add_argument("--format", metavar="|".join(FORMATS), default="table", help="(default table)")
    parser.add_argument(
        "--set", metavar="NAME=VALUE", action="append", default=[], help="what the file cannot say"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 where there is a warning")
    return parser


def _read(given: argparse.Namespace, path: str) -> Configuration:
    from experiments.plan import read
    from experiments.plan.settings import parse_settings

    settings = parse_settings(given.set)
    if getattr(given, "replicas", None) is not None:
        for pool in read(path, system=given.system, settings=settings).pools:
            if pool.system != "cassandra":
                raise BadUse(
                    f"--replicas: {path} is {pool.system}, which has one node for a key; leave it out"
                )
        settings["rf"] = str(_number("--replicas", given.replicas, 1))
    return read(path, system=given.system, settings=settings)


def _number(flag: str, text: str, least: int = 0) -> int:
    try:
        return integer(least)(text)
    except BadUse as error:
        raise BadUse(f"{flag}: {error}") from None


def _keys(given: argparse.Namespace) -> list[bytes] | None:
    from experiments.plan.keys import keys_of, recorded

    if given.keys is None:
        if given.key_format is not None:
            raise BadUse("--key-format: it puts keys together of a table's columns; give --keys FILE.csv")
        return None
    paths = getattr(given, "files", None) or [given.file]
    pair = recorded(given.keys, paths[0])
    return pair.keys if pair else keys_of(given.keys, given.key_bytes, given.key_format)


def _which(given: argparse.Namespace) -> Output:
    from experiments.plan import PlacedPool
    from experiments.plan.keys import recorded, typed_keys
    from experiments.plan.pool import place
    from experiments.plan.printing import warnings_of
    from experiments.plan.show import shown, told, which_lines

    if given.key and given.keys is not None:
        raise BadUse("--keys: keys stand behind the file already; give one of both")
    if given.key:
        keys: list[bytes] | None = typed_keys(given.key, given.key_bytes)
    else:
        keys = _keys(given)
    if keys is None:
        raise BadUse("which: give keys behind the file, or --keys FILE")
    pair = recorded(given.keys, given.file) if given.keys else None
    labels = pair.labels if pair else [shown(key) for key in keys]
    configuration = _read(given, given.file)
    yield from map(Complaint, configuration.notes)
    pools = _asked(configuration, given.pool)
    edits = _edits(given)
    if edits:
        pools = [PlacedPool(edits.of(pool.pool)) for pool in pools]
    if given.format == "table":
        for pool in pools:
            behind = f"\t{pool.pool.method}" if len(pools) > 1 else ""
            lines = which_lines(pool, keys, labels, details=bool(given.key))
            yield from map(Styled, _joined(line + behind for line in lines))
    else:
        found = [(pool, pool.which(keys)) for pool in pools]
        if given.format == "json":
            rows = [
                {"pool": pool.name, "key": label, "node": node, **detail}
                for pool, nodes in found
                for label, node, detail in zip(labels, nodes, pool.details(keys), strict=True)
            ]
            yield json.dumps(rows, ensure_ascii=False, indent=1, default=str)
        else:
            cells = (
                [label, told(node)] for _, nodes in found for label, node in zip(labels, nodes, strict=True)
            )
            yield _csv([["key", "node"], *cells])
    warnings = [remark for pool in pools for remark in warnings_of(pool)] if given.strict else []
    for remark in warnings:
        yield Complaint(f"{place(remark.file, remark.line)}: {remark.code}: {remark.text}")
    return int(bool(warnings))


def _edits(given: argparse.Namespace) -> Edits:
    from experiments.plan.edits import Edits

    return Edits.parsed(given.add, given.remove, given.weight, given.down, given.up)


def _asked(configuration: Configuration, name: str | None) -> list[PlacedPool]:
    """Return the pool that is asked; of Kafka's clients both, where none is said."""
    pools = configuration.pools
    topics = {pool.name.rpartition("/")[0] for pool in pools if pool.system == "kafka"}
    if name is None and len(pools) > 1 and len(topics) == 1 and all(pool.system == "kafka" for pool in pools):
        return list(pools)
    if name in topics:
        return [pool for pool in pools if pool.name.rpartition("/")[0] == name]
    return [configuration.pool(name)]


def _joined(lines: Iterator[str]) -> Iterator[str]:
    """Yield lines in blocks: one write for each would cost more than placing the keys."""
    block: list[str] = []
    for line in lines:
        block.append(line)
        if len(block) == 10_000:
            yield "\n".join(block)
            block = []
    if block:
        yield "\n".join(block)


def _plan(given: argparse.Namespace, typed: Sequence[str]) -> Output:
    edits = _edits(given)
    if not given.files:
        raise BadUse("plan: give a configuration, such as nginx.conf, or two")
    if len(given.files) > 2:
        raise BadUse(f"plan: {len(given.files)} files were given; give one, or before and after")
    if len(given.files) == 2 and edits:
        raise BadUse("plan: an edit stands in place of a second file; give one of both")
    if len(given.files) == 1 and not edits and (given.moved or given.same):
        raise BadUse("--moved and --same are about a change; give a second file or an edit")
    limit = None if given.limit is None else _number("--limit", given.limit)
    seed = _number("--seed", given.seed)
    keys = _keys(given)
    if given.moved and keys is None:
        raise BadUse("--moved: which keys move is said of --keys; give these")
    first = _read(given, given.files[0])
    notes: list[str] = list(first.notes)
    if not first.pools and len(first.refused) > 1 and given.pool is None:
        yield from map(Complaint, [*notes, *map(str, first.refused)])
        return 2
    if len(given.files) == 1 and not edits:
        pools = _asked(first, given.pool) if given.pool or not first.pools else list(first.pools)
        notes += [] if given.pool else [str(refused) for refused in first.refused]
        yield from map(Complaint, notes)
        parts = [_one(pool, keys) for pool in pools]
        parts += _disagreement(pools, keys)
    else:
        changes = _changes(given, first, edits, keys, seed, notes)
        yield from map(Complaint, notes)
        parts = [_change(change, limit) for change in changes]
        if given.moved:
            _write(Path(given.moved), _moved(changes))
    yield _text(parts, given.format, None if given.details else _share(len(parts)))
    if given.output:
        _leave(Path(given.output), parts, typed)
    unmodelled = given.pool is None and any(refused.unmodelled for refused in first.refused)
    if unmodelled:
        return 2
    return int(given.strict and any(part.remarks for part in parts))


def _changes(
    given: argparse.Namespace,
    first: Configuration,
    edits: Edits,
    keys: list[bytes] | None,
    seed: int,
    notes: list[str],
) -> list[Change]:
    from experiments.plan import PlacedPool

    same = {}
    for each in given.same:
        old, sign, new = each.partition("=")
        if not sign or not old or not new:
            raise BadUse(f"--same: {each!r} is no OLD=NEW")
        same[old] = new
    old_name, _, new_name = (given.pool or "").partition("=")
    if edits:
        pools = [first.pool(given.pool)] if given.pool or len(first.pools) < 2 else list(first.pools)
        concerned = [pool for pool in pools if edits.concern(pool.pool)] or pools[:1]
        pairs = [(pool, PlacedPool(edits.of(pool.pool))) for pool in concerned]
    else:
        second = _read(given, given.files[1])
        notes += second.notes
        if given.pool:
            pairs = [(first.pool(old_name), second.pool(new_name or old_name))]
        elif len(first.pools) == len(second.pools) == 1:
            pairs = [(first.pools[0], second.pools[0])]
        else:
            pairs = _matched(first, second, notes)
    for before, after in pairs:
        for name in same:
            if name not in {node.name for node in before.nodes}:
                raise BadUse(f"--same: {first.path} has no node {name!r} in {before.name}")
        if before.system != after.system and keys is None:
            raise BadUse(
                f"{first.path} is {before.system}, {given.files[1]} is {after.system}: these can be compared "
                "only with --keys and --same, as their hashes differ"
            )
    return [before.to(after, same=same, keys=keys, seed=seed) for before, after in pairs]


def _matched(
    first: Configuration, second: Configuration, notes: list[str]
) -> list[tuple[PlacedPool, PlacedPool]]:
    others = {pool.name: pool for pool in second.pools}
    pairs = [(pool, others[pool.name]) for pool in first.pools if pool.name in others]
    for configuration in (first, second):
        notes += [str(refused) for refused in configuration.refused]
    names = [[pool.name for pool in each.pools] for each in (first, second)]
    if not pairs:
        if not first.pools or not second.pools:
            (first if not first.pools else second).pool()
        raise BadUse(
            f"{first.path} has {', '.join(names[0][:8])}, {second.path} has "
            f"{', '.join(names[1][:8])}: none of "
            "the same name; give --pool OLD=NEW"
        )
    if set(names[0]) != set(names[1]):
        both = ", ".join(pool.name for pool, _ in pairs[:8])
        notes.append(
            f"{first.path} has {', '.join(names[0][:8])}, {second.path} has {', '.join(names[1][:8])}: only "
            f"{both} compared; give --pool OLD=NEW for a renamed one"
        )
    return pairs


@dataclass(frozen=True)
class Part:
    """What is said of one pool or change, made when asked for: a text in so many lines, an object, rows."""

    remarks: Sequence[Remark]
    text: Callable[[int | None], str]
    object: Callable[[], dict[str, Any]] | None = None
    rows: Callable[[dict[str, Any]], list[list[str]]] | None = None


def _one(pool: PlacedPool, keys: list[bytes] | None) -> Part:
    from experiments.plan import rows, show
    from experiments.plan.printing import pool_text, warnings_of

    remarks = warnings_of(pool, keys)
    loads = None if keys is None else show.Loads.of(pool, keys)
    return Part(
        remarks,
        lambda most: pool_text(pool, loads, remarks, most),
        lambda: rows.pool_object(pool, remarks, loads),
        rows.pool_rows,
    )


def _disagreement(pools: Sequence[PlacedPool], keys: list[bytes] | None) -> list[Part]:
    """Return how many keys two clients of one topic of Kafka place differently."""
    from experiments.plan import show

    if keys is None or len(pools) != 2 or {pool.system for pool in pools} != {"kafka"}:
        return []
    return [Part((), lambda most: show.disagreement(pools[0], pools[1], keys))]


def _change(change: Change, limit: int | None) -> Part:
    from experiments.plan import rows
    from experiments.plan.printing import change_text, warnings_of

    remarks = warnings_of(change)
    return Part(
        remarks,
        lambda most: change_text(change, limit, remarks, most),
        lambda: rows.change_object(change, remarks),
        rows.change_rows,
    )


def _text(parts: Sequence[Part], kind: str, most: int | None = None) -> str:
    if kind == "table":
        return "\n\n".join(part.text(most) for part in parts)
    objects = [(part, part.object()) for part in parts if part.object is not None]
    if kind == "json":
        return json.dumps([made for _, made in objects], ensure_ascii=False, indent=1)
    tables = [part.rows(made) for part, made in objects if part.rows is not None]
    return _csv([*tables[0][:1], *(row for table in tables for row in table[1:])])


def _share(parts: int) -> int:
    """Return how many lines of a screen each of some pools has, an empty one between them; ten at least."""
    return max(10, (LINES - parts + 1) // parts)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().removesuffix("\n")


def _moved(changes: Sequence[Change]) -> str:
    from experiments.plan.show import shown, told

    rows = [
        [shown(key), told(source), told(target)] for change in changes for key, source, target in change.moves
    ]
    return _csv([["key", "from", "to"], *rows]) + "\n"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CannotWrite(f"cannot write {path}: {error.strerror}; give another name") from None


def _leave(folder: Path, parts: Sequence[Part], typed: Sequence[str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(f"--output: cannot make {folder}: {error.strerror}; give another name") from None
    for kind, name in (("table", "plan.txt"), ("csv", "plan.csv"), ("json", "plan.json")):
        _write(folder / name, _text(parts, kind) + "\n")
    _write(folder / "run.json", json.dumps({"command": list(typed)}, indent=1) + "\n")
