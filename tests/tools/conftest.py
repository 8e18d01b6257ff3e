"""Objects are made with the linker tests' toolkit."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "link"))
