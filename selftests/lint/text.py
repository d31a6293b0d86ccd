#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""text.py FILE...: what holds for every text file.

Licence line, no stray white space, width of C lines, no loose ends, nothing of the machine it was written on.
"""
import re
import sys

WIDTH = 100
# Written so that they do not find themselves.
LOOSE_END = re.compile(r'\b(TOD[O]|FIXM[E]|XX[X])\b')
MACHINE = re.compile(r'(^|[^\w.}*/-])/(wor[k]|roo[t]|home/[a-z]+)/')
ARCHIVE = re.compile(r'deb\.debia[n]\.org|registry\.npm[j]s|pypi\.or[g]')
VERSION = re.compile(r'LINUX_VERSION_CODE|\bKERNEL_VERSION\b')
SPACES = re.compile(r'^ {2,}[^ *]')
UNLICENSED = re.compile(r'^LICENSE$|external\.desc$|\.(md|rst|txt|json)$|^\.gitignore$|/TESTS$')


def check_line(path, line):
    """Yield what is wrong with one line."""
    if re.search(r'[ \t\r]$', line):
        yield 'white space at the end'
    if LOOSE_END.search(line):
        yield 'loose end'
    if MACHINE.search(line):
        yield 'path of one machine'
    if ARCHIVE.search(line):
        yield 'host of a package archive'
    if not path.endswith(('.c', '.h')):
        return
    if len(line.expandtabs(8)) > WIDTH:
        yield 'over %d columns' % WIDTH
    if SPACES.search(line):
        yield 'indented by spaces'
    if VERSION.search(line) and not path.startswith('kmod/compat/'):
        yield 'kernel version outside kmod/compat'


def check_file(path):
    """Yield (line number, fault) of one file."""
    with open(path, encoding='utf-8', errors='replace', newline='') as f:
        text = f.read()
    if not text:
        return
    lines = text.split('\n')
    if lines[-1]:
        yield len(lines), 'no newline at the end'
    head = '\n'.join(lines[:2])
    if 'SPDX-License-Identifier: ' not in head and not UNLICENSED.search(path):
        yield 1, 'no SPDX licence line'
    for number, line in enumerate(lines, 1):
        for fault in check_line(path, line):
            yield number, fault


def main():
    bad = False
    for path in sys.argv[1:]:
        for number, fault in check_file(path):
            print('%s:%d: %s' % (path, number, fault))
            bad = True
    return bad


sys.exit(main())
