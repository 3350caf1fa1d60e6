"""The command ``list``: names, each with a line; heavy modules are imported by whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from experiments.commands import COMMANDS, Invocation, Output
from experiments.harness.experiment import Find, names
from experiments.options.errors import BadUse, did_you_mean

__all__ = ["command"]


def command(invocation: Invocation) -> Output:
    """Say what there is of a kind."""
    what, *rest = invocation.rest or ["experiments"]
    kinds: Mapping[str, Callable[[], list[tuple[str, str]]]] = {
        "experiments": lambda: experiments(invocation.find),
        "algorithms": algorithms,
        "balancers": balancers,
        "parameters": parameters,
        "hashes": hashes,
        "workloads": workloads,
        "events": events,
        "results": lambda: results(rest, invocation.find),
    }
    if what in ("-h", "--help"):
        yield f"usage: {invocation.program} [{' | '.join(kinds)} [PATH ...]]"
        return 0
    if what not in kinds or (rest and what != "results"):
        hint = did_you_mean(what, kinds)
        raise BadUse(f"list takes one of {', '.join(kinds)}, not {' '.join([what, *rest])!r}{hint}")
    entries = kinds[what]()
    longest = max((len(name) for name, _ in entries), default=0)
    for name, title in entries:
        yield f"{name:<{longest}}  {title}"
    return 0


def experiments(find: Find) -> list[tuple[str, str]]:
    """Return each experiment and its title, then what else can stand in its place."""
    rooms = [(name, find(name).title) for name in names()]
    return rooms + [(name, other.summary) for name, other in COMMANDS.items()]


def results(paths: Sequence[str], find: Find) -> list[tuple[str, str]]:
    """Return the folders below some paths that hold a run, and what run."""
    from experiments.harness.listing import describe, runs_below
    from experiments.harness.runner import RESULTS

    folders = runs_below([Path(path) for path in paths] or [RESULTS])
    return [(str(folder), describe(folder, find)) for folder in folders]


def algorithms() -> list[tuple[str, str]]:
    """Return each registered algorithm and how it places a key, under the name of its family."""
    from algorithms import registry

    entries: list[tuple[str, str]] = []
    specs = sorted(map(registry.spec_of, registry.names()), key=lambda spec: (spec.baseline, spec.family))
    for spec in specs:
        family = spec.family or "others"
        if (f"{family}:", "") not in entries:
            entries.append((f"{family}:", ""))
        entries.append((f"  {spec.name}", f"{spec.title}: {spec.summary}"))
    return entries


def balancers() -> list[tuple[str, str]]:
    """Return each registered balancer, how it chooses a node and what it looks at."""
    from algorithms.balancing import balancer_names, balancer_of

    specs = [balancer_of(name).spec for name in balancer_names()]
    return [(spec.name, f"{spec.title}: {spec.summary}; sees {spec.sees}") for spec in specs]


def parameters() -> list[tuple[str, str]]:
    """Return each parameter of an algorithm's own, what it takes, and what it is if nothing is said."""
    from algorithms import registry

    entries = []
    for name in sorted(registry.names()):
        for one in registry.parameters_of(name).values():
            if not one.own:
                continue
            takes = " or ".join(map(str, one.named)) or str(one.bounds or _kind(one.annotation))
            usual = "" if one.default in (None, ()) else f"; {one.default} by default"
            entries.append((f"{name}:{one.name}", f"{takes}{usual}"))
    return entries


def _kind(annotation: object) -> str:
    return "a number" if annotation is float else "see its class"


def hashes() -> list[tuple[str, str]]:
    """Return each hash function with its width and its seed."""
    from algorithms.hashing import hash_function, hash_names

    entries = []
    for function in map(hash_function, hash_names()):
        seed = f"seed of {function.seed_bits} bits" if function.seed_bits else "no seed"
        takes = "" if function.takes_text else ", ints only"
        entries.append((function.name, f"{function.width} bits, {seed}{takes}"))
    return entries


def workloads() -> list[tuple[str, str]]:
    """Return how each workload is written, and what its keys are."""
    from experiments.workloads import FAMILIES

    return [(family.syntax, family.summary) for family in FAMILIES.values()]


def events() -> list[tuple[str, str]]:
    """Return how each scale event is written, what it does and an example; then the sequences with a name."""
    from experiments.events import KINDS, SEQUENCE_SUMMARIES, SEQUENCES

    kinds = [
        (
            kind.syntax,
            kind.summary if kind.example == kind.syntax else f"{kind.summary}; such as {kind.example}",
        )
        for kind, _ in KINDS.values()
    ]
    named = [
        (name, f"in a sequence: {SEQUENCE_SUMMARIES[name]}; {','.join(steps)}")
        for name, steps in SEQUENCES.items()
    ]
    return kinds + named
