/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * gpiohub: the contract between the kernel module and user space.
 *
 * A hub is a character device, /dev/gpiohub0 ..., over up to 64 GPIO lines. Its
 * lines are numbered 0..63, so that every set of lines is one __u64 (bit n is
 * line n). Levels are physical: active-low is a matter of user space. Times are
 * CLOCK_MONOTONIC in nanoseconds. All fields are little-endian and of the same
 * layout for 32-bit and 64-bit callers. Fields named reserved must be zero.
 *
 * Errors that every call may give, not repeated below:
 *   ENODEV  the hub was deleted, or a named line's chip is gone
 *   EINVAL  a field or flag that this version does not know, or reserved != 0
 *   ENXIO   a line that the hub does not have
 *   EFAULT  a bad address
 *   ENOTTY  an unknown ioctl
 *   EACCES  the file was not opened for what the call needs, reading or writing,
 *           or gave that right up (GPIOHUB_RESTRICT)
 */
#ifndef _UAPI_LINUX_GPIOHUB_H
#define _UAPI_LINUX_GPIOHUB_H

#include <linux/ioctl.h>
#include <linux/types.h>

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "gpiohub speaks little-endian only"
#endif

#define GPIOHUB_ABI_VERSION	1
#define GPIOHUB_MAX_LINES	64
#define GPIOHUB_NO_LINE		0xff	/* "no line" where a line is told */
#define GPIOHUB_MAX_MESSAGE	240	/* bytes */
#define GPIOHUB_MAX_SUBMIT	1024	/* commands */
#define GPIOHUB_MAX_STEPS	65536	/* of one pattern */
#define GPIOHUB_MAX_DEPTH	8	/* of loops in a pattern */
#define GPIOHUB_MAX_RULES	64	/* of a hub */
#define GPIOHUB_MAX_WAITS	64	/* at once, of a hub; half of them of one user */

/*
 * One event: 32 bytes, the same in the ring, from read(2), on the daemon's
 * socket and in a recording.
 *
 * @seq: 0, 1, 2 ... per hub; never wraps
 * @type: enum gpiohub_event_type
 * @line: the line that it is about, or GPIOHUB_NO_LINE
 * @flags: GPIOHUB_EVENT_FLAG_*
 * @value: by type; see there
 * @time_ns: never decreases from one event to the next
 * @levels: what the hub knows of all lines just after this event; true for the
 *	lines that the state page then calls known, 0 for the others
 *
 * A TEXT event carries GPIOHUB_TEXT_SIZE bytes of its message from value on, in
 * place of value, time_ns and levels. So does a REPORT: see there.
 */
struct gpiohub_event {
	__u64 seq;
	__u8 type;
	__u8 line;
	__u16 flags;
	__u32 value;
	__u64 time_ns;
	__u64 levels;
};

#define GPIOHUB_TEXT_OFFSET	12	/* of value in struct gpiohub_event */
#define GPIOHUB_TEXT_SIZE	20	/* bytes from there to its end */

/**
 * enum gpiohub_event_type - what happened
 * @GPIOHUB_EVENT_RISING: the line is now high; value: ns before time_ns at
 *	which it happened (0, but when another CPU published first), saturating
 * @GPIOHUB_EVENT_FALLING: the line is now low; value as for RISING
 * @GPIOHUB_EVENT_KNOWN: the line joined (value 1) or left (value 0) the known
 *	mask; on joining, levels holds its first sample
 * @GPIOHUB_EVENT_CONFIGURED: the line was configured; value: direction in bits
 *	0-7, bias in 8-15, drive in 16-23 (enum gpiohub_direction, ...)
 * @GPIOHUB_EVENT_GUARD: the line's owner is gone and its guard was applied;
 *	value: enum gpiohub_guard in bits 0-7, a positive errno in bits 8-23 if
 *	it could not be, enum gpiohub_end in bits 24-31
 * @GPIOHUB_EVENT_GONE: the line's chip went (value 1) or is back (value 0)
 * @GPIOHUB_EVENT_MESSAGE: a message of value bytes; TEXT events follow it
 *	without a gap
 * @GPIOHUB_EVENT_TEXT: the next 20 bytes of the message, zero-padded
 * @GPIOHUB_EVENT_LOST: made up by read(2), never in the ring: value (saturating)
 *	and levels (exactly) positions from seq on were overwritten before this
 *	reader came to them
 *
 * @GPIOHUB_EVENT_PATTERN: a run of a pattern is over; line: its lowest line; value:
 *	the id of its request. A REPORT follows it without a gap
 * @GPIOHUB_EVENT_REPORT: how that run went. value: enum gpiohub_outcome in bits
 *	0-15, a positive errno in bits 16-31; in place of time_ns: how late its steps
 *	were, in ns, saturating: the largest in bits 0-31, the mean in bits 32-63; in
 *	place of levels: how many steps were driven
 * @GPIOHUB_EVENT_RULE: a rule fired, because of the edge before it on line; value:
 *	its id. What it drives follows
 * @GPIOHUB_EVENT_STORM: the line changes more often than the hub takes, and is masked
 *	(value 1), or is calm again (value 0). In between it is not known
 * @GPIOHUB_EVENT_SUSPENDED: the machine goes to sleep (value 1), or is awake again
 *	(value 0). What changed meanwhile follows, flagged MISSED: one event for a line,
 *	none in between
 *
 * Numbers above these are for later versions; skip what you do not know.
 */
