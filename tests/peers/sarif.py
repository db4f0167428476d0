#!/usr/bin/env python3
"""Validates a SARIF log against the schema of the standard.

  sarif.py SCHEMA.json < LOG    a line for each error
"""
import json
import sys

import jsonschema

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
validator = jsonschema.validators.validator_for(schema)(schema)
for error in validator.iter_errors(json.load(sys.stdin)):
    print(f"{error.json_path}: {error.message}")
