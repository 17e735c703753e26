"""The errors that a caller can cause: arguments that cannot be used, and what follows from them."""


class ArgumentError(ValueError):
    """An argument cannot be used; the text is one line: argument, value, what is allowed, remedy.

    Parameters
    ----------
    argument : str
        The name under which the caller knows the argument, such as ``learning_rate``.
    value : object
        What came; shortened to one line in the text.
    expected : str
        What is allowed, with the bound in numbers where there is one.
    remedy : str
        What to do about it.

    Examples
    --------
    >>> print(ArgumentError("learning_rate", -1.0, "must be positive", "pass 1e-3, say"))
    learning_rate: got -1.0; must be positive; pass 1e-3, say
    """

    def __init__(self, argument: str, value: object, expected: str, remedy: str):
        self.argument = argument
        self.value = value
        self.expected = expected
        self.remedy = remedy
        shown = value if isinstance(value, str) else repr(value)
        shown = " ".join(str(shown).split())
        if len(shown) > 120:
            shown = shown[:117] + "..."
        super().__init__(f"{argument}: got {shown}; {expected}; {remedy}")

    def __reduce__(self) -> tuple:
        return type(self), (self.argument, self.value, self.expected, self.remedy)


class DivergenceError(ArgumentError):
    """A run left the finite numbers: a step or a start was too large."""


class OutputError(ArgumentError):
    """A file cannot be written: the folder is full or not to be written."""
