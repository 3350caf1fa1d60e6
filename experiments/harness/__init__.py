"""What runs an experiment: its room, its cases, the engine, the journal, and the files that it leaves."""
