"""From bytes to paper: what may be printed, how a job lives and ends, what stands on a slip.

`document_check` is the only gate before a raw queue; `job` follows a document until the device itself has spoken, and
declares the journal it needs; `pair` makes one printer of two; `forecast` says how long paper and toner last; `receipt`
lays out slips, `trial_sheet` what a technician prints. Knows of no visit and no screen.
"""
