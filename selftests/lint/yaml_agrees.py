#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Do the netlink header and its description in YAML say the same?

Every constant that the YAML describes is compared by the compiler, and every constant of the
header must be described. The type that a comment of the header gives an attribute must be the
type in the YAML.
"""
import os
import re
import subprocess
import sys

import yaml

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
HEADER = os.path.join(ROOT, 'kmod/uapi/linux/ipsec_genl.h')
SPEC = os.path.join(ROOT, 'Documentation/specs/ipsec.yaml')


def c_name(*parts):
    return ''.join(parts).upper().replace('-', '_')


def numbered(items, start):
    """(name, item, value) of a list of names or mappings with an optional value."""
    value = start
    for item in items:
        item = item if isinstance(item, dict) else {'name': item}
        value = item.get('value', value)
        yield item['name'], item, value
        value += 1


def definitions(spec):
    for d in spec['definitions']:
        if d['type'] == 'const':
            yield c_name(d['name']), d['value'], None
            continue
        flags = d['type'] == 'flags'
        for name, _, value in numbered(d['entries'], d.get('value-start', 0)):
            yield c_name(d['name-prefix'], name), 1 << value if flags else value, None


def attributes(spec):
    for s in spec['attribute-sets']:
        last = 0
        for name, attr, last in numbered(s['attributes'], 1):
            yield c_name(attr.get('name-prefix', s['name-prefix']), name), last, attr
        yield c_name(s['attr-max-name']), last, None


def operations(spec):
    ops = spec['operations']
    last = 0
    for name, _, last in numbered(ops['list'], 1):
        yield c_name(ops['name-prefix'], name), last, None
    yield c_name(ops['name-prefix'], 'max'), last, None


def strings(spec):
    yield c_name(spec['c-family-name']), spec['name']
    for group in spec['mcast-groups']['list']:
        yield c_name(group['c-define-name']), group['name']


def compiled(described, spec):
    """What the compiler says of every value that the YAML gives."""
    lines = ['#include <linux/ipsec_genl.h>', '#define SAME(a, b) _Static_assert((a) == (b), #a)']
    lines += [f'SAME({name}, {value});' for name, (value, _) in described.items()]
    lines += [f'SAME(__builtin_strcmp({name}, "{value}"), 0);' for name, value in strings(spec)]
    lines += [f'SAME({c_name(spec["c-version-name"])}, {spec["version"]});']
    cc = subprocess.run([*os.environ.get('CC', 'cc').split(), '-fsyntax-only', '-x', 'c', '-I',
                         os.path.join(ROOT, 'kmod/uapi'), '-'], input='\n'.join(lines),
                        text=True, stderr=subprocess.PIPE, check=False)
    return [l for l in cc.stderr.splitlines() if 'error' in l] or \
        ([cc.stderr] if cc.returncode else [])


def header_constants(text):
    """name -> comment of every enumerator and number."""
    found = {}
    for name, comment in re.findall(r'^\t(IPSEC_\w+)[^/\n]*(?:/\*\s*(.*?)\s*\*/)?$', text, re.M):
        found[name] = comment
    for name in re.findall(r'^#define (IPSEC_\w+)[ \t]+\d+$', text, re.M):
        found[name] = ''
    return found


TYPES = {'u8': 'u8', 'u16': 'u16', 'u32': 'u32', 'u64': 'u64', 'be16': 'u16', 'be32': 'u32',
         'flag': 'flag', 'string': 'string', 'nest': 'nest', 'binary': 'binary',
         'address': 'binary', 'outer address': 'binary'}


def type_differs(comment, attr):
    m = re.match(r'(outer address|\w+)', comment)
    if not attr or not m or m[1] not in TYPES:
        return None
    if attr['type'] != TYPES[m[1]]:
        return f'{m[1]} in the header, {attr["type"]} in the YAML'
    if m[1].startswith('be') != (attr.get('byte-order') == 'big-endian'):
        return f'{m[1]} in the header, another byte order in the YAML'
    return None


def references(spec):
    """Names that the YAML uses must be names that it defines."""
    sets = {s['name']: {a['name'] for a in s['attributes']} for s in spec['attribute-sets']}
    defs = {d['name'] for d in spec['definitions']}
    for s in spec['attribute-sets']:
        for a in s['attributes']:
            used = [(sets, a.get('nested-attributes')), (defs, a.get('enum')),
                    (defs, a.get('checks', {}).get('flags-mask'))]
            yield from (f'{s["name"]}/{a["name"]}: there is no {name}'
                        for known, name in used if name and name not in known)
    groups = {g['name'] for g in spec['mcast-groups']['list']}
    for op in spec['operations']['list']:
        if op.get('mcgrp', 'event') not in groups:
            yield f'{op["name"]}: there is no group {op["mcgrp"]}'
        lists = [op.get('event')] + [op.get(kind, {}).get(way) for kind in ('do', 'dump')
                                     for way in ('request', 'reply')]
        for name in (n for l in lists if l for n in l['attributes']):
            if name not in sets[op['attribute-set']]:
                yield f'{op["name"]}: there is no attribute {name}'


def main():
    with open(SPEC, encoding='utf-8') as f:
        spec = yaml.safe_load(f)
    with open(HEADER, encoding='utf-8') as f:
        header = header_constants(f.read())
    described = {name: (value, attr) for part in (definitions, attributes, operations)
                 for name, value, attr in part(spec)}
    faults = compiled(described, spec) + list(references(spec))
    exempt = {c_name(spec['c-version-name'])}
    for name, comment in header.items():
        if name not in described and name not in exempt and not name.endswith('_UNSPEC'):
            faults.append(f'{name}: in the header, not in the YAML')
        differs = type_differs(comment, described.get(name, (0, None))[1])
        if differs:
            faults.append(f'{name}: {differs}')
    if len(header) < 200:
        faults.append(f'only {len(header)} constants found in the header: this test is blind')
    print('\n'.join(faults), end='\n' if faults else '')
    sys.exit(bool(faults))


if __name__ == '__main__':
    main()
