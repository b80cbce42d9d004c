/* make-mbox.c - write a large ordinary mbox of made-up mail to standard output, for benchmarks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * make-mbox MESSAGES realistic|tiny|same: always the same bytes for the same arguments. Realistic
 * mail has sizes as people's mailboxes have them (median 10 kB, mean near 52 kB, so 20000 of it are
 * 1 GB), text and attachments in Base64; tiny mail is about 550 bytes; "same" is N times one
 * message.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MEDIAN     10000.0
#define SIGMA      1.816 /* of the logarithm: mean = MEDIAN * exp (SIGMA^2 / 2) */
#define LARGEST    (25.0 * 1000 * 1000)
#define LINE       76
#define ATTACHMENT 20000 /* larger messages carry one */

static uint64_t state;

/* SplitMix64. */
static uint64_t
next_random (void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static double
next_fraction (void)
{
	return ((double) (next_random () >> 11) + 0.5) / 9007199254740992.0;
}

/* Log-normal, by Box and Muller. */
static size_t
next_size (void)
{
	double normal = sqrt (-2 * log (next_fraction ())) * cos (2 * M_PI * next_fraction ());
	double size = MEDIAN * exp (SIGMA * normal);

	return (size_t) fmin (fmax (size, 700), LARGEST);
}

static size_t
put (const char *text)
{
	fputs (text, stdout);
	return strlen (text);
}

static size_t
put_header (unsigned i, int realistic)
{
	time_t when = 1000000000 + 3600 * (time_t) i;
	struct tm tm;
	char date[64];
	int length;

	gmtime_r (&when, &tm);
	strftime (date, sizeof date, "%a %b %e %H:%M:%S %Y", &tm);
	printf ("From user%u@example.org %s\n", i % 997, date);
	strftime (date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	length = realistic ? printf ("Return-Path: <user%u@example.org>\n"
				     "Received: from mx%u.example.org (mx.example.org [192.0.2.%u])\n"
				     "\tby mail.example.net with ESMTPS id %08x\n"
				     "\tfor <ann@example.net>; %s\n"
				     "Status: RO\n",
				     i % 997, i % 7, i % 250, (unsigned) next_random (), date)
			   : 0;
	length += printf ("From: User %u <user%u@example.org>\nTo: Ann <ann@example.net>\n"
			  "Subject: Message number %u\nDate: %s\nMessage-ID: <%u.%u@example.org>\n",
			  i % 997, i % 997, i, date, i, i % 31);
	return (size_t) length;
}

static size_t
put_text (size_t wanted)
{
	static const char *const words[] = { "the",  "mail",   "that",    "was",  "sent",
					     "From", "here",   "to",      "you",  "yesterday",
					     "and",  "answer", "meeting", "next", "week" };
	size_t done = 0;

	while (done < wanted) {
		size_t column = 0;
		uint64_t bits = next_random ();
		if (bits % 97 == 0)
			done += put (">From the other side\n");
		if (bits % 11 == 0)
			done += put ("\n");
		for (; column < LINE - 10 && done + column < wanted; bits = next_random ())
			for (int i = 0; i < 6 && column < LINE - 10; i++, bits >>= 8) {
				const char *word = words[(bits & 0xff) % 15];
				column += put (column == 0 && *word == 'F' ? "x" : word);
				column += put (" ");
			}
		done += column + put ("\n");
	}
	return done;
}

static size_t
put_base64 (size_t wanted)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char line[LINE + 1];
	size_t done = 0;

	for (; done < wanted; done += sizeof line) {
		uint64_t bits = 0;
		for (unsigned i = 0; i < LINE; i++, bits >>= 6) {
			if (i % 10 == 0)
				bits = next_random ();
			line[i] = digits[bits & 63];
		}
		line[LINE] = '\n';
		fwrite (line, 1, sizeof line, stdout);
	}
	return done;
}

static void
put_realistic (unsigned i)
{
	size_t size = next_size ();
	size_t done = put_header (i, 1);

	if (size < ATTACHMENT) {
		put ("Content-Type: text/plain; charset=us-ascii\n\n");
		put_text (size > done ? size - done : 0);
		put ("\n");
		return;
	}
	done += put ("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"=_bound\"\n\n"
		     "--=_bound\nContent-Type: text/plain\n\n");
	done += put_text (2000);
	done += put ("\n--=_bound\nContent-Type: application/octet-stream\n"
		     "Content-Transfer-Encoding: base64\n\n");
	put_base64 (size > done ? size - done : 0);
	put ("--=_bound--\n\n");
}

static void
put_tiny (unsigned i)
{
	size_t done = put_header (i, 0);

	put ("\n");
	put_text (545 > done ? 545 - done : 0);
	put ("\n");
}

int
main (int argc, char **argv)
{
	unsigned long n = argc == 3 ? strtoul (argv[1], NULL, 10) : 0;

	if (n == 0) {
		fputs ("usage: make-mbox MESSAGES realistic|tiny|same\n", stderr);
		return 2;
	}
	for (unsigned i = 0; i < n; i++) {
		state = i * 0x2545f4914f6cdd1d + 1;
		if (strcmp (argv[2], "realistic") == 0)
			put_realistic (i);
		else
			put_tiny (strcmp (argv[2], "same") == 0 ? 0 : i);
	}
	return fflush (stdout) == 0 && !ferror (stdout) ? 0 : 2;
}
