"""The checks, part by part, in the order in which a visit would meet them. Each file ends with its table, CHECKS.

A check is one small function from a `Trial` to a `Verdict`. What it gets that later ones need, it leaves in the trial;
a later one that misses it says that it was not tried.
"""

from conformance.checks import codes, every_answer, guessing, lists, lockers, ordering, results, signing_in, tls, tokens

ALL = (
    *tls.CHECKS,
    *lists.CHECKS,
    *tokens.CHECKS,
    *signing_in.CHECKS,
    *ordering.CHECKS,
    *results.CHECKS,
    *codes.CHECKS,
    *lockers.CHECKS,
    *guessing.CHECKS,
    *every_answer.CHECKS,
)
