# SPDX-License-Identifier: MIT
# Everything that a person types. Kbuild lists the modules' objects, CMakeLists.txt
# the programs; what takes more than a line is in scripts/.

KDIR	?= /lib/modules/$(shell uname -r)/build
PRESET	?= release
DESTDIR	?=
PREFIX	?= /usr/local
RELEASE	= $(shell sed -n 's/.*UTS_RELEASE "\(.*\)".*/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)

.DEFAULT_GOAL := all
.PHONY: help all modules programs demo test test-matrix test-long kselftest fuzz bench style \
	install uninstall clean

help: ## this list
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | \
		while IFS='|' read -r name text; do printf '  %-14s %s\n' $$name "$$text"; done
	@echo "KDIR=$(KDIR) is what modules are built against"
	@echo "(guest kernels: scripts/kernel kdir NAME), PRESET=$(PRESET) how programs are built."

all: modules programs ## the modules for KDIR and the programs

modules: ## the kernel modules, against KDIR
	@test -e $(KDIR)/Makefile || { \
		echo "$(KDIR) has no kernel headers: apt-get install linux-headers-$$(uname -r)," >&2; \
		echo "or for a guest: make modules KDIR=\$$(scripts/kernel kdir stock-6.1)" >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

programs: ## the library, the daemon and the command line, into build/$(PRESET)
	scripts/build $(PRESET)

demo: ## see it at work, in a guest: no GPIO and no right to load modules needed
	scripts/demo

test: ## each behaviour once, on three kernels, at most 15 minutes
	scripts/test

test-matrix: ## every kernel, debug included; goes on where it was interrupted
	scripts/test matrix

test-long: ## the big counts
	scripts/test long

kselftest: ## the kernel collection, in a guest (KERNEL=stock-6.1) or here (KERNEL=here)
	scripts/test kselftest $(KERNEL)

fuzz: ## libFuzzer's inputs for parsers and the loop (TARGET=loop SECONDS=60)
	scripts/fuzz $(TARGET) $(SECONDS)

bench: ## the figures beside the character device's and mosquitto's, into docs/bench.md
	scripts/bench

style: ## checkpatch, sparse, clang-format, clang-tidy, shellcheck
	scripts/style

install: ## modules and programs onto this machine (as root)
	@test -n "$(RELEASE)" || { echo "no kernel headers in $(KDIR): make modules tells the cure" >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_DIR=extra \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)) modules_install
	$(if $(DESTDIR),,depmod $(RELEASE))
	DESTDIR=$(DESTDIR) cmake --install build/$(PRESET) --prefix $(PREFIX)
	$(if $(DESTDIR),,packaging/activate $(PREFIX))

uninstall: ## what install put there
	rm -f $(DESTDIR)/lib/modules/$(RELEASE)/extra/gpiohub.ko* \
		$(DESTDIR)/lib/modules/$(RELEASE)/extra/gpiohub-vboard.ko* \
		$(DESTDIR)/lib/modules/$(RELEASE)/extra/kmod/gpiohub*.ko*
	$(if $(DESTDIR),,depmod $(RELEASE))
	test ! -e build/$(PRESET)/install_manifest.txt || \
		sed 's,^,$(DESTDIR),' build/$(PRESET)/install_manifest.txt | xargs -r -d '\n' rm -f

clean: ## what was built here; kernels and packages in the cache stay
	rm -rf build
	find . -path ./.git -prune -o \( -name '*.o' -o -name '*.ko' -o -name '*.mod' \
		-o -name '*.mod.c' -o -name '.*.cmd' -o -name Module.symvers \
		-o -name modules.order \) -type f -exec rm -f {} +
