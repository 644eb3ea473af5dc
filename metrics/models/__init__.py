"""Published models: plain tables for other tools, filled from the layer's own answers.

models.yml   which models there are, as data
spec         that file, checked
columns      what each table looks like, column by column
days         which days are published
numbers      answers as arrays, for the company and by member
shapes       arrays to rows: wide, long, comparisons, overview
publish      rows to tables, with indexes, comments and views
"""
