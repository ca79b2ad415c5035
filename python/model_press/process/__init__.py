"""Processes: command lines, build workers, child processes, progress."""
