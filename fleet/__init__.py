"""The operator's side: keys, the signed repository that kiosks read, the fleet service, and the command line `fleet`.

The kiosk knows none of it. `keys` and `sheet` keep what signs; `roles` says who may sign what; `repository` is the
folder that a web server gives out, and `signing` how settings get into it; `work` reads the operator's own folder of
settings; `cli` and `cli_service` are what a person types; `service` is what runs day and night.
"""
