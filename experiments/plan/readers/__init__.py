"""Readers of configurations, a module each, found by the name of the system."""
