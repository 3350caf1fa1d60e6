"""Survivors: mutants of the profile `full` that no check kills, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

REASONS: Mapping[str, str] = {}
"""Why a mutant lives, by its name."""
