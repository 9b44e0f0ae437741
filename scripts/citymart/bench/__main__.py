"""All measurements, one after the other: landing, other ways to do the same, addresses, people, sharing, a
lake, a whole city.
"""

from __future__ import annotations

import sys

from . import address_dirt, addresses, beside, city, lake, landing, people, sharing

measures = (landing, beside, addresses, address_dirt, people, sharing, lake, city)
failed = [each for each in measures if each.main()]
sys.exit(1 if failed else 0)
