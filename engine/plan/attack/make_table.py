#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes published.inc of a mapping file of CTID's mappings-explorer.

Use: make_table.py MAPPING.json VERISC-MERGED.json > published.inc

MAPPING.json is mappings/veris/attack-12.1/veris-1.3.7/enterprise/
veris-1.3.7_attack-12.1-enterprise.json; the schema is that of VERIS 1.4.1, to
whose spelling every word is brought. A word that it does not have is an error.
"""
import collections
import json
import sys

HEADER = """\
R"ATTACK(# ATT&CK 12.1 to VERIS: technique, below it paths and their words.
# From mappings-explorer of the Center for Threat-Informed Defense
# (veris-1.3.7, enterprise). Apache License, Version 2.0, see LICENSE.Apache-2.0
# beside this file.
# Changes: reduced to pairs of technique and value, brought to VERIS 1.4.1;
# data_disclosure, which has no value there, is Potentially.
# Made by make_table.py; not edited by hand.
"""
RENAMED = {"MitM": "AitM"}
PATHS = [
    "action.hacking.variety", "action.hacking.vector",
    "action.malware.variety", "action.malware.vector",
    "action.social.variety", "action.social.vector",
    "attribute.confidentiality.data_disclosure",
    "attribute.integrity.variety", "attribute.availability.variety",
    "value_chain.development.variety",
]


def enumeration(schema, path):
    node = schema
    for part in path.split("."):
        node = node.get("items", node)["properties"][part]
    return node.get("items", node)["enum"]


def value_of(capability, words):
    """The (path, word) of a capability id, in the schema's spelling."""
    lowered = capability.lower()
    for path in PATHS:
        if path.endswith("data_disclosure") and lowered == path:
            return path, "Potentially"
        if not lowered.startswith(path + "."):
            continue
        word = capability[len(path) + 1:]
        word = RENAMED.get(word, word)
        for known in words[path]:
            if known.lower() == word.lower():
                return path, known
    raise SystemExit(f"no such value in VERIS 1.4.1: {capability}")


def main(mapping_file, schema_file):
    with open(mapping_file, encoding="utf-8") as file:
        mapping = json.load(file)
    with open(schema_file, encoding="utf-8") as file:
        schema = json.load(file)
    words = {path: enumeration(schema, path) for path in PATHS}
    rows = collections.defaultdict(set)
    for item in mapping["mapping_objects"]:
        if item["status"] != "complete":
            continue
        value = value_of(item["capability_id"], words)
        if value[1] != "Unknown":  # says nothing
            rows[item["attack_object_id"]].add(value)
    print(HEADER, end="")
    for technique in sorted(rows):
        print(technique)
        for path in PATHS:
            found = [w for w in words[path] if (path, w) in rows[technique]]
            if found:
                print(f"  {path}: {' | '.join(found)}")
    print(')ATTACK"')


if __name__ == "__main__":
    main(*sys.argv[1:])
