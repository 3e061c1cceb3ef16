"""What a process holds, and the most that it has held, as Linux counts it."""

from __future__ import annotations

from pathlib import Path


def resident_mb(process_id: int | str) -> float:
    """
    Memory that a process holds now.

    Parameters
    ----------
    process_id
        A number, or `self`.

    Returns
    -------
    megabytes
        Of a million bytes, all that is resident.
    """
    return _stated(process_id, "VmRSS")


def peak_mb(process_id: int | str) -> float:
    """
    The most memory that a process has held since it began, or since `forget_peak`.

    Parameters
    ----------
    process_id
        A number, or `self`.

    Returns
    -------
    megabytes
        As for `resident_mb`.
    """
    return _stated(process_id, "VmHWM")


def forget_peak(process_id: int | str) -> None:
    """
    Let the peak begin anew at what the process holds now.

    Parameters
    ----------
    process_id
        A number, or `self`.
    """
    Path(f"/proc/{process_id}/clear_refs").write_text("5", encoding="ascii")


def _stated(process_id: int | str, name: str) -> float:
    text = Path(f"/proc/{process_id}/status").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1]) * 1024 / 1e6
