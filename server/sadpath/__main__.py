"""`python -m sadpath` is the command `sadpath`."""

from sadpath.cli import main

if __name__ == "__main__":
    main()
