"""The generated city: a truth first, then what each borough's systems print of it, then what goes wrong on
the way.

Nothing of the mart imports this package, and nothing here reads the mart.
"""
