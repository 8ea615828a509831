"""The fleet service: kiosks check in here, and one person of a town says here what its portal shows today.

`tables` and `database` are its memory; `callers` says who is on the line; `enrolment` gives a kiosk its certificate,
`checkins` takes what it says, `commands` holds what it is to do, `findings` says what of that somebody must know;
`people` are those who may come in, `desk` what they may do, `pages` what they see and `wrong` what was wrong with it;
`server` is the listener, and the hourly word of the repository.
"""
