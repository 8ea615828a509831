"""The insides of the simulated printer: what it tells of itself (`a4.conf`), and its print engine.

Both are handed to ippeveprinter by `simulators.ipp_printer`; nobody imports them.
"""
