#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""profile.py functions DIR N DIR N ROWS | lines DIR N DIR N FUNCTION MODULE.ko: show what profile measured.

DIR holds what one run left: blocks.N from tbprof.c, kallsyms and the count of packets."""
import bisect
import collections
import re
import subprocess
import sys


class Run:
    """One profile: instructions per packet by address."""

    def __init__(self, directory, n):
        self.starts, self.names = [], []
        with open(f'{directory}/kallsyms') as f:
            symbols = sorted((int(p[0], 16), ' '.join(p[2:])) for p in map(str.split, f) if p[1] in 'tTwW')
        for address, name in symbols:
            self.starts.append(address)
            self.names.append(name)
        with open(f'{directory}/count') as f:
            self.packets = int(f.read())
        self.blocks = collections.Counter()
        with open(f'{directory}/blocks.{n}') as f:
            for address, length, runs in map(str.split, f):
                self.blocks[int(address, 16), int(length)] += int(runs)

    def function(self, address):
        if address < 1 << 63:
            return '(user space)'
        return self.names[bisect.bisect(self.starts, address) - 1]

    def functions(self):
        found = collections.Counter()
        for (address, length), runs in self.blocks.items():
            found[self.function(address)] += length * runs / self.packets
        return found

    def lines(self, function, code):
        """Instructions per packet by source line; code: offsets in the function -> line."""
        offsets = sorted(code)
        found = collections.Counter()
        start = self.starts[self.names.index(function + ' [ipsec]')]
        for (address, length), runs in self.blocks.items():
            if self.function(address) != function + ' [ipsec]':
                continue
            first = bisect.bisect_left(offsets, address - start)
            for offset in offsets[first:first + length]:
                found[code[offset]] += runs / self.packets
        return found


def disassemble(function, module):
    """offset in the function -> source line, innermost inlined function's"""
    text = subprocess.run(['objdump', '-dl', '--disassemble=' + function, module],
                          check=True, capture_output=True, text=True).stdout
    start, line, code = None, '?', {}
    for row in text.splitlines():
        if m := re.match(r'(\S.*:\d+)( \(discriminator.*)?$', row):
            line = m[1]
        elif m := re.match(r'\s+([0-9a-f]+):\t', row):
            start = int(m[1], 16) if start is None else start
            code[int(m[1], 16) - start] = line
    return code


def source(line):
    path, number = line.rsplit(':', 1)
    try:
        with open(path) as f:
            return f.read().splitlines()[int(number) - 1].strip()
    except (OSError, IndexError):
        return ''


def show(a, b, rows, title):
    more = {key: b[key] - a[key] for key in set(a) | set(b)}
    print(f'{"before":>9} {"after":>9} {"more":>9}  {title}')
    print(f'{sum(a.values()):9.1f} {sum(b.values()):9.1f} {sum(b.values()) - sum(a.values()):+9.1f}  (all)')
    for i, key in enumerate(sorted(more, key=lambda k: (-more[k], -b[k], k))):
        if i < rows or more[key] <= -5:
            print(f'{a[key]:9.1f} {b[key]:9.1f} {more[key]:+9.1f}  {key}')


def main():
    what, a, b = sys.argv[1], Run(*sys.argv[2:4]), Run(*sys.argv[4:6])
    if what == 'functions':
        show(a.functions(), b.functions(), int(sys.argv[6]), 'function')
        return
    code = disassemble(*sys.argv[6:8])
    found = b.lines(sys.argv[6], code)
    print(f'{sum(found.values()):9.1f}  (all)')
    for line, cost in found.most_common():
        print(f'{cost:9.1f}  {"/".join(line.rsplit("/", 3)[-3:])}: {source(line)}')


main()
