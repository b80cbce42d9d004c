/* input.c - the bytes of a source: a file, a pipe, a device; decompressed if they are compressed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/input.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/backlog.h"
#include "base/decoder.h"
#include "base/error.h"
#include "base/stop.h"

#define RAW_SIZE (128 * 1024)

struct Input {
	int fd;
	char *name;
	char *path;
	struct stat before;
	goffset origin; /* where fd stood; -1 where that means nothing */

	gboolean decompress;
	gboolean begun; /* it is settled whether decoder is needed */
	Decoder *decoder;
	gboolean between_members;
	guint64 ratio;
	guint64 ratio_from;
	guint64 size_max;
	guint64 taken; /* compressed bytes so far */
	guint64 made;  /* plain bytes so far */

	/* raw[start, end) is read and not yet used; only with decompress */
	guint8 *raw;
	gsize start;
	gsize end;
	gboolean at_end;

	Backlog *ahead;  /* read because somebody looked far ahead, or NULL */
	GError *trouble; /* what came after that */
	gboolean ahead_ended;
};

Input *
input_new (int fd, const InputOptions *options)
{
	Input *input = g_new0 (Input, 1);

	input->fd = fd;
	input->name = g_strdup (options->name);
	input->path = g_strdup (options->path);
	input->decompress = options->decompress;
	input->ratio = options->ratio > 0 ? options->ratio : INPUT_RATIO;
	input->ratio_from = options->ratio_from > 0 ? options->ratio_from : INPUT_RATIO_FROM;
	input->size_max = options->size_max > 0 ? options->size_max : INPUT_SIZE_MAX;
	input->origin = -1;
	if (fstat (fd, &input->before) == 0 && S_ISREG (input->before.st_mode))
		input->origin = lseek (fd, 0, SEEK_CUR);
	return input;
}

void
input_free (Input *input)
{
	if (input == NULL)
		return;
	if (input->fd > 0)
		close (input->fd);
	decoder_free (input->decoder);
	backlog_free (input->ahead);
	g_clear_error (&input->trouble);
	g_free (input->raw);
	g_free (input->path);
	g_free (input->name);
	g_free (input);
}

static gboolean
fail (const Input *input, GError **error)
{
	int reason = errno;

	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot read: %s", input->name,
		     g_strerror (reason));
	return FALSE;
}

/* A silent pipe must not keep a stopped run alive. */
static gboolean
wait_readable (const Input *input, GError **error)
{
	struct pollfd waits[2] = { { .fd = input->fd, .events = POLLIN },
				   { .fd = g_cancellable_get_fd (stop_cancellable ()),
				     .events = POLLIN } };
	int ready = poll (waits, 2, -1);

	g_cancellable_release_fd (stop_cancellable ());
	if (ready < 0 && errno != EINTR && errno != EAGAIN)
		return fail (input, error);
	return stop_check (error);
}

static gboolean
read_raw (const Input *input, void *buffer, gsize length, gsize *got, GError **error)
{
	for (;;) {
		if (!wait_readable (input, error))
			return FALSE;
		ssize_t n = read (input->fd, buffer, length);
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n < 0)
			return fail (input, error);
		*got = (gsize) n;
		return TRUE;
	}
}

/* -- compressed -- */

/* Have at least wanted raw bytes, or all there are. */
static gboolean
fill (Input *input, gsize wanted, GError **error)
{
	if (input->end - input->start >= wanted || input->at_end)
		return TRUE;
	memmove (input->raw, input->raw + input->start, input->end - input->start);
	input->end -= input->start;
	input->start = 0;
	while (input->end < wanted && !input->at_end) {
		gsize got;
		if (!read_raw (input, input->raw + input->end, RAW_SIZE - input->end, &got, error))
			return FALSE;
		input->at_end = got == 0;
		input->end += got;
	}
	return TRUE;
}