enum gpiohub_event_type {
	GPIOHUB_EVENT_RISING = 1,
	GPIOHUB_EVENT_FALLING = 2,
	GPIOHUB_EVENT_KNOWN = 3,
	GPIOHUB_EVENT_CONFIGURED = 4,
	GPIOHUB_EVENT_GUARD = 5,
	GPIOHUB_EVENT_GONE = 6,
	GPIOHUB_EVENT_MESSAGE = 7,
	GPIOHUB_EVENT_TEXT = 8,
	GPIOHUB_EVENT_LOST = 9,
	GPIOHUB_EVENT_PATTERN = 10,
	GPIOHUB_EVENT_REPORT = 11,
	GPIOHUB_EVENT_RULE = 12,
	GPIOHUB_EVENT_STORM = 13,
	GPIOHUB_EVENT_SUSPENDED = 14,
};

/* Sets of event types, for subscriptions. TEXT, REPORT and LOST follow by themselves. */
#define GPIOHUB_KIND(type)	(1U << (type))
#define GPIOHUB_KINDS_EDGES	(GPIOHUB_KIND(GPIOHUB_EVENT_RISING) | \
				 GPIOHUB_KIND(GPIOHUB_EVENT_FALLING))
#define GPIOHUB_KINDS_ALL	(GPIOHUB_KINDS_EDGES | \
				 GPIOHUB_KIND(GPIOHUB_EVENT_KNOWN) | \
				 GPIOHUB_KIND(GPIOHUB_EVENT_CONFIGURED) | \
				 GPIOHUB_KIND(GPIOHUB_EVENT_GUARD) | \
				 GPIOHUB_KIND(GPIOHUB_EVENT_GONE) | \
				 GPIOHUB_KIND(GPIOHUB_EVENT_MESSAGE) | \
				 GPIOHUB_KIND(GPIOHUB_EVENT_PATTERN) | \
				 GPIOHUB_KIND(GPIOHUB_EVENT_RULE) | \
				 GPIOHUB_KIND(GPIOHUB_EVENT_STORM) | \
				 GPIOHUB_KIND(GPIOHUB_EVENT_SUSPENDED))

/* We drove the line. */
#define GPIOHUB_EVENT_FLAG_DRIVEN	(1U << 0)
/*
 * The line changed and changed back before it was read: at least one change
 * before this one has no event of its own. Counted as one occurrence.
 */
#define GPIOHUB_EVENT_FLAG_MISSED	(1U << 1)
/* The time was taken in a thread, not in the hard interrupt. */
#define GPIOHUB_EVENT_FLAG_THREADED	(1U << 2)
/* Reserved: the time was taken by the chip. */
#define GPIOHUB_EVENT_FLAG_HARDWARE	(1U << 3)
/*
 * Never in the ring: a filter in front of this reader left out edges of this line
 * that came too fast. This is the last of them; value: how many were before it.
 */
#define GPIOHUB_EVENT_FLAG_DECIMATED	(1U << 15)

/*
 * Mapped memory. Four regions, MAP_SHARED, each mapped whole (length as told by
 * GPIOHUB_INFO, rounded up to pages) at a constant offset. EINVAL: another
 * offset or length, or a private mapping. EACCES: PROT_WRITE where it is
 * read-only. A mapping stays readable after the hub went.
 */
#define GPIOHUB_MMAP_STATE	0x00000	/* struct gpiohub_state, read-only */
#define GPIOHUB_MMAP_CURSOR	0x10000	/* struct gpiohub_cursor, needs O_RDWR */
#define GPIOHUB_MMAP_POSITIONS	0x20000	/* struct gpiohub_positions, read-only */
#define GPIOHUB_MMAP_RECORDS	0x30000	/* struct gpiohub_event[], read-only */

/*
 * Positions in the ring are the low 32 bits of seq. The record of position p is
 * records[p & (n - 1)], n being their number, a power of two.
 *
 * @claim: the writer has begun to write every position before this one
 * @head: the writer has finished every position before this one
 *
 * A reader whose next position is the 64-bit seq:
 *
 *	head = load_acquire(&positions->head);
 *	if (head == (__u32)seq)
 *		nothing new;
 *	copy = records[seq & (n - 1)];		relaxed loads
 *	fence_acquire();
 *	claim = load_relaxed(&positions->claim);
 *	if (claim - (__u32)seq > n || copy.seq != seq)
 *		lapped;				do not look at the copy
 *	seq++;
 *
 * A batch is copied and then checked once: its records from position
 * claim - n on are good. A reader that was lapped copies the newest record
 * (head - 1) the same way: head is then copy.seq + 1 in 64 bits, the oldest
 * position that can still be read is claim - n, and what lies between it and
 * the reader's seq is lost, exactly. After a pause that may have been longer
 * than 2^32 events, it does so even if head == (__u32)seq.
 */
struct gpiohub_positions {
	__u32 claim;
	__u32 head;
};

/*
 * The cursor of one open file, written by its reader. Once it is mapped, read(2)
 * on this file answers EBUSY.
 *
 * @tail: the reader's next position; only shown to people (its lag)
 * @wake_at: poll(2) calls the file readable, and wakes, when head has reached
 *	this position: tail + 1 to be woken by the next event, more for a batch
 *
 * Before it sleeps a reader does
 *
 *	store_relaxed(&cursor->wake_at, (__u32)seq + batch);
 *	fence_seq_cst();
 *	if (load_relaxed(&positions->head) - (__u32)seq < batch)
 *		poll();		with a timeout of its own if batch > 1
 *
 * and the kernel, after it moved head, the mirror of it. A wrong cursor harms
 * nobody but its owner.
 */
struct gpiohub_cursor {
	__u32 tail;
	__u32 wake_at;
};

/* Per line: how many events of each kind since the hub was made. */
struct gpiohub_state_line {
	__u64 rising;
	__u64 falling;
	__u64 missed;
	__u64 last_ns;		/* time_ns of the last edge, or 0 */
};

