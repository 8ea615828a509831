"""The visit: what happens between a resident coming and going, in plain Python without Qt.

Read in this order: `visit` (what there is, with `products` and `looks`), `touches`, `events` and `effects` (what moves
it, what it wishes for), `step` (the chart: a pure function; its rules stand in `sign_in` and `opening`, the ways in
with a card and without one, `questions`, `ordering`, `viewing` and `delivery`), `core` (the loop that holds the one
visit and the clocks), `card_worker`, `back_end_worker` and `print_worker` (effects become work), `wiring` (the one
place that knows everybody). `hearing` is what a visit does for who listens, `keys` what a keypad means.
`journal` and `audit` remember tickets and facts, never people; `townhall_client` talks to
the town, in the words of `answers`. `heart` tells systemd that it all lives, `doctor` looks at the machine.
"""
