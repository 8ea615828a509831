"""The commands of `kiosk` beside `run`: what maintenance has on the screen, for whoever has a terminal or a program.

`checking` tries devices out; `telling` says what is wrong, what is left and what happened; `doing` changes something;
`replacing` puts another printer in the place of this one; `making` makes what an installer needs. `words` is how each
of them reads settings and speaks: lines, or JSON. Only `kiosk_app.cli` calls them, and never on the way to the portal,
which waits for none of this.
"""
