"""Baselines: what a better algorithm is measured against, and the bound that none can beat."""
