"""All measurements, one after the other: landing, other ways to do the same, addresses, people, sharing, a
whole city.
"""

from __future__ import annotations

import sys

from . import address_dirt, addresses, beside, city, landing, people, sharing

failed = [each for each in (landing, beside, addresses, address_dirt, people, sharing, city) if each.main()]
sys.exit(1 if failed else 0)
