"""The city data mart's command line: load what providers sent, build, publish and export it."""