/* Look at the first bytes: is there anything to decompress? */
static gboolean
begin (Input *input, GError **error)
{
	if (input->decompress) {
		input->raw = g_malloc (RAW_SIZE);
		if (!fill (input, DECODER_MAGIC_MAX, error))
			return FALSE;
		input->decoder = decoder_new (input->raw, input->end);
	}
	input->begun = TRUE;
	return TRUE;
}

static gboolean
fail_decoding (const Input *input, GError **error, const char *what)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: %s", input->name, what);
	return FALSE;
}

/* What pads a file to whole blocks is not part of it. */
static gboolean
skip_zeros (Input *input, GError **error)
{
	do {
		while (input->start < input->end && input->raw[input->start] == 0)
			input->start++;
		if (!fill (input, DECODER_MAGIC_MAX, error))
			return FALSE;
	} while (input->start < input->end && input->raw[input->start] == 0);
	return TRUE;
}

/* After a member: another one, or the end. */
static gboolean
next_member (Input *input, GError **error)
{
	if (!skip_zeros (input, error))
		return FALSE;
	gsize left = input->end - input->start;
	if (left == 0)
		return TRUE;
	if (!decoder_continues (input->decoder, input->raw + input->start, left)) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: something else follows the %s data at byte %" G_GUINT64_FORMAT,
			     input->name, decoder_get_name (input->decoder), input->taken);
		return FALSE;
	}
	decoder_restart (input->decoder);
	input->between_members = FALSE;
	return TRUE;
}

static gboolean
check_limits (const Input *input, GError **error)
{
	const char *name = decoder_get_name (input->decoder);
	const char *program = decoder_get_program (input->decoder);

	if (input->made > input->size_max) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: the %s data are more than %" G_GUINT64_FORMAT
			     " bytes, the limit; if they are mail: %s FILE | ...",
			     input->name, name, input->size_max, program);
		return FALSE;
	}
	if (input->made > input->ratio_from && input->made / input->ratio > input->taken) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: the %s data become more than %" G_GUINT64_FORMAT
			     " times as large, the limit; if they are mail: %s FILE | ...",
			     input->name, name, input->ratio, program);
		return FALSE;
	}
	return TRUE;
}

static gboolean
fail_step (const Input *input, DecoderResult result, GError **error)
{
	g_autofree char *what =
		result == DECODER_TOO_MUCH_MEMORY
			? g_strdup_printf ("its %s data need more than %d MiB of memory; try: "
					   "%s FILE | ...",
					   decoder_get_name (input->decoder),
					   DECODER_MEMORY_LIMIT >> 20,
					   decoder_get_program (input->decoder))
			: g_strdup_printf ("its %s data are damaged near byte %" G_GUINT64_FORMAT,
					   decoder_get_name (input->decoder), input->taken);

	return fail_decoding (input, error, what);
}

/* One step; *got may stay 0. */
static gboolean
decode_some (Input *input, guint8 *buffer, gsize length, gsize *got, GError **error)
{
	if (!fill (input, 1, error))
		return FALSE;
	gsize available = input->end - input->start;
	DecoderBuffers buffers = { input->raw + input->start, available, buffer, length };
	DecoderResult result = decoder_step (input->decoder, &buffers);
	gsize used = available - buffers.in_length;

	*got = length - buffers.out_length;
	input->start += used;
	input->taken += used;
	input->made += *got;
	input->between_members = result == DECODER_MEMBER_END;
	/* What was made before the damage is good as far as anybody can say. */
	if (result == DECODER_DAMAGED && *got > 0)
		return TRUE;
	if (result != DECODER_MORE && result != DECODER_MEMBER_END)
		return fail_step (input, result, error);
	if (result == DECODER_MORE && *got == 0 && used == 0 && input->at_end) {
		g_autofree char *what = g_strdup_printf ("its %s data are cut",
							 decoder_get_name (input->decoder));
		return fail_decoding (input, error, what);
	}
	return check_limits (input, error);
}

