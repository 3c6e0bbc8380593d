"""What expressions denote: recorded questions over all files, followed through names, classes, calls and imports."""
