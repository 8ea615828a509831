"""What leaves the workshop: `./dev package` builds it, `./dev release` also asks whether anything in it is known broken.

`wheel` (built twice, the bytes equal), `package` (the Debian package: wheel, interpreter's folder, `deploy/`), `evidence`
(the list of parts, and the question about their vulnerabilities). Imported by nobody.
"""