/*
 * What the hub knows now. A single word may be loaded as it is (by 64-bit
 * programs); for several that belong together:
 *
 *	do {
 *		begin = load_acquire(&state->sequence);
 *		copy = *state;			relaxed loads
 *		fence_acquire();
 *	} while (begin & 1 || begin != load_relaxed(&state->sequence));
 *
 * @sequence: odd while the kernel writes
 * @lines: how many lines the hub has
 * @seq: the next event's number: every event before it is in here
 * @time_ns: of the last event
 * @levels: bit n: line n is high; true where known
 * @known: watched (both edges armed, not storming) or driven push-pull by us, and
 *	not gone
 * @outputs: lines that we configured as outputs
 * @held: lines that the hub has taken from the kernel's GPIO library
 * @watched: lines that somebody subscribed to
 * @owned: lines that somebody has claimed
 * @kept: lines without an owner, held as their last owner left them
 * @gone: lines whose chip is gone
 * @playing: lines that a pattern drives; SET answers EBUSY
 * @latched: lines that a rule drove and holds; SET and PLAY answer EBUSY until the
 *	owner claims them again
 * @storming: lines that are masked because they change too often
 * @reserved: 0
 * @line: counters
 */
struct gpiohub_state {
	__u32 sequence;
	__u32 lines;
	__u64 seq;
	__u64 time_ns;
	__u64 levels;
	__u64 known;
	__u64 outputs;
	__u64 held;
	__u64 watched;
	__u64 owned;
	__u64 kept;
	__u64 gone;
	__u64 playing;
	__u64 latched;
	__u64 storming;
	__u64 reserved[2];
	struct gpiohub_state_line line[GPIOHUB_MAX_LINES];
};

/*
 * The file's position is a place in the stream: seq * 32, at open the end.
 *
 * lseek(2): SEEK_SET, SEEK_CUR, SEEK_END (the next event) and SEEK_DATA (the
 * oldest record held at or after the offset; ENXIO if there is none yet).
 * EINVAL: not a multiple of 32, negative, or beyond the end.
 *
 * read(2) gives whole events, as many as fit and are there, those that the
 * file's subscription asks for (all, before the first GPIOHUB_SUBSCRIBE), and a
 * LOST event where records were overwritten. It blocks, or EAGAIN. EINVAL: room
 * for less than one event. EBUSY: the cursor is mapped. ENODEV: the hub was
 * deleted, and all of its events up to the last were given.
 *
 * write(2) publishes a message of 1..GPIOHUB_MAX_MESSAGE bytes, whole. EMSGSIZE:
 * longer. EINVAL: empty. EAGAIN: over the file's rate. It carries nothing else.
 *
 * poll(2): EPOLLIN when read(2) would not block, or head has reached wake_at of
 * a mapped cursor. EPOLLHUP | EPOLLERR when the hub is gone, or as long as a
 * line is gone that this file subscribed to. Ownership ends when a chip goes;
 * subscriptions are armed again when it is back.
 *
 * SIGIO (fcntl(2), O_ASYNC and F_SETOWN) and an eventfd (GPIOHUB_EVENTFD) tell the same
 * to programs that do not wait in this file: once, when poll(2) comes to say EPOLLIN,
 * and again after the program has read up to the end, that is until read(2) gave less
 * than there was room for, or EAGAIN. With a mapped cursor: once for each value of
 * wake_at. And when the hub or a line went.
 *
 * io_uring and preadv2(2) with RWF_NOWAIT read without blocking anybody.
 *
 * fsync(2): waits until every request of this file is over.
 *
 * open(2): EDQUOT: the user has too many files of this hub open.
 */

/* What the module can do beyond version 1: bits of gpiohub_info.features. */
#define GPIOHUB_FEATURE_WAIT	(1ULL << 0)	/* GPIOHUB_WAIT, GPIOHUB_CANCEL */
#define GPIOHUB_FEATURE_PLAY	(1ULL << 1)	/* GPIOHUB_PLAY */
#define GPIOHUB_FEATURE_RULES	(1ULL << 2)	/* GPIOHUB_RULE_ADD, GPIOHUB_RULE_DEL */
#define GPIOHUB_FEATURE_KEEP	(1ULL << 3)	/* gpiohub_subscription.keep_ms */
#define GPIOHUB_FEATURE_EVENTFD	(1ULL << 4)	/* GPIOHUB_EVENTFD, SIGIO */
#define GPIOHUB_FEATURES	(GPIOHUB_FEATURE_WAIT | GPIOHUB_FEATURE_PLAY | \
				 GPIOHUB_FEATURE_RULES | GPIOHUB_FEATURE_KEEP | \
				 GPIOHUB_FEATURE_EVENTFD)

/**
 * struct gpiohub_info - GPIOHUB_INFO
 * @abi_version: GPIOHUB_ABI_VERSION of the module
 * @lines: how many lines, 1..64
 * @features: what it can do beyond version 1
 * @epoch: another one with each hub that is made, also after a reboot
 * @records: records in the ring, a power of two
 * @state_size: bytes of each mapped region
 * @cursor_size: ditto
 * @positions_size: ditto
 * @records_size: ditto
 * @reserved: 0
 * @name: "gpiohub0"
 * @label: the text that the hub was made from, cut to fit
 */
struct gpiohub_info {
	__u32 abi_version;
	__u32 lines;
	__u64 features;
	__u64 epoch;
	__u32 records;
	__u32 state_size;
	__u32 cursor_size;
	__u32 positions_size;
	__u32 records_size;
	__u32 reserved;
	char name[32];
	char label[96];
};

enum gpiohub_direction {
	GPIOHUB_DIRECTION_AS_IS = 0,	/* as an answer: not known */
	GPIOHUB_DIRECTION_INPUT = 1,
	GPIOHUB_DIRECTION_OUTPUT = 2,
};

