"""What leaves the workshop: `./dev package` builds it, `./dev release` also asks whether a part is known to be broken.

`wheel` (built twice, the bytes equal), `package` (for Debian: the wheel, what it needs, and `deploy/`), `evidence` (the
list of parts, and the question about their vulnerabilities). Imported by nobody.
"""
