"""`./dev check`: everything about the code that can be judged without running it.

`__main__` lists the checks and runs them all; `tools` are judgements of others (ruff, mypy, import-linter, qmllint, uv,
sh), `licences` looks at what we build on, `texts` at the translations, `house` at our own rules. Each check is a
function from the project's folder to its findings. `pictures` is a command of its own (`./dev pictures`), for it paints
every page. Imported by nobody; not in the wheel.
"""
