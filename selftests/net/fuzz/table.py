#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""table.py SPEC: the attributes and commands of the specification, as tables in C. What it gains, the fuzzer sends."""
import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as f:
    spec = yaml.safe_load(f)

KINDS = {"pad": "KIND_PAD", "u8": "KIND_U8", "u16": "KIND_U16", "u32": "KIND_U32", "u64": "KIND_U64",
         "binary": "KIND_BINARY", "string": "KIND_STRING", "flag": "KIND_FLAG", "nest": "KIND_NEST"}
definitions = {d["name"]: d for d in spec["definitions"]}
sets = [s["name"] for s in spec["attribute-sets"]]


def entries(name):
    d = definitions[name]
    return len(d["entries"]), d.get("value-start", 0), d["type"] == "flags"


def attribute(number, a):
    """One initializer: what values the kernel takes is what checks say, or else the enumeration."""
    checks, low, high = a.get("checks", {}), 0, (1 << 64) - 1
    if "enum" in a:
        count, start, flags = entries(a["enum"])
        low, high = (0, (1 << count) - 1) if flags else (start, start + count - 1)
    low, high = checks.get("min", low), checks.get("max", high)
    nest = sets.index(a["nested-attributes"]) if a["type"] == "nest" else -1
    return (f'\t{{ "{a["name"]}", {number}, {KINDS[a["type"]]}, {int(a.get("byte-order") == "big-endian")}, {nest}, '
            f"{low}ULL, {high}ULL }},")


print("/* Made from ipsec.yaml by table.py. */")
main = {}
for s in spec["attribute-sets"]:
    number = 0
    print(f"static const struct attr attrs_{s['name']}[] = {{")
    for a in s["attributes"]:
        number = a.get("value", number + 1)
        if s["name"] == "main":
            main[a["name"]] = number
        print(attribute(number, a))
    print("};\n")
print("const struct set sets[] = {")
for name in sets:
    print(f'\t{{ "{name}", attrs_{name}, sizeof(attrs_{name}) / sizeof(*attrs_{name}) }},')
print("};\n\nconst struct cmd cmds[] = {")
for number, op in enumerate(spec["operations"]["list"], 1):
    if "event" in op:
        continue
    parts = [p for way in ("do", "dump") for p in op.get(way, {}).get("request", {}).get("attributes", [])]
    nest = next((a["nested-attributes"] for a in spec["attribute-sets"][sets.index("main")]["attributes"]
                 if parts and a["name"] == parts[0]), None)
    print(f'\t{{ "{op["name"]}", {number}, {main[parts[0]] if parts else 0}, '
          f'{sets.index(nest) if nest else -1}, {int("do" in op)}, {int("dump" in op)} }},')
print("};\n\nconst int set_count = sizeof(sets) / sizeof(*sets), cmd_count = sizeof(cmds) / sizeof(*cmds);")
