"""The fleet service: kiosks check in here, and one person of a town says here what its portal shows today.

`tables` and `database` are its memory; `callers` says who is on the line; `enrolment` gives a kiosk its certificate,
`checkins` takes what it says, with others of its moment (`batches`); `commands` holds what
it is to do; `findings` says what of that somebody must know;
`people` are those who may come in, `desk` what they may do, `pages` what they see and `wrong` what was wrong with it.

`alarms` makes a problem of a finding that stays, `outbox` keeps what is to be said of it to whom (`alarm_settings`),
and `couriers` take it there: `letters` by `mailing`, or by `webhooks`. `metrics` is for a Prometheus.

`server` is all of it behind one app, and `listening` where that is called.
"""
