"""One person across services and boroughs: how records of people are compared, joined and kept apart."""
