"""The targets: what each is, what it should be, and how it is measured.

`goal` says what a target is; `kernels`, `members`, `columns`, `events` and `commands` hold those of compiled
loops, of the algorithms of a family, of keys with their names, of keys that are counted, of whole commands.
"""

from experiments.targets.goals.columns import COLUMNS
from experiments.targets.goals.commands import COMMANDS
from experiments.targets.goals.events import EVENTS
from experiments.targets.goals.goal import Goal, Pair, Setting
from experiments.targets.goals.kernels import KERNELS
from experiments.targets.goals.members import MEMBERS

__all__ = ["GOALS", "GROUPS", "Goal", "Pair", "Setting"]

GROUPS = {"kernels": KERNELS, "members": MEMBERS, "columns": COLUMNS, "events": EVENTS}
"""Those that a process measures together; commands have processes of their own."""

GOALS: tuple[Goal, ...] = (*KERNELS, *MEMBERS, *COLUMNS, *EVENTS, *COMMANDS)
"""All targets, in the order of the table."""
