"""The visit: what happens between a resident coming and going, in plain Python without Qt.

Read in this order: `visit` (what there is: states, events, effects), `step` (the chart: a pure function), `core` (the
loop that holds the one visit and the clock), `workers` (effects become work), `wiring` (the one place that knows
everybody). `journal` and `audit` remember tickets and facts, never people; `townhall_client` talks to the town.
"""
