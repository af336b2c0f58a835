# The targets of docs/contracts: demo, test, all, install, deb, bench, fuzz, asan, clang, coverage, check, docs. Meson and ninja do the work.
BUILD ?= build
ASAN_BUILD ?= build-asan
CLANG_BUILD ?= build-clang
FUZZ_SECONDS ?= 60
DESTDIR ?=

.PHONY: all bootstrap bootstrap-dev configure test check docs asan clang demo bench fuzz coverage install deb clean format

all: configure
	ninja -C $(BUILD)

bootstrap:
	tools/bootstrap

bootstrap-dev:
	tools/bootstrap dev

configure: bootstrap
	@test -f $(BUILD)/build.ninja || meson setup $(BUILD) --prefix=/usr >/dev/null

check: configure
	tools/check-layers
	tools/check-banned
	tools/check-headers
	tools/check-size

# docs/errors.md and docs/commands.md are what the build makes of the program's tables; a test holds that they are current.
docs: all
	cp $(BUILD)/errors.md $(BUILD)/commands.md docs/

test: all check
	tools/run-tests $(BUILD)

asan: bootstrap
	@test -f $(ASAN_BUILD)/build.ninja || meson setup $(ASAN_BUILD) -Db_sanitize=address,undefined -Db_lundef=false -Doptimization=1 >/dev/null
	ninja -C $(ASAN_BUILD)
	ASAN_OPTIONS=detect_leaks=1:strict_string_checks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 tools/run-tests $(ASAN_BUILD) --once

clang: bootstrap-dev
	@test -f $(CLANG_BUILD)/build.ninja || CC=clang meson setup $(CLANG_BUILD) >/dev/null
	ninja -C $(CLANG_BUILD)

fuzz: bootstrap-dev
	tools/fuzz build-fuzz $(FUZZ_SECONDS)

coverage: bootstrap-dev
	tools/coverage build-coverage

bench: all
	tools/bench $(BUILD)

demo: all
	tools/demo $(BUILD)

install: all
	DESTDIR=$(DESTDIR) meson install -C $(BUILD)

deb: bootstrap-dev all
	tools/make-deb $(BUILD)

format:
	clang-format -i $$(git ls-files 'src/*.[ch]' 'tests/*.[ch]')

clean:
	rm -rf build build-*