static gboolean
read_decoded (Input *input, guint8 *buffer, gsize length, gsize *got, GError **error)
{
	*got = 0;
	while (*got == 0) {
		if (input->between_members) {
			if (!next_member (input, error))
				return FALSE;
			if (input->between_members)
				return TRUE; /* the end */
		}
		if (!decode_some (input, buffer, length, got, error))
			return FALSE;
	}
	return TRUE;
}

/* -- all -- */

static gboolean
read_on (Input *input, void *buffer, gsize length, gsize *got, GError **error)
{
	if (!input->begun && !begin (input, error))
		return FALSE;
	if (input->decoder != NULL)
		return read_decoded (input, buffer, length, got, error);
	gsize kept = MIN (length, input->end - input->start);
	if (kept == 0)
		return read_raw (input, buffer, length, got, error);
	memcpy (buffer, input->raw + input->start, kept);
	input->start += kept;
	*got = kept;
	return TRUE;
}

gboolean
input_read (Input *input, void *buffer, gsize length, gsize *got, GError **error)
{
	if (input->ahead != NULL && backlog_get_size (input->ahead) > 0)
		return backlog_take (input->ahead, buffer, length, got, error);
	if (input->trouble != NULL) {
		g_propagate_error (error, g_error_copy (input->trouble));
		return FALSE;
	}
	*got = 0;
	return input->ahead_ended || read_on (input, buffer, length, got, error);
}

/* Let there be so much ahead, as far as the input goes; what stops it is told when it is read up
 * to there. */
static gboolean
read_ahead (Input *input, guint64 wanted, GError **error)
{
	g_autofree guint8 *piece = g_malloc (RAW_SIZE);

	if (input->ahead == NULL)
		input->ahead = backlog_new ();
	while (backlog_get_size (input->ahead) < wanted && !input->ahead_ended) {
		gsize got = 0;
		if (!read_on (input, piece, RAW_SIZE, &got, &input->trouble))
			got = 0;
		input->ahead_ended = got == 0;
		if (input->trouble != NULL && !stop_check (error))
			return FALSE;
		if (got > 0 && !backlog_add (input->ahead, piece, got, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
input_look (Input *input, guint64 distance, void *buffer, gsize length, gsize *got, GError **error)
{
	*got = 0;
	if (distance > INPUT_LOOK_MAX)
		return TRUE;
	return read_ahead (input, distance + length, error) &&
	       backlog_look (input->ahead, distance, buffer, length, got, error);
}

gboolean
input_is_seekable (const Input *input)
{
	return input->begun && input->decoder == NULL && input->origin >= 0;
}

gboolean
input_read_at (Input *input, goffset offset, void *buffer, gsize length, gsize *got, GError **error)
{
	for (;;) {
		ssize_t n = pread (input->fd, buffer, length, input->origin + offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail (input, error);
		*got = (gsize) n;
		return TRUE;
	}
}

static const char *
difference (const struct stat *before, const struct stat *after)
{
	if (before->st_dev != after->st_dev || before->st_ino != after->st_ino)
		return "another file has its name now";
	if (before->st_size != after->st_size)
		return "its size has changed";
	if (before->st_mtim.tv_sec != after->st_mtim.tv_sec ||
	    before->st_mtim.tv_nsec != after->st_mtim.tv_nsec)
		return "it has been written to";
	return NULL;
}

gboolean
input_is_unchanged (const Input *input, char **how)
{
	struct stat after;
	const char *what = NULL;

	if (input->origin < 0)
		return TRUE;
	if (fstat (input->fd, &after) == 0)
		what = difference (&input->before, &after);
	if (what == NULL && input->path != NULL)
		what = stat (input->path, &after) == 0 ? difference (&input->before, &after)
						       : "it is gone";
	*how = g_strdup (what);
	return what == NULL;
}

const char *
input_get_compression (const Input *input)
{
	return input->decoder != NULL ? decoder_get_name (input->decoder) : NULL;
}
