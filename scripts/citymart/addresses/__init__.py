"""Addresses as people write them, and the properties of the gazetteer that they mean."""
