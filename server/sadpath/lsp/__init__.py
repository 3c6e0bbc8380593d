"""Driver 2: the language server. Only this package knows pygls and lsprotocol."""
