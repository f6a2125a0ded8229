/* SPDX-License-Identifier: MIT */
/*
 * tally FILE: the account of what one reader got. FILE holds raw 32-byte records, as
 * `gpiohub watch --raw` and `cat /dev/gpiohub0` write them. Counted are the stream
 * positions after the message "begin" up to the message "end", with what the records
 * themselves say and without believing the reader. Prints one line of numbers:
 *
 *	PASSED RECEIVED LOST MISSING FAULTS EDGES MISSED
 *
 * PASSED positions, of which RECEIVED are in the file and MISSING are not; LOST is
 * what the reader was told it lost. FAULTS: gaps that differ from what was told
 * there, numbers or times that go back, two like edges of a line in a row without
 * the flag `missed` or a loss between. MISSED: edges with that flag.
 * Exit status 1: "begin" or "end" is not in it.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <linux/gpiohub.h>

struct account {
	__u64 begin, next, time_ns;
	__u64 received, lost, told, missing, faults, edges, missed;
	__u8 last_edge[256];
};

static bool is_text(const struct gpiohub_event *event, const char *text)
{
	const char *bytes = (const char *)event + GPIOHUB_TEXT_OFFSET;

	return event->type == GPIOHUB_EVENT_TEXT &&
	       strncmp(bytes, text, GPIOHUB_TEXT_SIZE) == 0;
}

static void count_edge(struct account *account, const struct gpiohub_event *event)
{
	bool missed = event->flags & GPIOHUB_EVENT_FLAG_MISSED;

	account->edges++;
	account->missed += missed;
	account->faults += event->type == account->last_edge[event->line] && !missed;
	account->last_edge[event->line] = event->type;
}

static void count_record(struct account *account, const struct gpiohub_event *event)
{
	__u64 gap = event->seq - account->next;

	if (event->seq < account->next || gap != account->told)
		account->faults++;
	if (gap)
		memset(account->last_edge, 0, sizeof(account->last_edge));
	account->missing += gap;
	account->lost += account->told;
	account->told = 0;
	account->received++;
	account->next = event->seq + 1;

	if (event->type != GPIOHUB_EVENT_TEXT) {
		account->faults += event->time_ns < account->time_ns;
		account->time_ns = event->time_ns;
	}
	if (event->type == GPIOHUB_EVENT_RISING || event->type == GPIOHUB_EVENT_FALLING)
		count_edge(account, event);
}

/* False: it is not all there. */
static bool count_file(struct account *account, FILE *file)
{
	struct gpiohub_event event;
	bool begun = false;

	while (fread(&event, sizeof(event), 1, file) == 1) {
		if (!begun) {
			begun = is_text(&event, "begin");
			account->begin = account->next = event.seq + 1;
		} else if (event.type == GPIOHUB_EVENT_LOST) {
			account->told += event.levels;
		} else {
			count_record(account, &event);
			if (is_text(&event, "end"))
				return true;
		}
	}
	return false;
}

int main(int argc, char **argv)
{
	struct account account = { 0 };
	FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
	bool complete;

	if (!file) {
		fprintf(stderr, "usage: tally FILE\n");
		return 1;
	}
	complete = count_file(&account, file);
	printf("%llu %llu %llu %llu %llu %llu %llu\n", account.next - account.begin,
	       account.received, account.lost, account.missing, account.faults, account.edges,
	       account.missed);
	return complete ? 0 : 1;
}
