"""The written reference, made from the definitions so that it cannot fall behind them.

python -m metrics.reference   writes every file (`make docs`)

texts     which files there are, and what each should hold
schema    metrics/models/schema.yml: models and columns, for tools that read such files
models    docs/reference/models.md: the same for people
metrics   docs/reference/metrics.md: every metric by domain
words     short words of definitions, written out
"""
