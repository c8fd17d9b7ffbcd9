"""Standing: who stands how in which framework, at which instant, known when, according to whom, and why.

`facts` is what the engine is given, `resolving` decides one pair at one instant, `snapshot` compiles a whole register
so that each question costs about a microsecond, `sets` answers for all parties at once, `explaining` gives reasons,
`storing` keeps a compiled snapshot in a file.
"""
