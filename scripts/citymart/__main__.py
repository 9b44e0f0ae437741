"""`python -m citymart`."""

import sys

from citymart.cli import main

sys.exit(main(sys.argv[1:]))
