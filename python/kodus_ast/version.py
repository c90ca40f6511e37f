"""The version of this package."""


def tool_version() -> str:
    """As `kodus-ast --version` prints it."""
    # Imported here: it takes as long as half of the command line, and only `--version` needs it.
    from importlib import metadata  # noqa: PLC0415

    return metadata.version("kodus-ast")
