"""The model that says which dwellings may be houses in multiple occupation without a licence."""
