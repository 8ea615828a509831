"""The insides of the simulated printer: what it tells of itself (`a4.ppd`), and its print engine.

Both are handed to ippeveprinter by `simulators.ipp_printer`; nobody imports them.
"""
