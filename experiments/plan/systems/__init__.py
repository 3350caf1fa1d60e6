"""The placements of deployed systems, a module each, found by the name of the system."""
