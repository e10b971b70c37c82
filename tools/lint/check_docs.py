#!/usr/bin/env python3
"""Names what the documentation points to and the repository does not have.

Looks at links between Markdown files and at paths from the repository's root,
as they stand in text and in commands. Exits with 1 when one leads nowhere.
"""

import os
import pathlib
import re
import sys

from check_sizes import ROOT, tracked_files

FOLDERS = ("configs", "scripts", "docs", "deploy", "docker", "tools", "tests",
           "proto", "models", "cmake", "engine", "server", "client", r"\.ci")
# {a,b} and globs are left to the reader.
PATH = re.compile(r"(?<![\w./${-])((?:%s)/[\w./-]*\w)(?![\w*{,])" %
                  "|".join(FOLDERS))
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
# Folders of the user's, and what is named from a folder that the text enters.
EXAMPLES = {"models/animate-anyone", "configs/nano.json"}


def main():
    tracked = tracked_files()
    names = {os.path.relpath(p, ROOT) for p in tracked}
    for name in list(names):
        names.update(str(p) for p in pathlib.PurePath(name).parents)
    faults = []
    documents = [p for p in tracked if p.suffix == ".md"]
    for document in documents:
        where = document.relative_to(ROOT)
        for number, line in enumerate(document.read_text().splitlines(), 1):
            targets = [os.path.normpath(where.parent / link)
                       for link in LINK.findall(line)]
            targets += [path for path in PATH.findall(line)
                        if path not in EXAMPLES]
            faults += [f"{where}:{number}: there is no {target}"
                       for target in targets if target not in names]
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"check_docs: {len(documents)} documents, {len(faults)} paths that "
          "lead nowhere")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
