"""The two words about compilation that the sources need.

    @mypyc_attr(allow_interpreted_subclasses=True)
    class Importer: ...

A class of a compiled module cannot be derived from by interpreted code unless it says so. That costs its method calls
a look-up, so only the seams say it that a library user or a test is meant to implement. A class that is one of several
bases is a @trait. What is pickled is `serializable`, and open besides: mypyc 2.4.1 otherwise forgets to call its `__init__`
when interpreted code makes one. Uncompiled the decorators do nothing.

This module stays interpreted: the compiler knows the decorators by the names they have in mypy_extensions, which is
not needed at run time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_extensions import mypyc_attr as mypyc_attr
    from mypy_extensions import trait as trait
else:

    def trait(cls):
        return cls

    def mypyc_attr(**attributes):
        return trait
