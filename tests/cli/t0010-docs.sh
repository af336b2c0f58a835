#!/bin/bash
# t0010-docs.sh - what is generated from the tables, and help in both languages.
kyso=${KYSO_BUILD_DIR:-build}/kyso
build=${KYSO_BUILD_DIR:-build}
n=0
check() { # check NAME COMMAND... : ok when it succeeds
	local name=$1
	shift
	n=$((n + 1))
	if "$@" >"$TMPDIR/out" 2>&1; then echo "ok $n - $name"; else echo "not ok $n - $name"; sed 's/^/# /' "$TMPDIR/out"; fi
}
status() { # status WANTED COMMAND...
	local want=$1
	shift
	"$@"
	[ $? = "$want" ]
}
every_code() {
	"$kyso" errors | while IFS= read -r row; do grep -qxF "$row" "$build/errors.md" || exit 1; done
}
every_command() {
	"$kyso" help | sed '1,2d; s/^  //; s/   *.*//' | while IFS= read -r name; do grep -qx "## kyso $name" "$build/commands.md" || { echo "$name"; exit 1; }; done
}
check "docs/errors.md is current (make docs)" cmp "$build/errors.md" "${KYSO_SOURCE_DIR:-.}/docs/errors.md"
check "docs/commands.md is current (make docs)" cmp "$build/commands.md" "${KYSO_SOURCE_DIR:-.}/docs/commands.md"
check "errors.md has every code" every_code
check "commands.md has every command" every_command
check "help" bash -c "'$kyso' help | grep -q 'Ký số văn bản'"
check "help in English" bash -c "'$kyso' --lang en help | grep -q 'Signs documents'"
check "help of one command" bash -c "'$kyso' help sign | grep -q -- --place"
check "help of no command" status 2 "$kyso" help nothing
check "an unknown command" status 2 "$kyso" nothing
check "version" bash -c "'$kyso' version | grep -q '^kyso [0-9]'"
echo "1..$n"
