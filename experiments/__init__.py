"""Experiments: what is measured, how it is run, stored and shown.

An experiment is one module of this package with an ``EXPERIMENT`` (:mod:`experiments.harness.experiment`) and
one ``catalogue/NAME.toml`` with its parameters; ``python -m experiments.run NAME`` runs it. Imports go
one way: this package imports :mod:`algorithms`, never the other way round.
"""
