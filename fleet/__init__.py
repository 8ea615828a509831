"""The operator's side: keys, the signed repository that kiosks read, the fleet service, and the command line `fleet`.

The kiosk knows none of it. `keys` and `sheet` keep what signs; `roles` says who may sign what; `repository` is the
folder that a web server gives out, `signing` how settings get into it, and `ahead` how they do while a change goes
round; `work` reads the operator's own folder of settings; `cli`, `cli_service`, `cli_changes`, `cli_commands` and
`cli_figures` are what a person types; `service` is what runs day and night.
"""
