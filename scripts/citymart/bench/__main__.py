"""All measurements, one after the other: landing, addresses, people, a whole city."""

from __future__ import annotations

import sys

from . import address_dirt, addresses, city, landing, people

failed = [
    main for main in (landing.main, addresses.main, address_dirt.main, people.main, city.main) if main()
]
sys.exit(1 if failed else 0)
