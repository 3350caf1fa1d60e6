"""The article *Data Partitioning and Consistent Hashing*, reproduced: every number, table and figure.

``python -m experiments.run article`` measures each idea of the article through the public classes, puts
ours beside the published, and fails if a number is neither equal, nor an erratum, nor out of scope. Each
idea has a module; :mod:`experiments.article.parts` lists them.
"""

from experiments.harness.room import Room

EXPERIMENT = Room(__name__)
