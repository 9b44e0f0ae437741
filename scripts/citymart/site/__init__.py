"""The catalogue as pages: what an audience's file says of itself, for people."""
