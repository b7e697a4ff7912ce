#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates the `veris` of incidents (NDJSON), independently of the engine.

Use: validate.py [--schema FILE] [INCIDENTS|-]

Each record is held against the VERIS 1.4.1 JSON schema (draft 4) and against
the consistency rules of the VERIS project. One line per error on stdout, one
line of figures on stderr. Exit code 0: all well; 1: errors; 2: wrong use; 77:
python3-jsonschema is not installed.
"""
import argparse
import datetime
import json
import pathlib
import re
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed", file=sys.stderr)
    sys.exit(77)

SCHEMA = (pathlib.Path(__file__).resolve().parent.parent / "data" / "veris" /
          "verisc-merged.json")
TIME = re.compile(r"(0[1-9]|1[0-2]):[0-5][0-9]:[0-5][0-9] [AP]M")
REGIONS = {
    "000": (),
    "002": ("011", "014", "015", "017", "018", "202"),
    "009": ("053", "054", "057", "061"),
    "019": ("005", "013", "021", "029", "419"),
    "142": ("030", "034", "035", "143", "145"),
    "150": ("039", "151", "154", "155"),
}


def at(record, *path):
    """What stands at a path, or an empty object."""
    for key in path:
        record = record.get(key, {}) if isinstance(record, dict) else {}
    return record


def attribute_errors(record):
    """Actions and the attributes they must have touched (1-6, 14)."""
    action = at(record, "action")
    integrity = at(record, "attribute", "integrity", "variety")
    availability = at(record, "attribute", "availability", "variety")
    if "malware" in action and "Software installation" not in integrity:
        yield "1: malware without Software installation"
    if "social" in action and "Alter behavior" not in integrity:
        yield "2: social without Alter behavior"
    if ("SQLi" in at(action, "hacking", "variety")
            and "Repurpose" not in integrity):
        yield "3: SQLi without Repurpose"
    if (record["security_incident"] == "Confirmed"
            and "attribute" not in record):
        yield "4: Confirmed without attribute"
    lost = ("Theft" in at(action, "physical", "variety")
            or "Loss" in at(action, "error", "variety"))
    if lost and "Loss" not in availability:
        yield "5: theft or loss without availability Loss"
    if ("confidentiality" in at(record, "plus", "attribute")
            and "confidentiality" not in at(record, "attribute")):
        yield "6: plus has confidentiality, attribute has none"
    if "Defacement" in integrity and "Interruption" not in availability:
        yield "14: Defacement without Interruption"


def date_errors(record):
    """Dates and times, as the schema ought to check them (7)."""
    when = at(record, "timeline", "incident")
    try:
        datetime.date(when["year"], when.get("month", 1), when.get("day", 1))
    except ValueError:
        yield "7: no such date"
    if "time" in when and not TIME.fullmatch(when["time"]):
        yield f"7: no such time: {when['time']}"
    if when["year"] >= at(record, "plus").get("dbir_year", 9999):
        yield "7: not before plus.dbir_year"


def amount_errors(record):
    """Sums and totals (8, 9, 12)."""
    impact = at(record, "impact")
    losses = sum(loss.get("amount", 0) for loss in impact.get("loss", []))
    if impact.get("overall_amount", losses) < losses:
        yield "8: losses exceed overall_amount"
    secret = at(record, "attribute", "confidentiality")
    amounts = [data.get("amount", 0) for data in secret.get("data", [])] + [0]
    if secret.get("data_total", max(amounts)) < max(amounts):
        yield "9: an amount exceeds data_total"
    second = at(record, "victim", "secondary")
    named = len(second.get("victim_id", []))
    if second.get("amount", named) < named:
        yield "12: more secondary victims named than counted"


def other_errors(record):
    """Actors, regions, the value chain (10, 11, 13)."""
    actor, action = at(record, "actor"), at(record, "action")
    if "misuse" in action and not {"internal", "partner"} & set(actor):
        yield "10: misuse without an internal or partner actor"
    for region in at(record, "victim").get("region", []):
        parts = REGIONS.get(region[:3])
        if parts is None or region[3:] not in parts + ("000",):
            yield f"11: unknown region {region}"
    needs = [
        ("social", "variety", "Phishing", "development", "Email"),
        ("social", "variety", "Phishing", "targeting", "Email addresses"),
        ("social", "vector", "Email", "distribution", "Email"),
        ("malware", "vector", "C2", "non-distribution services", "C2"),
        ("malware", "variety", "Ransomware", "cash-out", "Cryptocurrency"),
    ]
    for kind, member, word, part, needed in needs:
        if (word in at(action, kind, member)
                and needed not in at(record, "value_chain", part, "variety")):
            yield f"13: {word} without value_chain {part} {needed}"


def errors_of(incident, validator):
    """All that is wrong with one incident's record."""
    record = incident.get("veris")
    if record is None:
        yield "there is no veris"
        return
    broken = False
    for error in validator.iter_errors(record):
        broken = True
        where = ".".join(str(step) for step in error.absolute_path)
        yield f"schema: {where or 'veris'}: {error.message}"
    if broken:
        return
    if record["schema_version"] != "1.4.1":
        yield f"schema_version is {record['schema_version']}"
    if record["incident_id"] != incident.get("incident_id"):
        yield "veris.incident_id is not that of the incident"
    for check in (attribute_errors, date_errors, amount_errors, other_errors):
        yield from check(record)


def main():
    """Reads the arguments, checks each line, says what it found."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--schema", default=SCHEMA, type=pathlib.Path)
    parser.add_argument("incidents", nargs="?", default="-")
    arguments = parser.parse_args()
    schema = json.loads(arguments.schema.read_text(encoding="utf-8"))
    validator = jsonschema.Draft4Validator(schema)
    if arguments.incidents == "-":
        text = sys.stdin.read()
    else:
        text = pathlib.Path(arguments.incidents).read_text(encoding="utf-8")
    count = wrong = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        count += 1
        try:
            incident = json.loads(line)
            found = list(errors_of(incident, validator))
        except ValueError as error:
            incident, found = {}, [f"no JSON: {error}"]
        wrong += bool(found)
        for error in found:
            print(f"{number}: {incident.get('incident_id', '?')}: {error}")
    print(f"{count} incidents, {wrong} with errors", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
