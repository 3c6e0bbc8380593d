"""The rules that come with sadpath: one file per rule."""
