"""Hypothesis profiles, chosen by the environment variable HYPOTHESIS_PROFILE.

dev
    The default: few examples, new ones every day, and what failed last time first.
ci
    More examples, the same ones at every run.
deep
    For the night.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

collect_ignore = ["limited.py"]
"""What registers an algorithm when it is imported: a search for doctests must not."""

for name in [name for name in os.environ if name.startswith("GIT_")]:
    del os.environ[name]  # tests make repositories, and a hook names another one

# checks draw whole partitioners, and a busy machine makes any of them slow: time decides nothing here
_SLOW_IS_FINE = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.differing_executors]

settings.register_profile(
    "dev", max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=_SLOW_IS_FINE
)
settings.register_profile(
    "ci",
    max_examples=40,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=_SLOW_IS_FINE,
)
settings.register_profile(
    "deep", max_examples=600, stateful_step_count=40, deadline=None, suppress_health_check=_SLOW_IS_FINE
)
os.environ["SHARDLAB_PEERS"] = ""  # no test installs another Python for a peer

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
