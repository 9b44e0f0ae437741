"""Counts of people and households that leave for the public: what of them is shown, and an audit of that."""
