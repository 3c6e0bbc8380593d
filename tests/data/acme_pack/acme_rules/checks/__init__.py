"""Acme's rules for sadpath."""
