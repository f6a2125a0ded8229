# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared with run
# The command line of tests/vm/run, turned into variables. Sourced by it.

vm_usage() {
	cat <<-END
		usage: tests/vm/run [OPTIONS] [--] COMMAND...
		Runs COMMAND as root in a QEMU guest that sees this machine's files and the
		working tree at its own path (writes stay in the guest), with the modules
		built for that kernel ready for modprobe.
		  --kernel NAME   $(tr '\n' ' ' < <("$TREE/scripts/kernel" list))(default: $(default_kernel))
		  --cpus N        processors of the guest (default 2)
		  --memory MB     (default 1024; debug kernels 2048)
		  --exact-time    guest time follows instructions (icount, one processor)
		  --systemd       the guest's process 1 is systemd (not for arm64's small root)
		  --relay PORT    127.0.0.1:PORT here reaches 127.0.0.1:PORT in the guest
		  --timeout S     end a stuck guest after S seconds (default 900)
		  --name NAME     logs and results go to build/vm/NAME (default: the kernel)
		  --env VAR=VALUE set in COMMAND's environment (may be repeated)
		  --beside PROG   run PROG on this machine while the guest runs, with the QMP,
		                  qtest and peer sockets in its environment
		  --pl061         the same with tests/vm/pl061 (arm64 kernels)
		  --hub-node LINES  a hub in the device tree over these lines of the PL061,
		                  "3,0,1" (arm64 kernels)
		  --pwm-node      a Raspberry Pi's PWM chip in the device tree, whose registers
		                  are memory (arm64 kernels)
		  --plugin FILE   give QEMU this plugin, with out=GPIOHUB_OUT as its argument
		  --no-build      use modules and programs as they are
		  --no-programs   build the modules alone
		  --bare          build neither: for the harness's own test
		  --verbose       show the kernel's console too
		In the guest: GPIOHUB_OUT is a directory shared with this machine
		(build/vm/NAME/out), GPIOHUB_KERNEL the kernel's name, GPIOHUB_PEER the
		character device that leads to --beside's program.
		Status: COMMAND's; 120 the kernel reported something, 121 the guest died,
		124 out of time, 125 it could not start.
	END
}

default_kernel() {
	case $(host_arch) in
	arm64) echo arm64 ;;
	*) echo stock-6.1 ;;
	esac
}

# value OPTION ARGUMENTS-LEFT: an option that takes one must have one.
need_value() { [ "$2" -ge 2 ] || die "$1 needs a value"; }

vm_options() {
	KERNEL=$(default_kernel) CPUS=2 MEMORY="" EXACT="" SYSTEMD="" RELAY="" TIMEOUT=900 NAME=""
	BESIDE="" HUB_NODE="" PWM_NODE="" PLUGIN="" BUILD=1 PROGRAMS=1 BARE="" VERBOSE="" ENVIRONMENT=()
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel | --cpus | --memory | --relay | --timeout | --name | --beside | --hub-node | --plugin | --env)
			need_value "$1" $#
			vm_set "${1#--}" "$2"
			shift
			;;
		--env=*) ENVIRONMENT+=("${1#--env=}") ;;
		--exact-time) EXACT=1 ;;
		--systemd) SYSTEMD=1 ;;
		--pl061) BESIDE=$TREE/tests/vm/pl061 ;;
		--pwm-node) PWM_NODE=1 ;;
		--no-build) BUILD="" PROGRAMS="" ;;
		--no-programs) PROGRAMS="" ;;
		--bare) BARE=1 PROGRAMS="" ;;
		--verbose) VERBOSE=1 ;;
		-h | --help) vm_usage && exit 0 ;;
		--) shift && break ;;
		-*) die "no option $1 (tests/vm/run --help)" ;;
		*) break ;;
		esac
		shift
	done
	[ $# -gt 0 ] || die "which COMMAND? (tests/vm/run --help)"
	COMMAND=("$@")
	vm_derive
}

vm_set() {
	case $1 in
	env) ENVIRONMENT+=("$2") ;;
	hub-node) HUB_NODE=$2 ;;
	kernel | name | beside | plugin) printf -v "${1^^}" %s "$2" ;;
	*)
		[[ $2 =~ ^[0-9]+$ ]] || die "--$1 takes a number, not '$2'"
		printf -v "${1^^}" %s "$2"
		;;
	esac
}

# What follows from the options.
vm_derive() {
	case $KERNEL in
	stock-6.1 | stock-6.12 | debug-6.1) ARCH=amd64 ;;
	arm64 | arm64-16k) ARCH=arm64 ;;
	*) die "no kernel is called $KERNEL; there are: $("$TREE/scripts/kernel" list | tr '\n' ' ')" ;;
	esac
	case $KERNEL in
	debug-*) DEBUG=1 MEMORY=${MEMORY:-2048} ;;
	*) DEBUG="" MEMORY=${MEMORY:-1024} ;;
	esac
	[ -z "$EXACT" ] || CPUS=1
	FOREIGN=""
	[ "$ARCH" = "$(host_arch)" ] || FOREIGN=1
	[ -z "$FOREIGN" ] || [ "$ARCH" = arm64 ] ||
		die "$KERNEL needs an $ARCH machine; here there are arm64 and arm64-16k"
	[ -z "$SYSTEMD" ] || [ -z "$FOREIGN" ] ||
		die "--systemd: the root of $KERNEL has none"
	NAME=${NAME:-$KERNEL}
}
