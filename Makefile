# SPDX-License-Identifier: GPL-2.0-or-later
# Culvert: IPsec for Linux routers. `make help` lists the targets.

# Where results go; builds for several kernels live side by side in $(BUILD)/<kernel release>.
BUILD ?= $(CURDIR)/build
export BUILD := $(abspath $(BUILD))

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
INCLUDEDIR ?= $(PREFIX)/include
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions

# The Debian kernels that everything is built for and booted with.
KERNELS ?= 6.1 6.12
# The one of them that demo and bench use.
KERNEL ?= 6.1

.PHONY: help
help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo 'Variables: KDIR= (or KERNEL_SRC=, KERNELDIR=) O= ARCH= CROSS_COMPILE= for the module;'
	@echo '           CC= CFLAGS= PKG_CONFIG= for programs; BUILD= PREFIX= DESTDIR= INSTALL_MOD_PATH='

## Build
##   all            the module for one kernel, the library and the tools
##   modules        ipsec.ko for KDIR (the running kernel's headers, else the newest found)
##   modules-6.1    the same for Debian's kernel 6.1, fetched into a cache; also modules-6.12
##   userspace      the library
##   tools          ipsecctl
##   uml            a User-Mode Linux kernel and the module for it (DEBUG=1: with KASAN and lockdep)
## Try
##   demo           two routers, two offices and a tunnel, in a virtual machine
## Test
##   check          everything below but bench; ends in one line of counts
##   check-host     unit tests, lint, warnings, sparse
##   check-vm       the module against other IPsec stacks, in virtual machines
##   check-debug    the same in a kernel with KASAN, lockdep and fault injection, and with memory that runs out
##   check-arch     programs, unit tests and the module on s390x (big endian) and arm64, emulated; musl's headers
##   lint           include order, function length, style
##   bench          cost per packet against the kernel's own IPsec
## Install
##   deps           install what building and testing need (apt), or say what is missing
##   install        module, ipsecctl, completion, manual pages, header
##   uninstall      take them away again
##   clean          remove the build folder

.PHONY: all
all: modules userspace tools

# --- the module ---------------------------------------------------------------------------------

kernel-cache := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/culvert/kernels

define newest-headers
$(shell for d in /usr/src/linux-headers-*[!n] /lib/modules/*/build $(kernel-cache)/*/build; do
	sed -n "s|^.define UTS_RELEASE \"\(.*\)\"|\1 $$d|p" $$d/include/generated/utsrelease.h 2>/dev/null; done | sort -V | tail -n 1 | cut -d' ' -f2)
endef
running-headers = $(wildcard /lib/modules/$(shell uname -r)/build)

KDIR ?= $(or $(KERNEL_SRC),$(KERNELDIR),$(running-headers),$(newest-headers))

# What uname -r says there. Debian's 6.1 headers say something else in kernel.release.
release = $(or $(call uts-release,$(or $(O),$(KDIR))),\
	$(shell $(MAKE) -s --no-print-directory -C $(KDIR) $(if $(O),O=$(O)) kernelrelease))
uts-release = $(shell sed -n 's/^.define UTS_RELEASE "\(.*\)"/\1/p' $(1)/include/generated/utsrelease.h 2>/dev/null)
moddir = $(BUILD)/$(release)
kbuild = $(call kbuild-in,$(moddir))
kbuild-in = $(MAKE) -C $(KDIR) M=$(1) $(if $(O),O=$(O)) $(if $(ARCH),ARCH=$(ARCH)) \
	$(if $(CROSS_COMPILE),CROSS_COMPILE=$(CROSS_COMPILE))

# Each kernel's objects need a folder of their own, and kbuild builds where the sources are: a farm of links.
define farm
mkdir -p $(2) && (cd $(1) && find . -type d) | (cd $(2) && xargs mkdir -p) && \
(cd $(1) && find . -name '*.[ch]' -o -name Kbuild) | while read -r f; do \
	[ "$$(readlink $(2)/$$f)" = "$(CURDIR)/$(1)/$$f" ] || ln -sfn "$(CURDIR)/$(1)/$$f" $(2)/$$f; done && \
find $(2) -xtype l -delete
endef

.PHONY: modules
modules:
	$(if $(KDIR),,$(error no kernel headers found: name a KDIR, or try make modules-6.1))
	$(if $(release),,$(error $(KDIR) is no kernel that modules can be built against))
	@$(call farm,kmod,$(moddir))
	+@exec 9>$(moddir)/.lock && flock 9 && $(kbuild) modules 9>&-
	@echo '$(moddir)/ipsec.ko'

modules-%:
	@kernel=$$(selftests/vm/kernel $*) && $(MAKE) --no-print-directory modules KDIR=$$kernel/build

# Modules that only tests load; beside the module, in a folder of their own.
.PHONY: test-modules
test-modules:
	@$(call farm,selftests/kmod,$(moddir)/selftests)
	+@exec 9>$(moddir)/.lock && flock 9 && $(call kbuild-in,$(moddir)/selftests) modules 9>&-

test-modules-%:
	@kernel=$$(selftests/vm/kernel $*) && $(MAKE) --no-print-directory test-modules KDIR=$$kernel/build

