"""`./dev fuzz`: what a broken or hostile card may answer, guessed by a machine that watches which lines it reaches.

`targets` says what is tried and what may come of it: an answer, or the driver's own fault. `__main__` lets atheris
(libFuzzer) look for an input that breaks that; the tests try some of the same with hypothesis. Imported by nobody but
them; not in the wheel.
"""
