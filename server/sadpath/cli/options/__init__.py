"""What `sadpath check` can be told: one module per group of options, which says what follows from them as well."""
