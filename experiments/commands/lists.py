"""What ``list`` shows: names, each with a line; heavy modules are imported by whoever asks."""

from __future__ import annotations

__all__ = ["algorithms", "events", "hashes", "workloads"]


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
