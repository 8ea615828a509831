"""Ours beside a peer's."""
