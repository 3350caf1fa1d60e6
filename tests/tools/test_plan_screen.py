"""What `plan` shows on one screen of what it knows, and where the rest is."""

from __future__ import annotations

from pathlib import Path

import pytest
from plans import Typed, typing

FIFTY = "backend img\n  balance uri path-only\n  hash-type consistent\n" + "".join(
    f"  server s{i} 10.0.0.{i}:80\n" for i in range(1, 51)
)


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    monkeypatch.chdir(tmp_path)
    Path("fifty.cfg").write_text(FIFTY)
    return typing(capsys)


@pytest.mark.parametrize(
    "command", ["fifty.cfg", "fifty.cfg --remove s3", "fifty.cfg --remove s3 --keys keys.txt"]
)
def test_fifty_nodes_have_one_screen(typed: Typed, command: str) -> None:
    Path("keys.txt").write_text("".join(f"/images/{i}.png\n" for i in range(2_000)))
    lines = typed(command).out.splitlines()
    assert 24 <= len(lines) <= 30
    # the name of the file stands behind the title, however long it is
    assert max(len(line) for line in lines if "fifty.cfg:1" not in line) <= 100
    assert sum(line.startswith("warning ") for line in lines) == 2
    every = typed(f"{command} --details").out
    assert all(f"\ns{i} " in every for i in range(1, 51))
    alone = set(lines) - set(every.splitlines())
    assert alone
    assert all(line.startswith("and ") or "--details" in line or "--moved" in line for line in alone)


def test_the_nodes_that_are_shown_are_those_that_change_most(typed: Typed) -> None:

    def shares(text: str) -> dict[str, float]:
        rows = text.partition("node  before")[2].splitlines()[2:]
        cells = [row.split() for row in rows if row.startswith("s")]
        return {
            name: abs(float(after if after != "-" else 0) - float(before))
            for name, before, after in ((row[0], row[1], row[3 if row[2] == "%" else 2]) for row in cells)
        }

    some, every = (shares(typed(f"fifty.cfg --remove s3{more}").out) for more in ("", " --details"))
    assert 4 <= len(some) < len(every) == 50
    assert min(some.values()) >= max(change for name, change in every.items() if name not in some)
    assert list(some) == [name for name in every if name in some]


def test_a_matrix_that_is_wider_than_the_screen_is_a_list_of_flows(typed: Typed) -> None:
    servers = [f"server-of-the-second-cellar-{i}" for i in range(1, 6)]
    lines = [f"  server {name} 10.0.0.{i}:80" for i, name in enumerate(servers, 1)]
    Path("long.cfg").write_text("\n".join([*FIFTY.splitlines()[:3], *lines, ""]))
    said, every = (typed(f"long.cfg --remove {servers[2]}{more}").out for more in ("", " --details"))
    assert "largest flows" in said
    assert "from \\ to" not in said
    assert "from \\ to" in every


def test_nodes_whose_shares_nobody_knows_are_the_first(typed: Typed) -> None:
    nodes = "".join(f'[[node]]\nname = "p{i}"\n' for i in range(50))
    bounds = ", ".join(f'"k{i:02}"' for i in range(51))
    Path("ranges.toml").write_text(
        f'system = "postgresql"\nmethod = "RANGE"\n[options]\ntypes = ["text"]\nbounds = [{bounds}]\n{nodes}'
    )
    said = typed("ranges.toml").out
    assert "these are the first: --details" in said
    names = [line.split()[0] for line in said.splitlines() if line.startswith("p") and line[1].isdigit()]
    assert names == [f"p{i}" for i in range(len(names))]


def test_two_pools_share_a_screen(typed: Typed) -> None:
    Path("two.cfg").write_text(FIFTY + FIFTY.replace("backend img", "backend other"))
    assert len(typed("two.cfg").out.splitlines()) <= 30


def test_files_have_all_nodes(typed: Typed) -> None:
    typed("fifty.cfg --output there")
    assert all(f"\ns{i} " in Path("there/plan.txt").read_text() for i in range(1, 51))


def test_the_readme_says_what_is_printed(typed: Typed) -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    section = text.partition("## What moves if I edit this configuration?")[2].partition("\n## ")[0]
    configuration, shown = section.split("```\n")[1:4:2]
    Path("haproxy.cfg").write_text(configuration)
    command, _, printed = shown.partition("\n")
    assert command.startswith("$ python -m experiments.run plan ")
    assert typed(command.partition(" plan ")[2]).out == printed