enum gpiohub_bias {
	GPIOHUB_BIAS_AS_IS = 0,		/* as an answer: not set by us */
	GPIOHUB_BIAS_DISABLE = 1,
	GPIOHUB_BIAS_PULL_UP = 2,
	GPIOHUB_BIAS_PULL_DOWN = 3,
};

enum gpiohub_drive {
	GPIOHUB_DRIVE_AS_IS = 0,	/* as an answer: not set by us */
	GPIOHUB_DRIVE_PUSH_PULL = 1,
	GPIOHUB_DRIVE_OPEN_DRAIN = 2,
	GPIOHUB_DRIVE_OPEN_SOURCE = 3,
};

/* Does a change of the line wake the machine from suspend? */
enum gpiohub_wake {
	GPIOHUB_WAKE_AS_IS = 0,
	GPIOHUB_WAKE_OFF = 1,
	GPIOHUB_WAKE_ON = 2,		/* while it is watched and can interrupt */
};

#define GPIOHUB_DEBOUNCE_AS_IS	0U
#define GPIOHUB_DEBOUNCE_MAX	0xffffffU
#define GPIOHUB_DEBOUNCE_OFF	0xffffffffU

/* What happens to a line when its owner is gone. */
enum gpiohub_guard {
	GPIOHUB_GUARD_INPUT = 1,	/* it becomes an input and is let go */
	GPIOHUB_GUARD_KEEP = 2,		/* the hub holds it as it is for the next owner */
	GPIOHUB_GUARD_LEVELS = 3,	/* it drives the declared level, and is held as well */
};

/* Why an owner is gone, whichever comes first. */
enum gpiohub_end {
	GPIOHUB_END_RELEASED = 0,	/* GPIOHUB_RELEASE */
	GPIOHUB_END_CLOSED = 1,		/* the last close of its file */
	GPIOHUB_END_EXITED = 2,		/* the exit of the process that claimed it */
	GPIOHUB_END_SILENT = 3,		/* no GPIOHUB_KICK for as long as its heartbeat */
	GPIOHUB_END_GONE = 4,		/* the line's chip is being unbound */
};

#define GPIOHUB_LINE_HELD	(1U << 0)	/* taken from the GPIO library */
#define GPIOHUB_LINE_WATCHED	(1U << 1)
#define GPIOHUB_LINE_OWNED	(1U << 2)	/* by anybody */
#define GPIOHUB_LINE_MINE	(1U << 3)	/* by this file */
#define GPIOHUB_LINE_KEPT	(1U << 4)
#define GPIOHUB_LINE_KNOWN	(1U << 5)
#define GPIOHUB_LINE_SLEEPS	(1U << 6)	/* cannot be reached from interrupts */
#define GPIOHUB_LINE_GONE	(1U << 7)
#define GPIOHUB_LINE_PLAYING	(1U << 8)
#define GPIOHUB_LINE_LATCHED	(1U << 9)
#define GPIOHUB_LINE_STORMING	(1U << 10)
#define GPIOHUB_LINE_WAKES	(1U << 11)	/* GPIOHUB_WAKE_ON */

/**
 * struct gpiohub_line_info - GPIOHUB_LINE_INFO
 * @line: in: the line
 * @flags: GPIOHUB_LINE_*
 * @offset: the line's number on its chip
 * @debounce_us: the chip's own debounce as set by us, 0 if none
 * @direction: enum gpiohub_direction, while held
 * @bias: enum gpiohub_bias
 * @drive: enum gpiohub_drive
 * @guard: enum gpiohub_guard, while owned or kept, else 0
 * @watchers: files that subscribed to it, and waits, patterns and rules that it
 *	triggers
 * @owner_pid: the process that claimed it, 0 if not owned or not visible to you
 * @owner_uid: the user who claimed it; meaningful while owned or kept
 * @owner_comm: the claiming process's name
 * @chip: the chip's label
 */
struct gpiohub_line_info {
	__u32 line;
	__u32 flags;
	__u32 offset;
	__u32 debounce_us;
	__u8 direction;
	__u8 bias;
	__u8 drive;
	__u8 guard;
	__u32 watchers;
	__u32 owner_pid;
	__u32 owner_uid;
	char owner_comm[16];
	char chip[48];
};

/**
 * struct gpiohub_subscription - GPIOHUB_SUBSCRIBE
 * @lines: the lines to watch: armed for both edges, their direction untouched
 *	(an output is watched by what we drive). Replaces what this file had.
 * @kinds: event types that read(2) gives, GPIOHUB_KIND(); not 0
 * @line: out, on an error: the line that it is about, or GPIOHUB_NO_LINE
 * @keep_ms: when the file is closed its lines stay armed for so long, up to
 *	GPIOHUB_KEEP_MAX_MS, and until a file of the same user subscribes to them; 0:
 *	they do not. Who restarts goes on reading where he was (epoch, sequence number)
 * @reserved: 0
 *
 * All or nothing. EBUSY: the line is used by somebody else in the kernel or
 * through /dev/gpiochipN. EOPNOTSUPP: the line has no interrupt. EACCES: after
 * GPIOHUB_RESTRICT_ARM, a line that this file did not watch before.
 */
struct gpiohub_subscription {
	__u64 lines;
	__u32 kinds;
	__u32 line;
	__u32 keep_ms;
	__u32 reserved;
};

#define GPIOHUB_KEEP_MAX_MS	3600000U

/*
 * GPIOHUB_RESTRICT: rights to give up for good; a __u32 of these. Files that gave up
 * driving are counted by themselves. EDQUOT: this user has too many of them already;
 * nothing was given up.
 */
