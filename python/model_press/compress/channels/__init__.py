"""Channel pruning: whole channels leave a network, and a plain smaller network remains."""
