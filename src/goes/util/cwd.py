"""The working directory as the user's shell names it.

    /home/me/link$ goes mod init        current_directory() == "/home/me/link", os.getcwd() == "/data/project"

As Go's os.Getwd: $PWD, if that is where we are.
"""

from __future__ import annotations

import os


def current_directory() -> str:
    """An absolute path, perhaps through symbolic links."""
    name = os.environ.get("PWD", "")
    if os.path.isabs(name):
        try:
            if os.path.samestat(os.stat(name), os.stat(".")):
                return name
        except OSError:
            pass
    return os.getcwd()