#define GPIOHUB_RESTRICT_DRIVE	(1U << 0)  /* claim, configure, set, messages */
#define GPIOHUB_RESTRICT_ARM	(1U << 1)  /* lines not watched by this file now */

/**
 * struct gpiohub_claim - GPIOHUB_CLAIM
 * @lines: the lines to own. One owner per line may configure and drive it;
 *	claiming changes nothing on the pin.
 * @guard: enum gpiohub_guard; claiming again changes it, and what follows
 * @line: out, on an error: the line that it is about, or GPIOHUB_NO_LINE
 * @levels: what guard LEVELS drives; 0 for other lines, and with other guards
 * @heartbeat_us: the guard is also applied when no GPIOHUB_KICK came for so long,
 *	from GPIOHUB_HEARTBEAT_MIN on; 0: none
 * @reserved: 0
 *
 * All or nothing. EBUSY: another file owns the line, or it is used by somebody
 * else (see GPIOHUB_SUBSCRIBE), or it is kept for another user and the caller
 * has no CAP_SYS_ADMIN. Claiming ends the latch of a rule on the line.
 *
 * GPIOHUB_RELEASE takes a __u64 of lines, applies their guard and gives them
 * back. EPERM: this file does not own one of them; then none is released.
 *
 * GPIOHUB_KICK is the heartbeat of all lines that this file owns, and so is
 * GPIOHUB_CLAIM. The guard is applied as soon after that time as the hub can; a KICK
 * before it does is in time. The clock is CLOCK_MONOTONIC, which stands still while
 * the system is suspended. EPERM: it owns none (any more).
 */
struct gpiohub_claim {
	__u64 lines;
	__u32 guard;
	__u32 line;
	__u64 levels;
	__u32 heartbeat_us;
	__u32 reserved;
};

#define GPIOHUB_HEARTBEAT_MIN	1000U

/**
 * struct gpiohub_config - GPIOHUB_CONFIGURE
 * @lines: lines that this file owns; each gets the same
 * @levels: what lines that become outputs drive from the first moment, and those
 *	whose drive changes; other lines that are outputs already are not touched
 * @direction: enum gpiohub_direction
 * @bias: enum gpiohub_bias
 * @drive: enum gpiohub_drive; only together with direction output
 * @wake: enum gpiohub_wake; off again when the line is let go, or its guard makes
 *	it an input
 * @debounce_us: the chip's own debounce in µs, or GPIOHUB_DEBOUNCE_*
 * @line: out, on an error: the line that it is about, or GPIOHUB_NO_LINE
 * @reserved: 0
 *
 * Line by line, in order; an error ends it there. EPERM: a line that this file
 * does not own; EBUSY: one that a pattern drives or a rule latched (both checked
 * before any effect). EOPNOTSUPP: the chip cannot. EAGAIN:
 * over the file's rate, which messages share.
 */
struct gpiohub_config {
	__u64 lines;
	__u64 levels;
	__u8 direction;
	__u8 bias;
	__u8 drive;
	__u8 wake;
	__u32 debounce_us;
	__u32 line;
	__u32 reserved;
};

/**
 * struct gpiohub_levels - GPIOHUB_GET and GPIOHUB_SET
 * @lines: the lines
 * @levels: out for GET: their levels, 0 for other lines. In for SET.
 * @line: out, on an error: the line that it is about, or GPIOHUB_NO_LINE
 * @reserved: 0
 *
 * GET asks the chip where the level is not known; a line that the hub does not
 * hold is taken for the moment, which may switch its pin to GPIO. EBUSY: used
 * by somebody else. EACCES: such a line, after GPIOHUB_RESTRICT_ARM.
 *
 * SET drives and publishes each change, in line order. EPERM: this file does
 * not own one of the lines. EIO: one of them is not an output. EBUSY: a pattern
 * drives one of them, or a rule latched it. All are checked before any effect.
 */
struct gpiohub_levels {
	__u64 lines;
	__u64 levels;
	__u32 line;
	__u32 reserved;
};

/*
 * Requests: what a file asked for and that takes its time, waits and patterns. Each
 * ends exactly once. Its id is the caller's, and no other request of the file that
 * is not over may have it (EEXIST). EDQUOT: the user has too many of them. All end
 * with their file; fsync(2) waits for them.
 */

/* GPIOHUB_WAIT's since: only what is published from now on counts. */
#define GPIOHUB_FROM_NOW	(~0ULL)

/**
 * struct gpiohub_wait - GPIOHUB_WAIT: wait until something happened so many times
 * @lines: events that are about these lines, or about none
 * @kinds: event types that count, GPIOHUB_KIND(); not 0. With edges among them the
 *	lines are watched meanwhile, as by GPIOHUB_SUBSCRIBE
 * @count: in: how many of them, not 0; out: how many are left, 0 when all came
 * @since: in: the sequence number of the first event that counts, or
 *	GPIOHUB_FROM_NOW; out: that of the first one not looked at
 * @timeout_ns: CLOCK_MONOTONIC, absolute: when to give up; 0: never
 * @id: of the request; 0: nobody will cancel it by its id
 * @line: out, on an error: the line that it is about, or GPIOHUB_NO_LINE
 * @event: out: the last one that counted; left as it was if none did
 *
 * After a signal the call goes on where it was; called again with what it left
 * here, it misses nothing and counts nothing twice. ETIMEDOUT. ECANCELED: by
 * GPIOHUB_CANCEL. EAGAIN: O_NONBLOCK, and it did not all happen yet. EOVERFLOW:
 * events from @since on were overwritten. EINVAL: @since is beyond the end. ENOSPC:
 * the hub has GPIOHUB_MAX_WAITS. And the errors of GPIOHUB_SUBSCRIBE.
 */
