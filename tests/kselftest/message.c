// SPDX-License-Identifier: GPL-2.0
/* Messages: text in the stream, by write(2). */
#include <sys/uio.h>

#include "board.h"
#include "device.h"
#include "fixture.h"
#include "ktap.h"

/* Reads one message; its text into @text, its length is what it gives. */
static unsigned int next_message(int fd, char *text)
{
	struct gpiohub_event message = device_next(fd), part;
	unsigned int length = message.value;
	unsigned int at;

	CHECK_EQ(message.type, GPIOHUB_EVENT_MESSAGE);
	CHECK_EQ(message.line, GPIOHUB_NO_LINE);
	CHECK_LE(length, GPIOHUB_MAX_MESSAGE);
	for (at = 0; at < length; at += GPIOHUB_TEXT_SIZE) {
		part = device_next(fd);
		CHECK_EQ(part.type, GPIOHUB_EVENT_TEXT);
		CHECK_EQ(part.seq, message.seq + 1 + at / GPIOHUB_TEXT_SIZE);
		memcpy(text + at, (char *)&part + GPIOHUB_TEXT_OFFSET, GPIOHUB_TEXT_SIZE);
	}
	for (at = length; at % GPIOHUB_TEXT_SIZE; at++)
		CHECK_EQ(text[at], 0);
	return length;
}

static void every_length_arrives(void)
{
	char sent[GPIOHUB_MAX_MESSAGE], got[GPIOHUB_MAX_MESSAGE + GPIOHUB_TEXT_SIZE];
	int fd = device_open(O_RDWR);
	unsigned int i, length;

	for (i = 0; i < sizeof(sent); i++)
		sent[i] = i + 1;
	for (length = 1; length <= sizeof(sent); length++) {
		CHECK_EQ(write(fd, sent, length), length);
		CHECK_EQ(next_message(fd, got), length);
		CHECK_EQ(memcmp(sent, got, length), 0);
	}
	device_expect_empty(fd);
}

static void everybody_reads_it(void)
{
	char text[GPIOHUB_MAX_MESSAGE + GPIOHUB_TEXT_SIZE];
	int readers[4], i;
	int fd = device_open(O_WRONLY);

	for (i = 0; i < 4; i++)
		readers[i] = device_open(O_RDONLY);
	device_message(fd, "to whom it may concern");
	for (i = 0; i < 4; i++) {
		CHECK_EQ(next_message(readers[i], text), 22);
		CHECK_EQ(memcmp(text, "to whom it may concern", 22), 0);
	}
}

static void bad_lengths(void)
{
	char text[GPIOHUB_MAX_MESSAGE + 1] = "x";
	/* The compiler need not know. */
	volatile size_t huge = 1UL << 30;
	int fd = device_open(O_RDWR);

	CHECK_ERRNO(write(fd, text, 0), EINVAL);
	CHECK_ERRNO(write(fd, text, GPIOHUB_MAX_MESSAGE + 1), EMSGSIZE);
	CHECK_ERRNO(write(fd, text, huge), EMSGSIZE);
	device_expect_empty(fd);
}

static void bad_address(void)
{
	char *volatile nowhere = (char *)8;
	int fd = device_open(O_RDWR);

	CHECK_ERRNO(write(fd, nowhere, 20), EFAULT);
	device_expect_empty(fd);
}

static void restricted_file(void)
{
	__u32 restriction = GPIOHUB_RESTRICT_DRIVE;
	int fd = device_open(O_RDWR);

	CHECK_OK(ioctl(fd, GPIOHUB_RESTRICT, &restriction));
	CHECK_ERRNO(write(fd, "x", 1), EACCES);
	device_expect_empty(fd);
}

static void write_leaves_place(void)
{
	int fd = device_open(O_RDWR);
	off_t before = lseek(fd, 0, SEEK_CUR);

	device_message(fd, "one");
	CHECK_EQ(lseek(fd, 0, SEEK_CUR), before);
	CHECK_EQ(device_next(fd).type, GPIOHUB_EVENT_MESSAGE);
}

