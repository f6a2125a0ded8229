#!/bin/bash
# SPDX-License-Identifier: MIT
# Roles: an operator, a panel that may do less, a stranger and a token; a configuration that
# is read again, and one that is wrong.
# shellcheck disable=SC2119,SC2317 # functions are called by check, arguments are optional
# shellcheck source=tests/e2e/lib/story.sh
. "$(dirname "$0")/lib/story.sh"
board 8
hub

# Users of this machine by number: roles name those that it knows.
OPERATOR=$(id -u daemon) PANEL=$(id -u games) STRANGER=$(id -u nobody)
AS_OPERATOR=(setpriv --reuid "$OPERATOR" --regid "$OPERATOR" --clear-groups)
AS_PANEL=(setpriv --reuid "$PANEL" --regid "$PANEL" --clear-groups)
AS_STRANGER=(setpriv --reuid "$STRANGER" --regid "$STRANGER" --clear-groups)
gpiohubd --make-token remote >"$WORK/token.toml"
sed -n '2s/^# //p' "$WORK/token.toml" >"$WORK/token"
chmod -R a+rX "$WORK"
configure() {
	cat "$WORK/token.toml" - >"$WORK/conf" <<-CONF
		[socket]
		mode = 0o666
		[role.operator]
		lines = ["*"]
		verbs = ["look", "claim", "drive", "rule", "administer"]
		users = ["daemon", "root"]
		[role.panel]
		lines = $1
		verbs = ["look", "claim", "drive"]
		users = ["games"]
		tokens = ["remote"]
	CONF
}
configure '["0-3"]'
daemon_start --config "$WORK/conf" --tcp-port 8737

check "an operator drives any line" "${AS_OPERATOR[@]}" gpiohub set 7=1
check "... and sees what clients do" "${AS_OPERATOR[@]}" gpiohub stats
check "a panel drives its lines" "${AS_PANEL[@]}" gpiohub set 3=1
check "... and no others" refuses 2 'not allowed to claim line 4 of gpiohub0: none of this client'"'"'s roles has the verb "claim" for that (it has: panel)' \
	"${AS_PANEL[@]}" gpiohub set 4=1
check "... nor looks at them" refuses 2 "not allowed to look at line 7" "${AS_PANEL[@]}" gpiohub get 7
check "... nor sees what other clients do" refuses 2 'the verb "administer"' "${AS_PANEL[@]}" gpiohub stats
check "... nor is handed the hub" refuses 2 "not allowed to look at" "${AS_PANEL[@]}" gpiohub --mapped get 1
lists() { "${AS_PANEL[@]}" gpiohub list | grep -cE '^ +[0-9]'; }
check "what it lists are its lines" same 4 "$(lists)"

check "a stranger is not known" refuses 2 "user $STRANGER has no role here" "${AS_STRANGER[@]}" gpiohub get 1
check "... but with a token" same 1 "$("${AS_STRANGER[@]}" gpiohub --token-file "$WORK/token" get 3)"
echo wrong >"$WORK/wrong"
chmod a+r "$WORK/wrong"
check "... that is right" refuses 2 "this token is not known here" \
	"${AS_STRANGER[@]}" gpiohub --token-file "$WORK/wrong" get 3
TCP=(gpiohub --connect tcp:127.0.0.1:8737)
check "by TCP even root needs one" refuses 2 "must present a token" "${TCP[@]}" get 1
by_token() { GPIOHUB_TOKEN=$(cat "$WORK/token") "${TCP[@]}" get 3; }
check "... and has what that allows" same 1 "$(by_token)"

# --- from elsewhere: TLS -----------------------------------------------------------------
if command -v openssl >/dev/null; then
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=board \
		-keyout "$WORK/key.pem" -out "$WORK/cert.pem" -addext subjectAltName=DNS:localhost 2>/dev/null
	daemon_stop
	{
		cat "$WORK/conf"
		printf '[tls]\nlisten = ["127.0.0.1"]\ncertificates = "%s"\nkey = "%s"\n' \
			"$WORK/cert.pem" "$WORK/key.pem"
	} >"$WORK/tls.conf"
	daemon_start --config "$WORK/tls.conf" --tcp-port 8737
	TLS=(gpiohub --connect tls:localhost --ca "$WORK/cert.pem")
	check "by TLS even root needs a token" refuses 2 "must present a token" "${TLS[@]}" get 1
	check "... and drives with it" "${TLS[@]}" --token-file "$WORK/token" set 2=1
	check "... on the pin" same "1 out" "$(pin 2)"
	check "a server that nobody vouches for is not spoken to" refuses 5 "self-signed certificate" \
		gpiohub --connect tls:localhost --token-file "$WORK/token" get 1
	check "who does not speak TLS is hung up on" refuses 3 "ended the connection" \
		gpiohub --connect tcp:localhost:8738 get 1
	"${TLS[@]}" --token-file "$WORK/token" watch 2 --json >"$WORK/far" 2>/dev/null &
	far=$!
	check "a client by TLS watches" ready "$WORK/far"
	check "... and gets what happens" say_all far "$WORK/far"
	check "... and ends when interrupted" interrupted "$far"
	daemon_stop
	daemon_start --config "$WORK/conf" --tcp-port 8737
else
	skip "TLS" "there is no openssl to make a certificate with"
fi

# --- the configuration is read again ---------------------------------------------------
"${AS_PANEL[@]}" gpiohub watch 2 --json >"$WORK/watch" 2>/dev/null &
watcher=$!
check "the panel watches" ready "$WORK/watch"
reloaded() { kill -HUP "$DAEMON" && soon grep -q "$1" "$WORK/daemon.log"; }
configure '["2", "5"]'
check "the daemon reads its configuration again" reloaded "was read again"
check "the panel has other lines" "${AS_PANEL[@]}" gpiohub set 5=1
check "... and no longer those it had" refuses 2 "not allowed" "${AS_PANEL[@]}" gpiohub set 3=0
check "who watches goes on" say_all still "$WORK/watch"
configure '["no:such:line", "9-3"]'
check "what is wrong is told, with its place" reloaded "conf:.*is no range of lines.*stays as it was"
check "... and all stays as it was" "${AS_PANEL[@]}" gpiohub set 5=0
check "... and who watches goes on" say_all again "$WORK/watch"
check "the watcher ends when interrupted" interrupted "$watcher"
daemon_stop
check "with such a configuration the daemon does not start" refuses 1 "is no range of lines" \
	gpiohubd --config "$WORK/conf"
check "... which can be asked before" refuses 1 "is no range of lines" \
	gpiohubd --config "$WORK/conf" --check-config
finish
