#!/usr/bin/env python3
"""The fault suite: does everything to the real program that a cheap box does in years, and counts what came of it.

    suite.py [--times N] [--only WORDS] [--backlog N] [--program FILE] [--seed N]

Each fault is done at least N times (20), to new houses. Prints a table; ends with 1 where a column but the first is not zero.
"""

import argparse
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from faults import all_faults  # noqa: E402
from house import FOLDER, ROOT, Damage, Trouble  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--only", default="")
    parser.add_argument("--backlog", type=int, default=20_000)
    parser.add_argument("--program", default=f"{ROOT}/.build/debug/vitalgate")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    words = parser.parse_args()
    if not os.access(words.program, os.X_OK):
        sys.exit(f"suite: {words.program} is not built")
    random.seed(words.seed)
    compiler = next(filter(None, map(shutil.which, ("cc", "clang", "gcc"))), None) or sys.exit("suite: no C compiler")
    with tempfile.TemporaryDirectory() as folder:
        shim = f"{folder}/faults.so"
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", shim, f"{FOLDER}/faults.c", "-ldl"], check=True)
        prove_the_disk(shim)
        sys.exit(run([fault for fault in all_faults(words.backlog) if words.only in fault.name], words, shim))


COMMITS = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA journal_mode = WAL")
database.execute("PRAGMA synchronous = " + sys.argv[2])
database.execute("CREATE TABLE rows(n)")
for n in range(1000):
    database.execute("INSERT INTO rows VALUES (?)", (n,))
    print(n, flush=True)
"""


def prove_the_disk(shim):
    """A power cut that loses nothing would prove nothing: where nobody syncs it must lose rows, and where each commit does, none."""
    lost = {"OFF": 0, "FULL": 0}
    for number in range(8):
        for synchronous in lost:
            with tempfile.TemporaryDirectory() as folder:
                environment = {**os.environ, "LD_PRELOAD": shim, "FAULT_CUT": str(40 + 17 * number), "FAULT_SEED": str(number)}
                done = subprocess.run(
                    [sys.executable, "-c", COMMITS, f"{folder}/x.db", synchronous], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                    text=True)
                told = len(done.stdout.split())
                try:
                    rows = sqlite3.connect(f"{folder}/x.db").execute("SELECT count(*) FROM rows").fetchone()[0]
                except sqlite3.DatabaseError:
                    rows = 0
                if done.returncode != -9 or told == 0:
                    sys.exit("suite: the power did not go; is LD_PRELOAD allowed here?")
                lost[synchronous] += rows < told
    if lost["OFF"] == 0 or lost["FULL"] != 0:
        sys.exit(f"suite: the simulated power cut is not one: {lost}")
    print(f"the power cut is one: rows lost {lost['OFF']} of 8 times where nobody synced, never where each commit was", flush=True)


def run(faults, words, shim):
    rows, bad, began = [], False, time.monotonic()
    for fault in faults:
        times, damage, troubles = 0, Damage(), 0
        wanted = 1 if "backlog" in fault.name else words.times
        while times < wanted:
            try:
                more, found = fault.once(words.program, shim)
            except Trouble as trouble:
                troubles += 1
                print(f"TROUBLE {fault.name}: {trouble}", flush=True)
                if troubles == 3:
                    break
                continue
            times += more
            damage.add(found)
            # Some calls are rare: a house may end before the one that should fail.
            troubles += more == 0
            if troubles == 3:
                break
        bad = bad or damage.any or times < wanted
        rows.append((fault.name, times, *(getattr(damage, name) for name in Damage.NAMES)))
        verdict = "; ".join(damage.sentences) or ("ok" if times >= wanted else "NOT DONE")
        print(f"{fault.name}: {times} times, {verdict}", flush=True)
    print(f"\n| fault | times | {' | '.join(Damage.NAMES)} |\n|---|{'---|' * (1 + len(Damage.NAMES))}")
    for row in rows:
        print("| " + " | ".join(map(str, row)) + " |")
    verdict = "something is wrong or was not done: see above" if bad else "the ledger balanced after each"
    print(f"\n{sum(row[1] for row in rows)} faults in {time.monotonic() - began:.0f} s, seed {words.seed}; {verdict}")
    return 1 if bad else 0


if __name__ == "__main__":
    main()