# --- programs -----------------------------------------------------------------------------------

CC ?= cc
AR ?= ar
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g
user-packages := libnl-3.0 libnl-genl-3.0 json-c
user-cflags = -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Iuserspace/lib -Ikmod/uapi \
	$(shell $(PKG_CONFIG) --cflags $(user-packages)) $(CPPFLAGS) $(CFLAGS)
user-libs = $(shell $(PKG_CONFIG) --libs $(user-packages)) $(LDLIBS)

user := $(BUILD)/user
lib-objects := $(patsubst %.c,$(user)/%.o,$(wildcard userspace/lib/*.c))
tool-objects := $(patsubst %.c,$(user)/%.o,$(wildcard tools/*.c))

.PHONY: userspace tools
userspace: $(user)/libculvert.a
tools: $(user)/ipsecctl

$(user)/libculvert.a: $(lib-objects)
	rm -f $@
	$(AR) rcs $@ $^

$(user)/ipsecctl: $(tool-objects) $(user)/libculvert.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(user-libs)

$(user)/%.o: %.c $(user)/flags
	@mkdir -p $(@D)
	$(CC) $(user-cflags) -MMD -MP -c -o $@ $<

# Another compiler or other flags make every object stale.
$(user)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(user-cflags)' | cmp -s - $@ || echo '$(CC) $(user-cflags)' >$@

.PHONY: FORCE
FORCE:

-include $(lib-objects:.o=.d) $(tool-objects:.o=.d)

# Programs that only tests run.
fuzz := selftests/net/fuzz

.PHONY: test-tools
test-tools: $(user)/netlink_fuzz

$(user)/$(fuzz)/spec_table.h: $(fuzz)/table.py Documentation/specs/ipsec.yaml
	@mkdir -p $(@D)
	/usr/bin/python3 $^ >$@.new && mv $@.new $@

$(user)/netlink_fuzz: $(wildcard $(fuzz)/*.[ch]) $(user)/$(fuzz)/spec_table.h $(user)/flags
	$(CC) $(user-cflags) -I$(user)/$(fuzz) $(LDFLAGS) -o $@ $(filter %.c,$^)

# --- tests --------------------------------------------------------------------------------------

.PHONY: deps
deps:
	@selftests/deps.sh

.PHONY: check check-host check-vm check-debug lint demo bench uml check-arch
check: deps
	@selftests/check host vm arch debug-cached

check-host: deps
	@selftests/check host

check-vm: deps
	@selftests/check vm

check-debug: deps
	@selftests/check debug

check-arch: deps
	@selftests/check arch

lint:
	@selftests/lint/run

demo: deps
	@mkdir -p $(BUILD)
	@$(MAKE) --no-print-directory -j$(shell nproc) modules-$(KERNEL) tools >$(BUILD)/demo.log 2>&1 || \
		{ tail -n 40 $(BUILD)/demo.log; exit 1; }
	@selftests/demo/run -k $(KERNEL)

bench: deps
	@$(MAKE) --no-print-directory -j$(shell nproc) modules-$(KERNEL) tools
	@selftests/bench/run -k $(KERNEL)

uml:
	@selftests/vm/uml-kernel $(if $(filter 1,$(DEBUG)),-d) >/dev/null
	@kernel=$$(selftests/vm/uml-kernel $(if $(filter 1,$(DEBUG)),-d)) && \
		$(MAKE) --no-print-directory modules test-modules KDIR=$$kernel/source O=$$kernel/build ARCH=um

# --- install ------------------------------------------------------------------------------------

man-pages = $(wildcard Documentation/man/*.8)

.PHONY: install uninstall
install: modules tools
	$(kbuild) KERNELRELEASE=$(release) INSTALL_MOD_PATH=$(DESTDIR)$(INSTALL_MOD_PATH) modules_install
	$(if $(DESTDIR)$(INSTALL_MOD_PATH),,depmod $(release))
	install -D -m 755 $(user)/ipsecctl $(DESTDIR)$(SBINDIR)/ipsecctl
	install -D -m 644 tools/ipsecctl.bash $(DESTDIR)$(COMPLETIONDIR)/ipsecctl
	install -D -m 644 kmod/uapi/linux/ipsec_genl.h $(DESTDIR)$(INCLUDEDIR)/linux/ipsec_genl.h
	install -d $(DESTDIR)$(MANDIR)/man8
	install -m 644 $(man-pages) $(DESTDIR)$(MANDIR)/man8

uninstall:
	find $(DESTDIR)$(INSTALL_MOD_PATH)/lib/modules/$(release)/ -name 'ipsec.ko*' -delete
	$(if $(DESTDIR)$(INSTALL_MOD_PATH),,depmod $(release))
	rm -f $(DESTDIR)$(SBINDIR)/ipsecctl $(DESTDIR)$(COMPLETIONDIR)/ipsecctl \
		$(DESTDIR)$(INCLUDEDIR)/linux/ipsec_genl.h \
		$(addprefix $(DESTDIR)$(MANDIR)/man8/,$(notdir $(man-pages)))

.PHONY: clean
clean:
	rm -rf $(BUILD)
