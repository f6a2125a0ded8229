# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared with run
# The guest as QEMU's command line: the kernel's console into a file of its own,
# COMMAND's output, the status and the peer on virtio ports, files over 9p.

vm_machine() {
	case $ARCH in
	amd64)
		QEMU=qemu-system-x86_64 CONSOLE=ttyS0
		MACHINE=(-M "pc,usb=off,vmport=off")
		;;
	arm64)
		QEMU=qemu-system-aarch64 CONSOLE=ttyAMA0
		MACHINE=(-M virt)
		;;
	esac
	command -v "$QEMU" >/dev/null || die "$QEMU is missing: scripts/deps vm vm-arm64"
}

vm_cpu() {
	case $ACCEL:$KERNEL:$EXACT in
	kvm:*) echo host ;;
	tcg:arm64:*) echo cortex-a57 ;;
	tcg:arm64-16k:*) echo cortex-a76 ;;
	# instructions whose count depends on data or chance
	tcg:*:1) echo max,-erms,-fsrm,-rdrand,-rdseed ;;
	*) echo max ;;
	esac
}

vm_clock() {
	if [ -n "$EXACT" ]; then
		printf '%s\n' -accel tcg,thread=single -icount shift=0,sleep=off -seed 1 \
			-rtc base=2024-01-01T00:00:00,clock=vm
	elif [ "$ACCEL" = kvm ]; then
		printf '%s\n' -accel kvm
	else
		printf '%s\n' -accel tcg,thread=multi
	fi
}

# share TAG PATH [OPTIONS]
share() {
	printf '%s\n' -fsdev "local,id=$1,path=${2//,/,,},security_model=none,multidevs=remap${3:-}" \
		-device "virtio-9p-pci,fsdev=$1,mount_tag=$1"
}

vm_shares() {
	share work "$WORK"
	if [ -n "$FOREIGN" ]; then
		share root "$("$TREE/scripts/kernel" rootfs "$ARCH")" ,readonly=on
		share tree "$TREE" ,readonly=on
		share cache "$CACHE" ,readonly=on
	else
		share root / ,readonly=on
	fi
}

vm_ports() {
	printf '%s\n' -device virtio-serial-pci
	printf '%s\n' -chardev "file,id=output,path=$WORK/output" \
		-device virtserialport,chardev=output,name=gpiohub.output
	printf '%s\n' -chardev "file,id=status,path=$WORK/status" \
		-device virtserialport,chardev=status,name=gpiohub.status
	[ -n "$BESIDE" ] || return 0
	printf '%s\n' -chardev "socket,id=peer,path=$SOCKETS/peer,server=on,wait=off" \
		-device virtserialport,chardev=peer,name=gpiohub.peer \
		-qmp "unix:$SOCKETS/qmp,server=on,wait=off" \
		-qtest "unix:$SOCKETS/qtest,server=on,wait=off" -qtest-log /dev/null
}

vm_network() {
	[ -n "$RELAY" ] || return 0
	printf '%s\n' -netdev "user,id=net,hostfwd=tcp:127.0.0.1:$RELAY-10.0.2.15:9" \
		-device virtio-net-pci,netdev=net,romfile=
}

# Lockdep, told to know raw locks from others, objects to the serial console's own
# lock as soon as anything is printed in an interrupt. The early console has none.
vm_console() {
	case $DEBUG in
	1) echo "earlycon=uart8250,io,0x3f8 keep_bootcon acpi=noirq" ;;
	*) echo "console=$CONSOLE" ;;
	esac
}

vm_append() {
	printf '%s panic=-1 oops=panic nokaslr mitigations=off ' "$(vm_console)"
	# A busy machine is late with the timer that the kernel tries out at boot.
	[ "$ARCH" != amd64 ] || printf 'no_timer_check '
	printf 'random.trust_cpu=on printk.time=1 loglevel=%s ' "$([ -n "$VERBOSE" ] && echo 7 || echo 5)"
	printf '%s\n' "${GPIOHUB_APPEND:-}"
}

# The device tree that QEMU would make, with nodes of ours.
vm_devicetree() {
	local dtb=$WORK/nodes.dtb
	[ -n "$HUB_NODE$PWM_NODE" ] || return 0
	[ "$ARCH" = arm64 ] || die "--hub-node and --pwm-node need an arm64 kernel"
	"$QEMU" "${MACHINE[@]}" -machine "dumpdtb=$dtb" -cpu "$(vm_cpu)" -smp "$CPUS" -m "$MEMORY" \
		-display none >/dev/null 2>&1 || die "QEMU does not tell its device tree"
	[ -z "$HUB_NODE" ] || vm_hub_node "$dtb"
	[ -z "$PWM_NODE" ] || vm_pwm_node "$dtb"
	DEVICETREE=(-dtb "$dtb")
}

vm_hub_node() {
	local dtb=$1 node=/gpiohub-node chip line gpios=()
	chip=$(fdtget -t x "$dtb" /pl061@9030000 phandle)
	for line in ${HUB_NODE//,/ }; do gpios+=("$chip" "$(printf %x "$line")" 0); done
	fdtput -c "$dtb" $node
	fdtput -t s "$dtb" $node compatible gpiohub,hub
	fdtput -t s "$dtb" $node label from-the-tree
	fdtput -t x "$dtb" $node gpios "${gpios[@]}"
}

# The kernel's driver writes to registers that it never waits for: memory, of which the rest
# of the kernel knows nothing, is as good. The machine's clock of 24 MHz is its.
vm_pwm_node() {
	local dtb=$1 address=46000000 node clock
	node=/reserved-memory/pwm@$address
	fdtput -c "$dtb" /reserved-memory
	fdtput -t x "$dtb" /reserved-memory "#address-cells" 2
	fdtput -t x "$dtb" /reserved-memory "#size-cells" 2
	fdtput "$dtb" /reserved-memory ranges
	fdtput -c "$dtb" $node
	fdtput -t x "$dtb" $node reg 0 $address 0 10000
	fdtput "$dtb" $node no-map
	node=/pwm@$address
	clock=$(fdtget -t x "$dtb" /apb-pclk phandle)
	fdtput -c "$dtb" $node
	fdtput -t s "$dtb" $node compatible brcm,bcm2835-pwm
	fdtput -t x "$dtb" $node reg 0 $address 0 1000
	fdtput -t x "$dtb" $node clocks "$clock"
	fdtput -t x "$dtb" $node "#pwm-cells" 3
}

# Sets ARGUMENTS, QEMU's words.
vm_arguments() {
	DEVICETREE=()
	vm_devicetree
	mapfile -t ARGUMENTS < <(
		printf '%s\n' "${MACHINE[@]}" -cpu "$(vm_cpu)" -smp "$CPUS" -m "$MEMORY"
		printf '%s\n' -nodefaults -no-user-config -display none -no-reboot
		printf '%s\n' -serial "file:$WORK/console.log"
		vm_clock
		vm_shares
		vm_ports
		vm_network
		[ ${#DEVICETREE[@]} = 0 ] || printf '%s\n' "${DEVICETREE[@]}"
		[ -z "$PLUGIN" ] || printf '%s\n' -plugin "${PLUGIN//,/,,},out=${WORK//,/,,}/out"
		printf '%s\n' -kernel "$IMAGE" -initrd "$WORK/initrd.gz" -append "$(vm_append)"
	)
}
