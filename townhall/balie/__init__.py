"""The clerk's page "Balie": hand in a document, find out what became of a ticket or a code, give a new code, withdraw.

`accounts` knows who may come in and as what, `sessions` who is in, `finding` answers questions without a name, `pages`
are the routes, `templates` and `static` what a clerk sees. It stands on the office's listener, beside the calls of the
town's software, and puts things on the same `shelf`.
"""
