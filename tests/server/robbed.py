"""How long a program was ready to run while the machine ran others."""

from pathlib import Path


def robbed(task: Path) -> float:
    """Seconds so far, as Linux counts them in a task's `schedstat`; 0 where it does not. Only differences mean much."""
    try:
        return int((task / "schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


def robbed_process(pid: int) -> float:
    """The same for all threads of a process."""
    return sum(robbed(task) for task in Path(f"/proc/{pid}/task").iterdir())
