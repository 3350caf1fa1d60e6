"""Real servers on loopback, started and stopped by a test, beside what `plan` says of their configuration."""
