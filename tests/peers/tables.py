#!/usr/bin/env python3
"""Asks DuckDB a question about Parquet tables, and holds that pandas reads them as DuckDB does.

  tables.py DIR < QUERY.sql    the rows of the answer, each an array of texts on a line
"""
import json
import pathlib
import sys

import duckdb
import pandas


def compare(name, path):
    """Fails where the two read other rows or other types than signed integers, truths and text."""
    frame = pandas.read_parquet(path)
    rows = duckdb.sql(f'SELECT * FROM "{name}"').fetchall()
    assert [tuple(row) for row in frame.itertuples(index=False)] == rows, name
    for column in duckdb.sql(f'DESCRIBE "{name}"').fetchall():
        assert column[1] in ("INTEGER", "BIGINT", "BOOLEAN", "VARCHAR"), column


for path in sorted(pathlib.Path(sys.argv[1]).glob("*.parquet")):
    duckdb.read_parquet(str(path)).create_view(path.stem)
    compare(path.stem, path)
for row in duckdb.sql(sys.stdin.read()).fetchall():
    print(json.dumps([str(value) for value in row]))
