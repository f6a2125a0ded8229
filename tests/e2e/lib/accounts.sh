# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2153 # variables are shared with the stories
# What the stories about loss share: generating edges on line 0, three readers of
# different kinds that write down what they get, and the accounts of them, the hub and
# the board. Sourced after story.sh; EDGES is how many edges an account is about.

# --- accounts -----------------------------------------------------------------------

# exact NAME FILE: the reader's own account is true to the last position. Leaves the
# numbers of tally.c in PASSED RECEIVED LOST EDGES_GOT MISSED.
exact() {
	local missing faults
	read -r PASSED RECEIVED LOST missing faults EDGES_GOT MISSED < <(tally "$2")
	note "$1: $PASSED positions passed, $RECEIVED received, $LOST lost, $EDGES_GOT edges"
	check "$1: what is missing is what it was told, each gap where it was told" \
		same "missing $LOST faults 0" "missing $missing faults $faults"
	check "$1: received and lost add up to what was published" \
		same "$PASSED" "$((RECEIVED + LOST))"
}

# generate LINE SPEC EDGES: runs it to its end. Leaves in IDLE how much of the guest was idle
# meanwhile, in percent, and in TOOK how long that was, in seconds. By /proc/uptime: idle
# time is measured, the busy columns of /proc/stat are sampled. No program is started
# meanwhile: waiting for its file would count as idle.
CPUS=$(nproc)
generate() {
	local up0 idle0 up1 idle1
	read -r up0 idle0 </proc/uptime
	echo "$1 $2 $3" >"$BOARD/generate" && echo 86400 >"$BOARD/wait" || return
	read -r up1 idle1 </proc/uptime
	read -r IDLE TOOK < <(awk -v cpus="$CPUS" '{ printf "%d %.2f\n",
		100 * ($4 - $2) / (($3 - $1) * cpus), $3 - $1 }' <<<"$up0 $idle0 $up1 $idle1")
}

# find_pace LINE: sets HERTZ so that generating with the readers there are leaves
# the guest idle for 60 % of the time. Begins with HERTZ.
find_pace() {
	while generate "$1" "$HERTZ" $((2 * HERTZ)) && [ "$IDLE" -lt 60 ] && [ "$HERTZ" -gt 10 ]; do
		note "$HERTZ Hz: $IDLE % idle for $TOOK s"
		HERTZ=$((HERTZ * 2 / 3))
	done
	note "$HERTZ Hz, $((2 * HERTZ)) edges a second: $IDLE % idle for $TOOK s"
}

# --- three readers ----------------------------------------------------------------
READERS=() FILES=("$WORK"/{mapped,read,socket})
readers_start() {
	rm -f "${FILES[@]}"
	gpiohub --direct watch --all --raw >"$WORK/mapped" 2>/dev/null &
	READERS=($!)
	cat /dev/gpiohub0 >"$WORK/read" &
	READERS+=($!)
	"${VIA_DAEMON[@]}" watch --all --raw >"$WORK/socket" 2>/dev/null &
	READERS+=($!)
	ready "${FILES[@]}" && say_all begin "${FILES[@]}"
}
readers_stop() {
	interrupted "${READERS[0]}" "${READERS[2]}"
	kill9 "${READERS[1]}"
}

# changes of the line, interrupts, lost: the board's own account
board_counts() { awk '$1 == 0 { print $2, $3, $4 }' "$BOARD/edges"; }
# made BEFORE AFTER: how many edges more, if the board lost none of them.
made() {
	local changes0 raised0 lost0 changes1 raised1 lost1
	read -r changes0 raised0 lost0 <<<"$1"
	read -r changes1 raised1 lost1 <<<"$2"
	[ $((changes1 - changes0 - raised1 + raised0)) = 0 ] && [ "$lost1" = "$lost0" ] &&
		echo $((changes1 - changes0))
}

# account WHAT: the three readers' accounts, beside the board's and the hub's. The end
# message takes two positions of the stream.
declare -A LOST_BY
account() {
	local reader
	check "$1: the board made $EDGES edges, an interrupt each" same "$EDGES" "$(made "$COUNTS" "$(board_counts)")"
	check "$1: the hub published as many events" same "$EDGES" $((PUBLISHED1 - PUBLISHED0))
	for reader in mapped read socket; do
		exact "$1, $reader" "$WORK/$reader"
		check "$1, $reader: all positions are accounted for" same $((EDGES + 2)) "$PASSED"
		check "$1, $reader: what was received are edges of the board, none twice" \
			same "edges $((RECEIVED - 2)) missed 0" "edges $EDGES_GOT missed $MISSED"
		LOST_BY[$reader]=$LOST
	done
}

# run SPEC: EDGES of them, between "begin" and "end".
run() {
	COUNTS=$(board_counts) PUBLISHED0=$(attribute published)
	generate 0 "$1" "$EDGES"
	PUBLISHED1=$(attribute published)
}
