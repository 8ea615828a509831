"""From bytes to paper: what may be printed, how a job lives and ends, what stands on a slip.

`document_check` is the only gate before a raw queue; `job` follows a document until the device itself has spoken, and
declares the journal it needs; `receipt` lays out slips. Knows of no visit and no screen.
"""
