"""Experiments: what is measured, how it is run, stored and shown.

An experiment is a folder of this package, a room (:mod:`experiments.harness.room`);
``python -m experiments.run NAME`` runs it. The environment variable ``SHARDLAB_ROOMS`` names folders, parted
as in ``PATH``, in which more rooms are. Imports go one way:
``algorithms <- tools <- report <- harness <- rooms <- commands <- run``.
"""

import os

__path__ = [*__path__, *filter(None, os.environ.get("SHARDLAB_ROOMS", "").split(os.pathsep))]
