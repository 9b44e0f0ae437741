"""What can go wrong, in the caller's language: one sentence that names the thing and the way out."""


class CityMartError(Exception):
    """Something the user can mend. Its text is shown as it is; a traceback never is."""


class UsageError(CityMartError):
    """The command was called with something that does not exist or does not fit. Exit status 2."""


class Refused(CityMartError):
    """A file is not what its delivery says it is; nothing of it was landed."""
