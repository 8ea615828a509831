"""The operator's side: keys, the signed repository that kiosks read, the fleet service, and the command line `fleet`.

The kiosk knows none of it. `keys`, `cards` and `sheet` keep what signs; `roles` says who may sign what; `repository` is
the folder that a web server gives out, `signing` how settings get into it, and `ahead` how they do while a change goes
round; `stages` says how far it came, `by_hand` where a person moves it; `work` reads the operator's own folder of
settings; `cli` and the files that begin so are what a person types; `service` is what runs day and night.
"""
