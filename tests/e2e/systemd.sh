#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --systemd
# kernel: stock
# The daemon as a service of a real systemd, inside its sandbox: it starts, is used, is
# told to read its configuration again, hangs and is started again; its sockets are
# systemd's if that is wanted, and then nobody is refused while it restarts.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
PREFIX=/usr/local
DROPINS=/run/systemd/system/gpiohubd.service.d

# property NAME: of the service, as systemd has it.
property() { systemctl show --value -p "$1" gpiohubd; }
property_is() { same "$2" "$(property "$1")"; }
status_is() { property_is StatusText "$1; listening on $2"; }
# sandbox [NAME]: the drop-in of that name, and no other, from the next start on.
sandbox() {
	rm -f $DROPINS/sandbox.conf
	[ $# = 0 ] || cp "$PREFIX/share/gpiohub/systemd/$1.conf" $DROPINS/sandbox.conf
	systemctl daemon-reload
}
# said PRIORITY TEXT: the journal has such a line of the daemon, of that priority.
said() {
	journalctl -q -b -u gpiohubd -p "$1..$1" -o cat --no-pager | grep -F -- "$2"
}
said_by_systemd() { journalctl -q -b -u gpiohubd -o cat --no-pager | grep -F -- "Watchdog timeout"; }
# patiently COMMAND...: a client is served. On a busy machine it may have to ask again
# because there is no answer yet; that it is refused is a failure.
patiently() {
	local said tries=0
	until said=$("$@" 2>&1); do
		echo "$said"
		tries=$((tries + 1))
		[[ $said == *answer* && $tries -lt 10 ]] || return
	done
}
lines_in_journal() { journalctl -q -b -u gpiohubd -o cat --no-pager | wc -l; }

# Less patience than the service has, and a start that takes as long as a file says.
SLOW=/run/gpiohub-slow
mkdir -p $DROPINS
cat >$DROPINS/test.conf <<-CONF
	[Service]
	WatchdogSec=8
	ExecStartPre=/bin/sh -c 'sleep "\$\$(cat $SLOW)"'
CONF
echo 0 >$SLOW

install_all() {
	cmake --install "$BIN" --prefix "$PREFIX" && "$TREE/packaging/activate" "$PREFIX"
}
check "it installs, and systemd knows it" install_all
check "... with its user and group, and people's" getent group gpiohub gpio
hash -r
PATH=$PREFIX/bin:$PREFIX/sbin:$BIN/tests/e2e:/usr/bin:/usr/sbin:/bin:/sbin
somebody=(setpriv --reuid nobody --regid nogroup --inh-caps=-all)
member=("${somebody[@]}" --groups gpio gpiohub)

# --- it starts, and hubs come -----------------------------------------------------------
echo "options gpiohub hubs=gpiohub-vboard.0:0-5 storm_rate=0" >/etc/modprobe.d/gpiohub.conf
check "it starts" systemctl start gpiohubd
check "... which loads the module" test -d /sys/module/gpiohub
check "... and says what it serves" status_is "Serving gpiohub0" "$SOCKET"
board 8
tell loop "0 1"
udevadm settle
echo gpiohub-vboard.0:6,7 >/sys/class/gpiohub/new_hub
check "a hub that comes later is served" soon status_is "Serving gpiohub0, gpiohub1" "$SOCKET"
pid=$(property MainPID)
check "it is nobody special" same "$(id -u gpiohub) 0000000000000000 1 2" \
	"$(awk '/^Uid|^CapEff|^NoNewPrivs|^Seccomp:/ { printf "%s%s", sep, $2; sep = " " }' "/proc/$pid/status")"

# --- as people use it ------------------------------------------------------------------
check "whoever is in group gpio uses it" "${member[@]}" list
check "who is not in it is told what to do" \
	refuses 2 "group (gpio)" "${somebody[@]}" --clear-groups gpiohub list

# --- what it does works in the sandbox ----------------------------------------------------
check "a line is driven, by its name" "${member[@]}" set vb0_2=1
check "... on the pin" pin_is 2 "1 out"
"${member[@]}" claim 3=1 --guard low >/dev/null 2>&1 &
claimer=$!
check "a line is owned" soon pin_is 3 "1 out"
check "... by somebody who can be found" refuses 2 "a local client (process $claimer, user 65534) owns it" "${member[@]}" claim 3=1
kill9 $claimer
check "... and guarded" soon pin_is 3 "0 out"
check "a pattern is played" "${member[@]}" pulse 0 500us
"${member[@]}" watch 4 --json >"$WORK/socket" 2>/dev/null &
watchers=($!)
"${member[@]}" --mapped watch 4 --json >"$WORK/mapped" 2>/dev/null &
watchers+=($!)
check "programs watch, one of them by a file that is handed over" ready "$WORK/socket" "$WORK/mapped"
before=$(lines_in_journal)
EDGES=$(count 100000)
edges() { grep -cE '"type":"(rising|falling)","line":4' "$1"; }
have() { [ "$(edges "$WORK/socket") $(edges "$WORK/mapped")" = "$EDGES $EDGES" ]; }
tell generate "4 500 $EDGES"
check "each gets $EDGES edges" soon have
check "of which the journal has not a line" same "$before" "$(lines_in_journal)"
check "they end when interrupted" interrupted "${watchers[@]}"

# --- it reads its configuration again -----------------------------------------------------
configure() { cat >/etc/gpiohub/gpiohubd.toml; }
configure <<<"[limits]
clients = 5"
check "it reads its configuration again" systemctl reload gpiohubd
check "... and says so, as information" soon said info "was read again"
configure <<<"[limits]
clients = 0"
check "a wrong one is no reason to end" systemctl reload gpiohubd
check "... but an error in the journal" soon said err '"limits.clients" must be a number'
check "... and it goes on" property_is ActiveState active
rm /etc/gpiohub/gpiohubd.toml

# --- it hangs ------------------------------------------------------------------------------
pid=$(property MainPID)
kill -STOP "$pid"
is_another() { [ "$(property MainPID)" != "$pid" ] && [ "$(property SubState)" = running ]; }
check "one that hangs is ended, and another started" soon is_another
check "... because it was silent" said_by_systemd

# --- its end -------------------------------------------------------------------------------
check "it stops" systemctl stop gpiohubd
check "... well" same "success 0" "$(property Result) $(property ExecMainStatus)"
check "... and its socket is gone" test ! -e "$SOCKET"

# --- the socket is systemd's ------------------------------------------------------------------
check "systemd listens for it" systemctl start gpiohubd.socket
check "... for group gpio" same "root gpio 660" "$(stat -c '%U %G %a' "$SOCKET")"
check "... and it does not run" property_is ActiveState inactive
check "the first client starts it" patiently "${member[@]}" get 2
check "... on that socket" status_is "Serving gpiohub0, gpiohub1" "$SOCKET of the service manager's"
echo 2 >$SLOW
is_between() { [ "$(property SubState)" = start-pre ]; }
check "it restarts" systemctl restart --no-block gpiohubd
check "... and is not there for a while" soon is_between
check "who comes meanwhile is served afterwards" patiently "${member[@]}" get 2
echo 0 >$SLOW
check "it stops" systemctl stop gpiohubd
check "... and leaves systemd's socket where it is" test -S "$SOCKET"

# --- without a network, but with systemd's sockets -------------------------------------------
ip address add 192.0.2.1/32 dev lo
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=board \
	-keyout /etc/gpiohub/server.key -out /etc/gpiohub/server.pem -addext subjectAltName=IP:192.0.2.1 2>/dev/null
chgrp gpiohub /etc/gpiohub/server.key
chmod 640 /etc/gpiohub/server.key
gpiohubd --make-token remote >"$WORK/token.toml"
sed -n '2s/^# //p' "$WORK/token.toml" >"$WORK/token"
cat "$WORK/token.toml" - >"$WORK/conf" <<-CONF
	[role.all]
	lines = ["*"]
	verbs = ["look", "claim", "drive"]
	users = ["root"]
	tokens = ["remote"]
	[tls]
	certificates = "/etc/gpiohub/server.pem"
	key = "/etc/gpiohub/server.key"
CONF
configure <"$WORK/conf"
sandbox local-only
check "systemd listens on TCP and TLS as well" systemctl start gpiohubd-tcp.socket gpiohubd-tls.socket
FAR=(gpiohub --connect tls:192.0.2.1 --ca /etc/gpiohub/server.pem --token-file "$WORK/token")
check "a client from elsewhere starts it, by TLS" patiently "${FAR[@]}" set 5=1
check "... and drives" pin_is 5 "1 out"
check "by TCP a token is needed" refuses 2 "must present a token" \
	gpiohub --connect tcp:127.0.0.1:8737 get 5
check "... and enough" gpiohub --connect tcp:127.0.0.1:8737 --token-file "$WORK/token" get 5
elsewhere() { [ "$(readlink "/proc/$(property MainPID)/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
check "it is in no network at all" elsewhere
configure <<<""
check "a configuration that TLS would be open with is refused" systemctl reload gpiohubd
check "... as an error" soon said err "TLS is listened for, which needs"
check "... and nobody without a token gets in" refuses 2 "must present a token" "${FAR[@]:0:5}" get 5
check "all of it stops" systemctl stop gpiohubd.socket gpiohubd-tcp.socket gpiohubd-tls.socket gpiohubd

# --- a TLS port of its own -------------------------------------------------------------------
configure <<<"$(sed 's/^\[tls\]/&\nlisten = ["192.0.2.1"]/' "$WORK/conf")"
sandbox network
check "it listens for TLS itself" systemctl start gpiohubd
check "... and is reached from elsewhere" patiently "${FAR[@]}" get 5
sandbox
check "without the drop-in" systemctl restart gpiohubd
check "... it is there" soon daemon_answers
check "... but the sandbox lets nobody from elsewhere through" refuses 5 "no answer" "${FAR[@]}" get 5
check "it stops" systemctl stop gpiohubd
# A new node has its group a moment after it is there, from udev.
check "its errors were those alone" same "" \
	"$(journalctl -q -b -u gpiohubd -p err -o cat --no-pager | grep -vE 'limits.clients|TLS is listened for|Permission denied; add|Watchdog timeout|watchdog')"
finish
