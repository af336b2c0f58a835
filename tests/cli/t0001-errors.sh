#!/bin/bash
# t0001-errors.sh - every error code has a test that provokes it (CONTRIBUTING, Tests): its stable name in an end-to-end test, or its
# symbol in a unit test. A code that nobody provokes is a promise that nobody checked.
. "$(dirname "$0")/lib.sh"
missing=
while IFS=$'\t' read -r symbol name; do
	grep -rqwF "$symbol" "$root/tests/unit" && continue
	grep -rqE -- "(^|[^a-zA-Z.-])${name//./\\.}([^a-zA-Z.-]|\$)" "$root"/tests/cli/t0[1-9]*.sh || missing="$missing $name"
done < <(sed -n 's/^ERROR(\([A-Z0-9_]*\), "\([^"]*\)".*/\1\t\2/p' "$root/src/util/errors.def")
does "every code of errors.def is provoked by a test (not:${missing:- none})" test -z "$missing"
does "kyso errors lists them all" bash -c "[ \"\$('$kyso' errors | grep -c .)\" -ge \"\$(grep -c '^ERROR(' '$root/src/util/errors.def')\" ]"
does "exit statuses are those of the table" bash -c "! sed -n 's/^ERROR([A-Z0-9_]*, \"[^\"]*\", \([0-9]*\),.*/\1/p' '$root/src/util/errors.def' | grep -vxE '1|2|3|4|70'"
finish
