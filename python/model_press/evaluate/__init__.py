"""What a variant keeps and what it costs, from files alone: cached, deterministic actions."""
