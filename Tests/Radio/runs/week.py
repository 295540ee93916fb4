"""Seven such days as runs/day.py has one."""
from lab import checks
from runs.day import steps


checks.run(lambda: steps(days=7))
