#!/usr/bin/env python3
"""File-local names must be unique within a target.

The presets for whole builds join a target's sources (CMAKE_UNITY_BUILD), so
two files that both define a `kMax` or a `Parse` in their unnamed namespaces
would clash, or not, depending on which files happen to be joined. Targets
declared NO_UNITY are exempt.
"""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ("engine", "server", "client", "tools", "tests")
TARGET = re.compile(
    r"animate_\w+\(\s*NAME (\S+)([^()]*?)\bSRCS\b([^()]*)", re.DOTALL)
UNNAMED = re.compile(r"^namespace \{\n(.*?)^\}  // namespace$",
                     re.DOTALL | re.MULTILINE)
TYPE = re.compile(r"(?:class|struct|enum class) (\w+)")
OTHER = re.compile(
    r"(?:constexpr |const |static |inline )*[\w:<>,&* ]+?[ &*](\w+)"
    r"(?:\(|\s*=|\{|;|\[|$)")
SKIPPED = re.compile(r"[ /}#]|TEST|MATCHER|INSTANTIATE|using|namespace|template")


def local_names(text):
    """Names of what the unnamed namespaces of a source define."""
    for block in UNNAMED.finditer(text):
        for line in block.group(1).splitlines():
            if not line or SKIPPED.match(line):
                continue
            match = TYPE.match(line) or OTHER.match(line)
            if match:
                yield match.group(1)


def clashes():
    for folder in FOLDERS:
        for listing in sorted((ROOT / folder).rglob("CMakeLists.txt")):
            for target in TARGET.finditer(listing.read_text()):
                if "NO_UNITY" in target.group(2):
                    continue
                users = collections.defaultdict(set)
                for name in re.findall(r"\S+\.cc", target.group(3)):
                    source = listing.parent / name
                    if source.exists():
                        for local in local_names(source.read_text()):
                            users[local].add(name)
                for local, names in sorted(users.items()):
                    if len(names) > 1:
                        where = ", ".join(sorted(names))
                        yield f"{target.group(1)}: {local} is in {where}"


def main():
    found = list(clashes())
    for line in found:
        print(line)
    print(f"check_unity: {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
