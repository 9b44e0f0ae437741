"""One module a command; `citymart.cli` finds a command by its name and imports nothing else."""
