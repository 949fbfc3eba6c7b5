"""The one error that the scripts show without a stack trace."""


class Failure(Exception):
    """A problem the person at the terminal can act on: says what, what was found and what to do."""
