"""The town's side of the kiosk: a reference back end that signs residents in, and seals what they order.

`python -m townhall` serves `docs/openapi/kiosk-service.yaml` to kiosks (`server`: mutual TLS) and `/verify/CODE` to
whoever holds a paper (`verify`: the public listener). A resident's way through the files: `sign_in` (challenge, token,
session) with `webeid` and `ocsp` as its judges, `ordering` (order, document, print result) with `sources`, `typeset`
and `seal` as its hands. `tables` is what is remembered for years, `sessions` what is forgotten within minutes.

Nothing of the kiosk is imported here: a town may replace this whole folder by its own software.
"""
