"""Exit codes, the same as harness/base/exit.h; a lint compares the two."""

PASS = 0
USAGE = 1
FINDING = 2
INTERNAL = 3


class FfhError(Exception):
    """The environment or the user's request is at fault: the message is printed, exit code 1.

    Every exception class that ffhlib defines is treated so; any other exception that leaves a verb is
    ours, and ends with FFH-INTERNAL and exit code 3.
    """