struct gpiohub_wait {
	__u64 lines;
	__u32 kinds;
	__u32 count;
	__u64 since;
	__u64 timeout_ns;
	__u32 id;
	__u32 line;
	struct gpiohub_event event;
};

/**
 * enum gpiohub_step_op - what a step of a pattern does
 * @GPIOHUB_STEP_DRIVE: drives the lines of set high, those of clear low, and waits
 * @GPIOHUB_STEP_LOOP: what follows, up to its END, is done count times; 0: endless
 * @GPIOHUB_STEP_END: the end of the innermost LOOP
 */
enum gpiohub_step_op {
	GPIOHUB_STEP_DRIVE = 0,
	GPIOHUB_STEP_LOOP = 1,
	GPIOHUB_STEP_END = 2,
};

/**
 * struct gpiohub_step - one step of a pattern; 32 bytes
 * @set: DRIVE: lines that become high
 * @clear: DRIVE: lines that become low; none of @set
 * @wait_ns: DRIVE: how long until the next step, up to GPIOHUB_STEP_MAX_NS. Times
 *	are absolute: a late step delays no other
 * @op: enum gpiohub_step_op
 * @count: LOOP: how many times, 0: endless
 *
 * Fields not named must be 0. A loop waits at least GPIOHUB_CYCLE_MIN_NS each time.
 * A *cycle* is one turn of a loop that is in no other, else the whole pattern.
 */
struct gpiohub_step {
	__u64 set;
	__u64 clear;
	__u64 wait_ns;
	__u32 op;
	__u32 count;
};

#define GPIOHUB_STEP_MAX_NS	(86400ULL * 1000000000)
#define GPIOHUB_CYCLE_MIN_NS	1000ULL

/* What patterns are started by. */
enum gpiohub_start {
	GPIOHUB_START_NOW = 0,	/* their turn: see struct gpiohub_play */
	GPIOHUB_START_AT = 1,	/* start_ns, CLOCK_MONOTONIC */
	GPIOHUB_START_EDGE = 2,	/* an edge of start_line; time counts from that edge */
	GPIOHUB_START_RULE = 3,	/* a rule of this file that names it; likewise */
};

/* At once: what plays on these lines ends, and what was to come after it. */
#define GPIOHUB_PLAY_REPLACE	(1U << 0)
/* The same, but what plays now ends with its cycle: no pulse is cut or doubled. */
#define GPIOHUB_PLAY_AT_CYCLE	(1U << 1)
/* More is to follow: it ends GPIOHUB_OUTCOME_UNDERRUN if nothing is there in time. */
#define GPIOHUB_PLAY_MORE	(1U << 2)
/* After a run it waits for its edge or rule again. */
#define GPIOHUB_PLAY_STANDING	(1U << 3)

/**
 * struct gpiohub_play - GPIOHUB_PLAY: drive lines by a pattern that the kernel times
 * @lines: the lines, outputs that this file owns; no step may drive others
 * @steps: address of an array of struct gpiohub_step
 * @count: how many, 1..GPIOHUB_MAX_STEPS
 * @id: of the request; not 0
 * @flags: GPIOHUB_PLAY_*
 * @start: enum gpiohub_start
 * @start_ns: START_AT: when; at once if that is past
 * @start_line: START_EDGE: the line; it is watched until then
 * @start_kinds: START_EDGE: which edges, GPIOHUB_KIND()
 * @timeout_ns: CLOCK_MONOTONIC, absolute: when it ends at the latest; 0: never
 * @line: out, on an error: the line that it is about, or GPIOHUB_NO_LINE
 * @step: out, on an error: the step that it is about, or @count
 *
 * Returns at once. Patterns on disjoint lines play side by side; one whose lines are
 * in use begins when those before it are over, exactly where they end: a long pattern
 * is played in parts without a gap. Its end is a PATTERN event, with the errors below
 * in its REPORT; the levels stay as they are then.
 *
 * EPERM: a line that this file does not own. EIO: one that is not an output. EBUSY:
 * one that a rule latched. EDQUOT: too many requests, or steps in memory. EINVAL also:
 * a step (see there), loops that do not match or are nested deeper than
 * GPIOHUB_MAX_DEPTH. And, with START_EDGE, the errors of GPIOHUB_SUBSCRIBE.
 */
struct gpiohub_play {
	__u64 lines;
	__u64 steps;
	__u32 count;
	__u32 id;
	__u32 flags;
	__u32 start;
	__u64 start_ns;
	__u32 start_line;
	__u32 start_kinds;
	__u64 timeout_ns;
	__u32 line;
	__u32 step;
};

/**
 * enum gpiohub_outcome - how a run of a pattern ended
 * @GPIOHUB_OUTCOME_DONE: it came to its end
 * @GPIOHUB_OUTCOME_CANCELLED: GPIOHUB_CANCEL, or its file was closed
 * @GPIOHUB_OUTCOME_STOPPED: the same, at the end of its cycle
 * @GPIOHUB_OUTCOME_REPLACED: by another, GPIOHUB_PLAY_REPLACE or _AT_CYCLE
 * @GPIOHUB_OUTCOME_RELEASED: a line's owner is gone; the GUARD event tells why
 * @GPIOHUB_OUTCOME_TIMED_OUT: timeout_ns
 * @GPIOHUB_OUTCOME_UNDERRUN: GPIOHUB_PLAY_MORE, and there was no more
 * @GPIOHUB_OUTCOME_BUDGET: it took too much of a processor's time
 * @GPIOHUB_OUTCOME_RULE: a rule stopped it, or drove or latched one of its lines
 * @GPIOHUB_OUTCOME_SUSPENDED: the machine went to sleep
 * @GPIOHUB_OUTCOME_FAILED: the errno tells why
 */
