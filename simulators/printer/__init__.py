"""The insides of the simulated printers: machines of their own, started by the benches beside this folder.

`a4.ppd`, `raster.conf` and `engine` are handed to ippeveprinter; `device` is a printer of our own for what that one
cannot do, with `paper` (jobs and sheets) and `wire` (the bytes of IPP). Nobody imports them.
"""
