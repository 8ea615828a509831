"""The screen: the only package of the kiosk that knows Qt.

`screens` says in plain Python what a visit looks like (a `Screen`: words, choices, picture); `texts` says it in the
resident's language, by the catalogues in `locale`; `phrases` and `hours` help. `theme` turns a town's colour and a
panel's millimetres into what is painted.
`bridge` carries a `Screen` to the templates in `qml/` and touches back; `glass` stands before the window, and lets
through what `fingers` says is meant. `app` owns Qt itself, `signals` has it notice those of the system, `steering`
moves over the screen by keys, `narration` says it aloud. `drawn` draws what is in `pictures/*.svg`, and QR codes,
`logo` the town's own. `gallery` paints every screen of `sample` into a folder. Nothing here decides what happens: that
is `kiosk_app.step`.
"""
