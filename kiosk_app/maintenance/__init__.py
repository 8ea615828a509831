"""Maintenance: what whoever mends the kiosk sees and does there, in plain Python without Qt. No resident is in it.

Read in this order: `work` (its pages and what they hold), `happenings` (what moves it) and `wishes` (what it wishes
for), `step` (the chart: a pure function). At the compartments: `compartments` (its pages), `storing` (its rules).
At the fleet: `errands` (pages) and `fleet`
(rules). `gate` decides who comes in, by `secret` (PIN or app) and `lockout`.
The visit holds it in one state of its own (`kiosk_app.staff`) and passes on what happens (`kiosk_app.at_work`);
`kiosk_app.staff_worker` does what it wishes for. Nothing here knows of visits, residents or documents.
"""
