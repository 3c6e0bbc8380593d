"""Everything that touches the machine: files, configuration, environments."""
