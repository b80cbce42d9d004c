/* recurrence-blob.h - build the blobs in which Outlook keeps series and zones
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

/* Days since 1601 as the blobs count them: minutes. */
static inline guint32
blob_minutes (int year, int month, int day, int hour, int minute)
{
	g_autoptr (GDateTime) time = g_date_time_new_utc (year, month, day, hour, minute, 0);

	return (guint32)((g_date_time_to_unix (time) + G_GINT64_CONSTANT (11644473600)) / 60);
}

static inline void
blob_u16 (GByteArray *blob, guint value)
{
	guint8 bytes[2] = {(guint8)value, (guint8)(value >> 8)};

	g_byte_array_append (blob, bytes, sizeof bytes);
}

static inline void
blob_u32 (GByteArray *blob, guint32 value)
{
	blob_u16 (blob, value & 0xffff);
	blob_u16 (blob, value >> 16);
}

/* What follows the calendar type and the start: period, a flag for tasks, then two numbers at
 * most, which depend on the pattern. */
typedef struct {
	guint frequency;
	guint pattern;
	guint calendar;
	guint32 period;
	guint32 details[2];
	guint n_details;
	guint32 end;
	guint32 count;
	guint32 first_weekday;
	guint32 deleted[4];
	guint n_deleted;
	guint32 start_date;
	guint32 end_date;
} BlobPattern;

static inline GByteArray *
blob_new (const BlobPattern *pattern)
{
	GByteArray *blob = g_byte_array_new ();

	blob_u16 (blob, 0x3004);
	blob_u16 (blob, 0x3004);
	blob_u16 (blob, pattern->frequency);
	blob_u16 (blob, pattern->pattern);
	blob_u16 (blob, pattern->calendar);
	blob_u32 (blob, 0);
	blob_u32 (blob, pattern->period);
	blob_u32 (blob, 0);
	for (guint i = 0; i < pattern->n_details; i++)
		blob_u32 (blob, pattern->details[i]);
	blob_u32 (blob, pattern->end);
	blob_u32 (blob, pattern->count);
	blob_u32 (blob, pattern->first_weekday);
	blob_u32 (blob, pattern->n_deleted);
	for (guint i = 0; i < pattern->n_deleted; i++)
		blob_u32 (blob, pattern->deleted[i]);
	blob_u32 (blob, 0);
	blob_u32 (blob, pattern->start_date);
	blob_u32 (blob, pattern->end_date);
	return blob;
}

/* The part that only appointments have, up to the number of exceptions. */
static inline void
blob_times (GByteArray *blob, guint32 start_offset, guint32 end_offset, guint exceptions)
{
	blob_u32 (blob, 0x3006);
	blob_u32 (blob, 0x3009);
	blob_u32 (blob, start_offset);
	blob_u32 (blob, end_offset);
	blob_u16 (blob, exceptions);
}

#define BLOB_WEEK (7 * 24 * 60)

/* An hour from START (minutes of the day) on, COUNT times on WEEKDAYS (bits), from midnight of FIRST
 * on. The second is moved: what else is special about it is to follow; the third isn't at all. */
static inline GByteArray *
blob_new_weekly (guint32 weekdays, guint32 first, guint32 count, guint32 start, guint32 moved_start,
		 guint32 moved_end)
{
	guint32 second = first + BLOB_WEEK;
	const BlobPattern pattern = {
		.frequency = 0x200b,
		.pattern = 1,
		.period = 1,
		.details = { weekdays },
		.n_details = 1,
		.end = 0x2022,
		.count = count,
		.deleted = { second, second + BLOB_WEEK },
		.n_deleted = 2,
		.start_date = first,
		.end_date = first + (count - 1) * BLOB_WEEK,
	};
	GByteArray *blob = blob_new (&pattern);

	blob_times (blob, start, start + 60, 1);
	blob_u32 (blob, second + moved_start);
	blob_u32 (blob, second + moved_end);
	blob_u32 (blob, second + start);
	return blob;
}

static inline void
blob_text (GByteArray *blob, const char *text, gsize length)
{
	blob_u16 (blob, (guint)length + 1);
	blob_u16 (blob, (guint)length);
	g_byte_array_append (blob, (const guint8 *)text, (guint)length);
}

static inline void
blob_wide_text (GByteArray *blob, const char *text)
{
	glong length = 0;
	g_autofree gunichar2 *wide = g_utf8_to_utf16 (text, -1, NULL, &length, NULL);

	blob_u16 (blob, (guint)length);
	for (glong i = 0; i < length; i++)
		blob_u16 (blob, wide[i]);
}

/* A day of change; MONTH 0 for none. */
static inline void
blob_day (GByteArray *blob, guint month, guint weekday, guint nth, guint hour)
{
	guint fields[8] = {0, month, weekday, nth, hour, 0, 0, 0};

	for (guint i = 0; i < 8; i++)
		blob_u16 (blob, fields[i]);
}

/* Berlin, by the rules of today. */
static inline GByteArray *
blob_berlin (void)
{
	GByteArray *blob = g_byte_array_new ();

	blob_u32 (blob, (guint32)-60);
	blob_u32 (blob, 0);
	blob_u32 (blob, (guint32)-60);
	blob_u16 (blob, 0);
	blob_day (blob, 10, 0, 5, 3);
	blob_u16 (blob, 0);
	blob_day (blob, 3, 0, 5, 2);
	return blob;
}
