"""The version of this package."""


def tool_version() -> str:
    """As `kodus-ast --version` prints it."""
    # Importing it takes as long as half of the command line: only who asks for the version waits.
    from importlib import metadata  # noqa: PLC0415

    return metadata.version("kodus-ast")
