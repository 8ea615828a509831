"""The fleet service: kiosks check in here, and people of a town say here what changes: today alone, the rest by two.

`tables` and `database` are its memory; `callers` says who is on the line; `enrolment` gives a kiosk its certificate,
`checkins` takes what it says, with others of its moment (`batches`); `commands` holds what
it is to do; `findings` says what of that somebody must know;
`people` are those who may come in, `desk` what they may do, `pages` what they see and `wrong` what was wrong with it.

`alarms` makes a problem of a finding that stays, `outbox` keeps what is to be said of it to whom (`alarm_settings`),
and `couriers` take it there: `letters` by `mailing`, or by `webhooks`. `metrics` is for a Prometheus.

Changes that take two people: `proposals` is where they stand, `rollouts` brings them round, `reach` reads how kiosks
took them, and `deeds` is who did what (`change_tables` their memory). `change_pages` shows them: `form` is made from
the settings' types with `words` in Dutch, `values` says what becomes another, `mistakes` what a kiosk would refuse,
and `preview` paints its screen. `kiosk_pages` is one kiosk, `levels` what it has left, `glance` since when.
`elsewhere` and its pages let people in by an account that they have already.

`figures` keeps what kiosks counted; `report` is a month of it without what `disclosure` leaves out, on a page
(`figure_pages`) and as files (`report_files`, `spreadsheet`). `export` is what else can be taken along as a table.

`server` is all of it behind one app, and `listening` where that is called.
"""