enum gpiohub_outcome {
	GPIOHUB_OUTCOME_DONE = 0,
	GPIOHUB_OUTCOME_CANCELLED = 1,
	GPIOHUB_OUTCOME_STOPPED = 2,
	GPIOHUB_OUTCOME_REPLACED = 3,
	GPIOHUB_OUTCOME_RELEASED = 4,
	GPIOHUB_OUTCOME_TIMED_OUT = 5,
	GPIOHUB_OUTCOME_UNDERRUN = 6,
	GPIOHUB_OUTCOME_BUDGET = 7,
	GPIOHUB_OUTCOME_RULE = 8,
	GPIOHUB_OUTCOME_SUSPENDED = 9,
	GPIOHUB_OUTCOME_FAILED = 10,
};

/* A pattern ends with its cycle; what is to come after it then begins. */
#define GPIOHUB_CANCEL_AT_CYCLE	(1U << 0)

/**
 * struct gpiohub_cancel - GPIOHUB_CANCEL: end requests of this file
 * @id: of the request; 0: all of them
 * @flags: GPIOHUB_CANCEL_*
 *
 * ENOENT: there is none of that id, or it is over already.
 */
struct gpiohub_cancel {
	__u32 id;
	__u32 flags;
};

/* It fires once, and is deleted then. */
#define GPIOHUB_RULE_ONE_SHOT	(1U << 0)
/* It is the hub's: it stays when this file is closed. */
#define GPIOHUB_RULE_HUB	(1U << 1)
/* What it drove is refused to SET and PLAY until the owner claims it again. */
#define GPIOHUB_RULE_LATCH	(1U << 2)

/**
 * struct gpiohub_rule - GPIOHUB_RULE_ADD: react to an edge in the interrupt
 * @id: the caller's own, not 0; EEXIST: this file has such a rule, or this user one
 *	of the hub's
 * @flags: GPIOHUB_RULE_*
 * @trigger: the line; it is watched as long as the rule is there, and so are those
 *	of @mask. What we drive ourselves triggers nothing
 * @kinds: which edges, GPIOHUB_KIND()
 * @mask: the condition: these lines, just after the edge ...
 * @value: ... have these levels; 0 for other lines. For a line that is not known then
 *	no condition holds
 * @set: lines to drive high
 * @clear: lines to drive low
 * @toggle: lines to drive to the other level; no line is in two of these
 * @stop: lines whose patterns are stopped; those of the three above are anyway
 * @holdoff_ns: after it fired it does not for so long, from GPIOHUB_HOLDOFF_MIN_NS on
 * @start: id of a pattern of this file that waits for it (GPIOHUB_START_RULE); 0: none
 * @line: out, on an error: the line that it is about, or GPIOHUB_NO_LINE
 * @reserved: 0
 *
 * The lines to drive and to stop must be this file's (EPERM); as long as one of them
 * is not an output, or no longer owned, the rule leaves it alone. A rule of the hub
 * also drives what it keeps; when another user claims a line, the rule loses it. A
 * rule does something: one of @set, @clear, @toggle, @stop and @start is not 0. A rule of
 * the hub starts nothing. ENOSPC: the hub has GPIOHUB_MAX_RULES. EDQUOT: the user has too
 * many. And the errors of GPIOHUB_SUBSCRIBE.
 *
 * GPIOHUB_RULE_DEL takes a __u32, the id: one of this file's, else one of the hub's that
 * this user, or with CAP_SYS_ADMIN anybody, handed to it. ENOENT: there is none.
 */
struct gpiohub_rule {
	__u32 id;
	__u32 flags;
	__u32 trigger;
	__u32 kinds;
	__u64 mask;
	__u64 value;
	__u64 set;
	__u64 clear;
	__u64 toggle;
	__u64 stop;
	__u64 holdoff_ns;
	__u32 start;
	__u32 line;
	__u64 reserved[2];
};

#define GPIOHUB_HOLDOFF_MIN_NS	10000ULL

/**
 * struct gpiohub_command - one command of GPIOHUB_SUBMIT; 32 bytes
 * @op: enum gpiohub_op
 * @line: 0 (on the daemon's socket: see docs/protocol.md)
 * @flags: 0 (ditto)
 * @id: the caller's own; the kernel looks at it only where @op says so
 * @mask: by op
 * @value: by op
 * @arg: by op
 *
 * The same 32 bytes go over the daemon's socket.
 */
struct gpiohub_command {
	__u8 op;
	__u8 line;
	__u16 flags;
	__u32 id;
	__u64 mask;
	__u64 value;
	__u64 arg;
};

/**
 * enum gpiohub_op - what GPIOHUB_SUBMIT takes
 * @GPIOHUB_OP_SET: mask: lines; value: levels
 * @GPIOHUB_OP_CLAIM: mask: lines; value: enum gpiohub_guard in bits 0-7,
 *	heartbeat_us in bits 32-63; arg: levels
 * @GPIOHUB_OP_RELEASE: mask: lines
 * @GPIOHUB_OP_CONFIGURE: mask: lines; value: levels; arg: direction, bias, drive and
 *	wake in bits 0-7, 8-15, 16-23 and 24-31, debounce_us in bits 32-63
 * @GPIOHUB_OP_KICK: the heartbeat
 * @GPIOHUB_OP_PLAY: value: address of a struct gpiohub_play; its id, line and step
 *	are not used, but this command's id
 * @GPIOHUB_OP_CANCEL: value: id in bits 0-31, flags in bits 32-63
 * @GPIOHUB_OP_RULE_ADD: value: address of a struct gpiohub_rule; its id and line are
 *	not used, but this command's id
 * @GPIOHUB_OP_RULE_DEL: value: the rule's id
 *
 * Fields not named must be 0.
 */
