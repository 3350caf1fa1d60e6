"""What can stand behind ``python -m experiments.run``: a file each, with its parser and its function."""