/* Two processes write at once: messages are whole, their parts in a row. */
static void messages_do_not_mix(void)
{
	static const char letters[] = { 'a', 'b' };
	unsigned long count = 200, i, seen[2] = {};
	int reader = device_open(O_RDONLY);
	pid_t children[2];
	int who;

	for (who = 0; who < 2; who++) {
		children[who] = ktap_fork();
		if (!children[who]) {
			int fd = device_open(O_WRONLY);
			char text[100];

			memset(text, letters[who], sizeof(text));
			for (i = 0; i < count; i++)
				CHECK_EQ(write(fd, text, sizeof(text)), sizeof(text));
			_exit(KTAP_PASS);
		}
	}
	for (i = 0; i < 2 * count; i++) {
		char text[GPIOHUB_MAX_MESSAGE + GPIOHUB_TEXT_SIZE];
		unsigned int at, length = next_message(reader, text);

		CHECK_EQ(length, 100);
		for (at = 1; at < length; at++)
			CHECK_EQ(text[at], text[0]);
		seen[text[0] - 'a']++;
	}
	CHECK_EQ(seen[0], count);
	CHECK_EQ(seen[1], count);
	ktap_join(children[0]);
	ktap_join(children[1]);
}

static void rate_is_limited(void)
{
	int fd = device_open(O_RDWR | O_NONBLOCK);
	int other = device_open(O_RDWR);
	unsigned long sent = 0;

	fixture_option("message_rate", "50");
	while (sent < 100000 && write(fd, "x", 1) == 1)
		sent++;
	CHECK_EQ(errno, EAGAIN);
	CHECK_LE(50, sent);
	/* The other file has a rate of its own. */
	CHECK_EQ(write(other, "y", 1), 1);
	/* It passes. */
	while (write(fd, "x", 1) == -1)
		CHECK_EQ(errno, EAGAIN);
}

static void configuring_is_limited(void)
{
	struct gpiohub_config config = { .lines = BIT_OF(LINE_FREE),
		.direction = GPIOHUB_DIRECTION_INPUT };
	int fd = device_open(O_RDWR);
	unsigned long done = 0;

	device_claim(fd, BIT_OF(LINE_FREE), GPIOHUB_GUARD_INPUT);
	fixture_option("message_rate", "50");
	while (done < 100000 && !ioctl(fd, GPIOHUB_CONFIGURE, &config))
		done++;
	CHECK_EQ(errno, EAGAIN);
}

static void vector_is_one_message(void)
{
	char text[GPIOHUB_MAX_MESSAGE + GPIOHUB_TEXT_SIZE];
	struct iovec parts[] = { { "half ", 5 }, { "and half", 8 } };
	int fd = device_open(O_RDWR);
	ssize_t written = writev(fd, parts, 2);

	/* As the kernel splits it: one message for each part, or one for all. */
	CHECK_EQ(written, 13);
	if (next_message(fd, text) == 5)
		CHECK_EQ(next_message(fd, text), 8);
	device_expect_empty(fd);
}

static const struct ktap_case cases[] = {
	{ "a message of every length arrives whole", every_length_arrives, 0 },
	{ "everybody reads a message", everybody_reads_it, 0 },
	{ "a message is neither empty nor too long", bad_lengths, 0 },
	{ "a message from a bad address is EFAULT", bad_address, 0 },
	{ "a file that gave up driving sends no message", restricted_file, 0 },
	{ "writing leaves the place in the stream", write_leaves_place, 0 },
	{ "messages of two processes do not mix", messages_do_not_mix, 0 },
	{ "messages are limited by file and second", rate_is_limited, 0 },
	{ "configuring is limited too", configuring_is_limited, 0 },
	{ "writev sends its parts in order", vector_is_one_message, 0 },
};

FIXTURE_MAIN(cases)
