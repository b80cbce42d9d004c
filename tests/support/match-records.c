/* match-records.c - how long matching takes, and how much memory, with so many records at each side
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Usage: match-records RECORDS      prints "RECORDS SECONDS CPU-SECONDS MEGABYTES" of the matching
 *
 * The records are made up; of a hundred, one is missing, one canonical, one moved and one double.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "verify/verify-match.h"

#define FOLDERS 50

static guint64
mix (guint64 number)
{
	number = (number ^ number >> 31) * 0x7fb5d329728ea185;
	number = (number ^ number >> 27) * 0x81dadef4bc2dd44d;
	return number ^ number >> 33;
}

static void
add (VerifyIndex *index, guint32 number, guint32 folder, gboolean canonical)
{
	const guint64 halves[] = { mix (number), mix (number + ((guint64) 1 << 40)) };
	char origin[32];
	const VerifyWords words = { .origin = origin };
	g_autoptr (GError) error = NULL;
	VerifyRecord record = {
		.message_id = mix (number + ((guint64) 1 << 41)),
		.headers = mix (number + ((guint64) 1 << 42)),
		.size = 20000,
		.date = 1500000000 + number,
		.folder = folder,
		.traits = VERIFY_HAS_L0 | VERIFY_HAS_L1,
	};

	g_snprintf (origin, sizeof origin, "some.mbox:%u", number);
	memcpy (record.l1, halves, VERIFY_KEY_SIZE);
	memcpy (record.l0, halves, VERIFY_KEY_SIZE);
	record.l0[0] ^= (guint8) canonical;
	if (!verify_index_add (index, &record, &words, &error))
		g_error ("%s", error->message);
}

static VerifyIndex *
new_index (void)
{
	VerifyIndex *index = verify_index_new ();

	for (guint i = 0; i < FOLDERS; i++) {
		g_autofree char *name = g_strdup_printf ("Folder %u", i);
		g_autoptr (Folder) folder = folder_new_from_path (name, FOLDER_ROLE_NONE);
		verify_index_add_folder (index, folder);
	}
	return index;
}

static double
cpu_seconds (void)
{
	struct rusage usage;

	getrusage (RUSAGE_SELF, &usage);
	return (double) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double) (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int
main (int argc, char **argv)
{
	guint32 count = argc > 1 ? (guint32) strtoul (argv[1], NULL, 10) : 100000;
	g_autoptr (VerifyIndex) source = new_index ();
	g_autoptr (VerifyIndex) target = new_index ();
	const VerifyReading a = { .index = source };
	const VerifyReading b = { .index = target };
	const VerifyMatchOptions options = { 0 };
	g_autoptr (GError) error = NULL;
	struct rusage usage;

	for (guint32 i = 0; i < count; i++) {
		guint32 folder = (guint32) (mix (i) % FOLDERS);
		guint32 there = count - 1 - i;
		guint32 folder_there = (guint32) (mix (there) % FOLDERS);
		add (source, i, folder, FALSE);
		if (there % 100 == 1)
			continue;
		add (target, there, there % 100 == 2 ? 0 : folder_there, there % 100 == 3);
		if (there % 100 == 4)
			add (target, there, folder_there, FALSE);
	}
	gint64 start = g_get_monotonic_time ();
	double cpu = cpu_seconds ();
	g_autoptr (VerifyMatch) match = verify_match_new (&a, &b, &options, &error);
	if (match == NULL)
		g_error ("%s", error->message);
	getrusage (RUSAGE_SELF, &usage);
	printf ("%u %.1f %.1f %ld\n", count, (double) (g_get_monotonic_time () - start) / 1e6,
		cpu_seconds () - cpu, usage.ru_maxrss / 1024);
	return 0;
}
