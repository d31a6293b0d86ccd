#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""stats_doc.py: Documentation/statistics.rst describes each counter, and each reason under the counter it is part of."""
import re
import sys

UAPI, STATS, PAGE = "kmod/uapi/linux/ipsec_genl.h", "kmod/stats.h", "Documentation/statistics.rst"


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def from_code():
    """The reasons of each counter, in the order of the sources."""
    attrs = re.findall(r"^\tIPSEC_A_STAT_((?:IN|OUT)_\w+),", read(UAPI), re.M)
    counters = {a.lower().replace("_", "-"): [] for a in attrs}
    for name, counter in re.findall(r'^\tX\(\w+,\s*"([\w-]+)",\s*(\w+)\)', read(STATS), re.M):
        counters[counter.lower().replace("_", "-")].append(name)
    return counters


def from_page():
    """The same by the page: a section is a counter, a definition in it, with its text, is a reason."""
    counters, section = {}, None
    lines = read(PAGE).splitlines() + [""]
    for line, below in zip(lines, lines[1:]):
        if re.fullmatch("(in|out)-[a-z-]+", line) and set(below) == {"-"}:
            section = counters.setdefault(line, [])
        elif below and set(below) == {"="}:
            section = None
        elif section is not None and (m := re.fullmatch("``([a-z-]+)``", line)):
            if not re.match(r"    \S", below):
                sys.exit(f"{PAGE}: nothing is said of {m[1]}")
            section.append(m[1])
    return counters


def main():
    code, page = from_code(), from_page()
    if len(code) != 25 or not any(code.values()):
        sys.exit(f"cannot read {UAPI} and {STATS}")
    bad = [f"{PAGE}: {c}: not described" for c in code if c not in page]
    bad += [f"{PAGE}: {c}: no such counter" for c in page if c not in code]
    for counter in code.keys() & page.keys():
        bad += [f"{PAGE}: {counter}: {r} not described" for r in code[counter] if r not in page[counter]]
        bad += [f"{PAGE}: {counter}: {r} is no reason of it" for r in page[counter] if r not in code[counter]]
    if not bad and list(code) != list(page):
        bad = [f"{PAGE}: the counters stand in another order than in {UAPI}"]
    if bad:
        sys.exit("\n".join(sorted(bad)))


main()
