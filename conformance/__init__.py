"""Whether a back end keeps the contract: calls it as a kiosk would, and says what its maker should do.

    kiosk check backend URL --ca FILE --certificate FILE --key FILE [--card-reader NAME]

`command` is that line; `run` goes through the `checks`, a table of small functions for each part of the contract;
`caller` makes the calls and `habits` holds every answer to what the contract asks of all of them. The judge is
`contract`, the file `docs/openapi/kiosk-service.yaml` itself (it lies here as a link, and travels in the wheel).
`token` makes what a card signs, `card` has one sign it; `report` tells a person or a machine.

An independent judge: it shares no code with the kiosk's client nor with our own back end, but for the gate before the
printer (`printing.document_check`), because only that gate decides what a kiosk prints. It prints no name, number,
token, code or document: what came is told in statuses, problem types and names of fields.
"""
