#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""pkits.py KYSO DIR: every row of NIST PKITS (DIR/cases.tsv) through `kyso cert verify`; ends with 1 when one differs."""
import concurrent.futures
import csv
import json
import os
import subprocess
import sys

kyso, where = sys.argv[1:3]


def arguments(row):
    params = json.loads(row["params"]) or {}
    args = [kyso, "cert", "verify", os.path.join(where, row["leaf"]), "--trust", f"{where}/certs/TrustAnchorRootCertificate.crt",
            "--crl", f"{where}/crls/TrustAnchorRootCRL.crl", "--at", "2022-05-01T00:00:00Z", "--json"]
    for name in json.loads(row["other_certs"]) or []:
        args += ["--cert", f"{where}/certs/{name}"]
    for name in json.loads(row["crls"]) or []:
        args += ["--crl", f"{where}/crls/{name}"]
    for oid in params.get("user_initial_policy_set", []):
        args += ["--policy", oid]
    for key, flag in (("initial_explicit_policy", "--explicit-policy"), ("initial_any_policy_inhibit", "--inhibit-any"),
                      ("initial_policy_mapping_inhibit", "--inhibit-mapping")):
        if params.get(key):
            args.append(flag)
    return args


def run(row):
    done = subprocess.run(arguments(row), capture_output=True, text=True)
    status = json.loads(done.stdout)["status"] if done.stdout else done.stderr
    good = status == row["expected"].lower() and done.returncode == (0 if status == "valid" else 1)
    return None if good else f"{row['name']}: {status}, exit {done.returncode}, not {row['expected']}"


with open(f"{where}/cases.tsv") as table, concurrent.futures.ThreadPoolExecutor(2) as pool:
    rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    wrong = [w for w in pool.map(run, rows) if w]
print(f"{len(rows)} rows, {len(wrong)} wrong", *wrong, sep="\n")
sys.exit(1 if wrong or len(rows) != 256 else 0)
