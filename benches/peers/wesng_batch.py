"""Runs wesng in library form: definitions loaded once, then every host of a list.

    python3 wesng_batch.py DEFINITIONS.zip HOSTS.tsv

HOSTS.tsv has a host a line: name, product filter, articles separated by `;`, with tabs between them.
Needs the package `wesng` (`pip install wesng`), whose functions are called and not changed.

stdout: a line a host: name, applicable rows, found rows, vulnerabilities, seconds of the processor,
missing articles as JSON; with tabs between them. stderr: `load seconds=S rows=N version=V peak=KIB`.
Exit code 3 where wesng is not installed.
"""

import json
import logging
import resource
import sys
import time

logging.disable(logging.WARNING)
try:
    import wes
except ImportError:
    sys.exit(3)


def main(definitions, hosts):
    start = time.process_time()
    rows, _ = wes.load_definitions(definitions)
    loaded = time.process_time() - start
    with open(hosts, encoding="utf-8") as lines:
        hosts = [line.rstrip("\n").split("\t") for line in lines]
    for name, product, articles in hosts:
        installed = [article for article in articles.split(";") if article]
        start = time.process_time()
        applicable, found = wes.determine_missing_patches(product, rows, installed)
        seconds = time.process_time() - start
        missing = sorted({row["BulletinKB"] for row in found})
        vulnerabilities = len({row["CVE"] for row in found})
        fields = [name, len(applicable), len(found), vulnerabilities, f"{seconds:.9f}", json.dumps(missing)]
        print(*fields, sep="\t")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"load seconds={loaded:.3f} rows={len(rows)} version={wes.VERSION} peak={peak}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