enum gpiohub_op {
	GPIOHUB_OP_SET = 1,
	GPIOHUB_OP_CLAIM = 2,
	GPIOHUB_OP_RELEASE = 3,
	GPIOHUB_OP_CONFIGURE = 4,
	GPIOHUB_OP_KICK = 5,
	GPIOHUB_OP_PLAY = 6,
	GPIOHUB_OP_CANCEL = 7,
	GPIOHUB_OP_RULE_ADD = 8,
	GPIOHUB_OP_RULE_DEL = 9,
};

/**
 * struct gpiohub_submit - GPIOHUB_SUBMIT
 * @commands: address of an array of struct gpiohub_command
 * @count: how many, 1..GPIOHUB_MAX_SUBMIT
 * @done: out, also on an error: how many were done
 * @line: out, on an error: the line that it is about, or GPIOHUB_NO_LINE
 * @reserved: 0
 *
 * In order; stops at the first error and gives that command's.
 */
struct gpiohub_submit {
	__u64 commands;
	__u32 count;
	__u32 done;
	__u32 line;
	__u32 reserved;
};

#define GPIOHUB_IOCTL		0xBC

/* Needs read access only: looking. */
#define GPIOHUB_INFO		_IOR(GPIOHUB_IOCTL, 0x01, struct gpiohub_info)
#define GPIOHUB_LINE_INFO	_IOWR(GPIOHUB_IOCTL, 0x02, struct gpiohub_line_info)
#define GPIOHUB_SUBSCRIBE	_IOWR(GPIOHUB_IOCTL, 0x03, struct gpiohub_subscription)
#define GPIOHUB_RESTRICT	_IOW(GPIOHUB_IOCTL, 0x04, __u32)
#define GPIOHUB_GET		_IOWR(GPIOHUB_IOCTL, 0x05, struct gpiohub_levels)
#define GPIOHUB_WAIT		_IOWR(GPIOHUB_IOCTL, 0x06, struct gpiohub_wait)
/*
 * An eventfd(2) that is signalled as told above, in place of the one before; -1: none.
 * One that is readable already is signalled at once. It is this file's until then, or
 * until the last close, also when the caller closes his. EBADF; EINVAL: no eventfd.
 */
#define GPIOHUB_EVENTFD		_IOW(GPIOHUB_IOCTL, 0x08, __s32)
/* Needs neither: what one has asked for oneself. */
#define GPIOHUB_CANCEL		_IOW(GPIOHUB_IOCTL, 0x07, struct gpiohub_cancel)

/* Needs write access: changing something for others. */
#define GPIOHUB_CLAIM		_IOWR(GPIOHUB_IOCTL, 0x10, struct gpiohub_claim)
#define GPIOHUB_RELEASE		_IOW(GPIOHUB_IOCTL, 0x11, __u64)
#define GPIOHUB_CONFIGURE	_IOWR(GPIOHUB_IOCTL, 0x12, struct gpiohub_config)
#define GPIOHUB_SET		_IOWR(GPIOHUB_IOCTL, 0x13, struct gpiohub_levels)
#define GPIOHUB_SUBMIT		_IOWR(GPIOHUB_IOCTL, 0x14, struct gpiohub_submit)
#define GPIOHUB_KICK		_IO(GPIOHUB_IOCTL, 0x15)
#define GPIOHUB_PLAY		_IOWR(GPIOHUB_IOCTL, 0x16, struct gpiohub_play)
#define GPIOHUB_RULE_ADD	_IOWR(GPIOHUB_IOCTL, 0x17, struct gpiohub_rule)
#define GPIOHUB_RULE_DEL	_IOW(GPIOHUB_IOCTL, 0x18, __u32)

#ifdef __cplusplus
#define GPIOHUB_ASSERT static_assert
#else
#define GPIOHUB_ASSERT _Static_assert
#endif
GPIOHUB_ASSERT(sizeof(struct gpiohub_event) == 32, "event");
GPIOHUB_ASSERT(sizeof(struct gpiohub_command) == 32, "command");
GPIOHUB_ASSERT(sizeof(struct gpiohub_positions) == 8, "positions");
GPIOHUB_ASSERT(sizeof(struct gpiohub_cursor) == 8, "cursor");
GPIOHUB_ASSERT(sizeof(struct gpiohub_state_line) == 32, "state_line");
GPIOHUB_ASSERT(sizeof(struct gpiohub_state) == 128 + 64 * 32, "state");
GPIOHUB_ASSERT(sizeof(struct gpiohub_info) == 176, "info");
GPIOHUB_ASSERT(sizeof(struct gpiohub_line_info) == 96, "line_info");
GPIOHUB_ASSERT(sizeof(struct gpiohub_subscription) == 24, "subscription");
GPIOHUB_ASSERT(sizeof(struct gpiohub_claim) == 32, "claim");
GPIOHUB_ASSERT(sizeof(struct gpiohub_config) == 32, "config");
GPIOHUB_ASSERT(sizeof(struct gpiohub_levels) == 24, "levels");
GPIOHUB_ASSERT(sizeof(struct gpiohub_submit) == 24, "submit");
GPIOHUB_ASSERT(sizeof(struct gpiohub_wait) == 72, "wait");
GPIOHUB_ASSERT(sizeof(struct gpiohub_step) == 32, "step");
GPIOHUB_ASSERT(sizeof(struct gpiohub_play) == 64, "play");
GPIOHUB_ASSERT(sizeof(struct gpiohub_cancel) == 8, "cancel");
GPIOHUB_ASSERT(sizeof(struct gpiohub_rule) == 96, "rule");
#undef GPIOHUB_ASSERT

#endif /* _UAPI_LINUX_GPIOHUB_H */
