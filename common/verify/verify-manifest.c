/* verify-manifest.c - a manifest as one side of a comparison, when the mail itself is gone
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/line-reader.h"
#include "base/text.h"
#include "message/message-flags.h"

static const char magic[] = "#mail-manifest 1\t";

/* Nobody has more items than this. */
#define COUNT_LIMIT ((guint64) 1 << 40)

/* Seconds, some thirty thousand years: dates beyond are none, and can be calculated with. */
#define DATE_LIMIT ((gint64) 1000000000000)

/* Longer lines are none of ours: a line is a handful of bounded fields. */
#define LINE_LIMIT (256 * 1024)

typedef enum {
	COLUMN_L0,
	COLUMN_L1,
	COLUMN_SIZE,
	COLUMN_DATE,
	COLUMN_FLAGS,
	COLUMN_MESSAGE_ID,
	COLUMN_FOLDER,
	COLUMN_ORIGIN,
	COLUMN_L2, /* the only one that need not be there */
	COLUMNS
} Column;

static const char *const column_names[COLUMNS] = {"L0",    "L1",         "size",   "date",
						  "flags", "message-id", "folder", "origin", "L2"};

typedef struct {
	const char *path;
	VerifyIndex *index;
	VerifyForm form;
	Ledger *ledger;
	guint64 line;
	guint where[COLUMNS]; /* field number */
	guint fields;
	gboolean ended;
	Digest chain; /* over all lines but the last */
	guint64 messages;
	guint64 skipped;
	guint64 failed; /* lines; the end line may know of more */
	GString *text;    /* of the line, a NUL for each tab */
	GPtrArray *split; /* its fields, NULL at the end */
	char *flags_text; /* what the last line had there, and what it means */
	guint8 flags;
	guint32 keywords;
} Reader;

static void
reader_clear (Reader *reader)
{
	g_string_free (reader->text, TRUE);
	g_ptr_array_unref (reader->split);
	g_free (reader->flags_text);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

static gboolean
refuse (const Reader *reader, GError **error, const char *what)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s:%" G_GUINT64_FORMAT ": %s",
		     reader->path, reader->line, what);
	return FALSE;
}

/* --- Fields ------------------------------------------------------------- */

static gboolean
is_absent (const char *field)
{
	return strcmp (field, "-") == 0;
}

static gboolean
read_digest (const char *field, guint8 *key, VerifyRecord *record, guint trait)
{
	guint8 digest[DIGEST_SIZE];

	if (is_absent (field))
		return TRUE;
	if (!digest_from_hex (field, digest, DIGEST_SIZE))
		return FALSE;
	memcpy (key, digest, VERIFY_KEY_SIZE);
	record->traits = (guint8) (record->traits | trait);
	return TRUE;
}

/* "EPOCH ZONE"; cuts the field there. */
static gboolean
read_date (char *field, gint64 *seconds)
{
	char *blank = strchr (field, ' ');

	*seconds = VERIFY_NO_DATE;
	if (blank != NULL)
		*blank = '\0';
	return is_absent (field) ||
	       g_ascii_string_to_signed (field, 10, -DATE_LIMIT, DATE_LIMIT, seconds, NULL);
}

static gboolean
read_flag_names (Reader *reader, const char *field)
{
	g_auto (GStrv) names = g_strsplit (field, ",", -1);
	g_autoptr (GPtrArray) keywords = g_ptr_array_new_with_free_func (g_free);

	reader->flags = 0;
	for (gsize i = 0; !is_absent (field) && names[i] != NULL; i++) {
		g_autofree char *name = text_percent_decode (names[i], -1);
		if (name == NULL)
			return FALSE;
		MessageFlags flag = message_flag_from_imap (name);
		if (flag == 0)
			g_ptr_array_add (keywords, g_steal_pointer (&name));
		reader->flags = (guint8) (reader->flags | flag);
	}
	g_ptr_array_add (keywords, NULL);
	reader->keywords = verify_digest_keywords ((const char *const *) keywords->pdata);
	return TRUE;
}

/* Most mail has the flags of its neighbour. */
static gboolean
read_flags (Reader *reader, const char *field, VerifyRecord *record)
{
	if (g_strcmp0 (field, reader->flags_text) != 0) {
		g_clear_pointer (&reader->flags_text, g_free);
		if (!read_flag_names (reader, field))
			return FALSE;
		reader->flags_text = g_strdup (field);
	}
	record->flags = reader->flags;
	record->keywords = reader->keywords;
	return TRUE;
}

static gboolean
read_folder (Reader *reader, const char *field, guint32 *number)
{
	if (verify_index_find_folder (reader->index, field, number))
		return TRUE;
	g_autoptr (Folder) folder = folder_new_from_path (field, FOLDER_ROLE_NONE);
	if (folder == NULL)
		return FALSE;
	*number = verify_index_add_folder (reader->index, folder);
	return TRUE;
}

static char *
read_text (const char *field)
{
	if (is_absent (field))
		return NULL;
	return strchr (field, '%') == NULL ? g_strdup (field) : text_percent_decode (field, -1);
}

/* --- Lines -------------------------------------------------------------- */

/* Into reader->split; there are millions of lines, so their memory is kept. */
static char **
split_line (Reader *reader, const guint8 *data, gsize length)
{
	g_string_truncate (reader->text, 0);
	g_string_append_len (reader->text, (const char *) data, (gssize) length);
	g_ptr_array_set_size (reader->split, 0);
	for (char *at = reader->text->str; at != NULL;) {
		g_ptr_array_add (reader->split, at);
		at = strchr (at, '\t');
		if (at != NULL)
			*at++ = '\0';
	}
	g_ptr_array_add (reader->split, NULL);
	return (char **) reader->split->pdata;
}

static guint
count_fields (const Reader *reader)
{
	return reader->split->len - 1;
}

static gboolean
read_columns (Reader *reader, char **fields, GError **error)
{
	for (guint column = 0; column < COLUMNS; column++) {
		reader->where[column] = G_MAXUINT;
		for (guint i = 1; fields[i] != NULL; i++)
			if (strcmp (fields[i], column_names[column]) == 0)
				reader->where[column] = i - 1;
		if (reader->where[column] == G_MAXUINT && column != COLUMN_L2)
			return refuse (reader, error, "not all columns that are needed are there");
	}
	reader->fields = count_fields (reader) - 1;
	return TRUE;
}

static gboolean
read_message (Reader *reader, char **fields, GError **error)
{
	VerifyRecord record = {0};
	g_auto (VerifyWords) words = {0};
	char none[] = "-";
	char *field[COLUMNS];

	if (reader->fields == 0 || count_fields (reader) != reader->fields)
		return refuse (reader, error, "wrong number of fields");
	for (guint column = 0; column < COLUMNS; column++)
		field[column] = reader->where[column] != G_MAXUINT ? fields[reader->where[column]]
								   : none;

	/* L0 is of the content as it was. What a server was sent can be told from it only where
	 * that was canonical (VERIFY_FORM_SENT). */
	guint8 unused[VERIFY_KEY_SIZE];
	guint8 l2[VERIFY_KEY_SIZE];
	gboolean raw = reader->form == VERIFY_FORM_RAW ||
		       strcmp (field[COLUMN_L0], field[COLUMN_L1]) == 0;
	gboolean good = read_folder (reader, field[COLUMN_FOLDER], &record.folder) &&
			read_digest (field[COLUMN_L0], raw ? record.l0 : unused, &record,
				     raw ? VERIFY_HAS_L0 : 0) &&
			read_digest (field[COLUMN_L1], record.l1, &record, VERIFY_HAS_L1) &&
			read_digest (field[COLUMN_L2], l2, &record, VERIFY_HAS_L2) &&
			g_ascii_string_to_unsigned (field[COLUMN_SIZE], 10, 0, G_MAXINT64,
						    &record.size, NULL) &&
			read_date (field[COLUMN_DATE], &record.date) &&
			read_flags (reader, field[COLUMN_FLAGS], &record);
	if (!good)
		return refuse (reader, error, "not a line of a manifest");

	words.message_id = read_text (field[COLUMN_MESSAGE_ID]);
	words.origin = read_text (field[COLUMN_ORIGIN]);
	record.message_id = verify_digest_message_id (words.message_id);
	reader->messages++;
	return verify_index_add (reader->index, &record, &words, error) &&
	       ((record.traits & VERIFY_HAS_L2) == 0 ||
		verify_index_add_mime (reader->index, l2, error));
}

static gboolean
read_remark (Reader *reader, char **fields, GError **error)
{
	/* A later version may remark on other things. */
	reader->failed += strcmp (fields[0], "#failed") == 0;
	if (strcmp (fields[0], "#skipped") != 0)
		return TRUE;
	if (count_fields (reader) != 3)
		return refuse (reader, error, "wrong number of fields");
	g_autofree char *origin = read_text (fields[1]);
	g_autofree char *reason = text_percent_decode (fields[2], -1);
	reader->skipped++;
	ledger_skipped (reader->ledger, origin, NULL, reason != NULL ? reason : fields[2]);
	return TRUE;
}

static gboolean
find_number (char **fields, const char *name, guint64 *value)
{
	gsize length = strlen (name);

	for (gsize i = 1; fields[i] != NULL; i++)
		if (strncmp (fields[i], name, length) == 0 && fields[i][length] == '=')
			return g_ascii_string_to_unsigned (fields[i] + length + 1, 10, 0,
							   G_MAXUINT64, value, NULL);
	return FALSE;
}

static gboolean
chain_holds (Reader *reader, char **fields)
{
	guint8 chain[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	digest_finish (&reader->chain, chain);
	digest_to_hex (chain, DIGEST_SIZE, hex);
	for (gsize i = 1; fields[i] != NULL; i++)
		if (g_str_has_prefix (fields[i], "chain="))
			return g_ascii_strcasecmp (fields[i] + strlen ("chain="), hex) == 0;
	return FALSE;
}

static gboolean
read_end (Reader *reader, char **fields, GError **error)
{
	guint64 announced, emitted, present, skipped, failed;

	reader->ended = TRUE;
	if (!chain_holds (reader, fields))
		return refuse (reader, error,
			       "the chain does not hold: the manifest has been changed");
	if (!find_number (fields, "announced", &announced) ||
	    !find_number (fields, "emitted", &emitted) ||
	    !find_number (fields, "present", &present) ||
	    !find_number (fields, "skipped", &skipped) || !find_number (fields, "failed", &failed))
		return refuse (reader, error, "not an end line");
	if (emitted > reader->messages || present != reader->messages - emitted ||
	    skipped != reader->skipped || failed < reader->failed ||
	    announced < reader->messages + skipped || announced > COUNT_LIMIT ||
	    failed > COUNT_LIMIT)
		return refuse (reader, error,
			       "the end line counts otherwise than the lines above it");
	/* An account that did not balance then does not balance now. The messages are not
	 * announced: nobody will enter them as delivered. */
	guint64 lost = announced - reader->messages - skipped;
	ledger_announce (reader->ledger, skipped + MAX (failed, lost));
	ledger_failed_many (reader->ledger, MAX (failed, lost));
	return TRUE;
}

static gboolean
read_line (Reader *reader, const LinePiece *piece, GError **error)
{
	gsize length = piece->length - 1;

	reader->line++;
	if (!piece->ends_line || memchr (piece->data, '\0', length) != NULL)
		return refuse (reader, error, "not a line of a manifest");
	if (reader->ended)
		return refuse (reader, error, "there is something behind the end line");
	if (reader->line == 1 && (length < sizeof magic - 1 ||
				  memcmp (piece->data, magic, sizeof magic - 1) != 0))
		return refuse (reader, error, "not a manifest of version 1");
	char **fields = split_line (reader, piece->data, length);
	if (strcmp (fields[0], "#end") == 0)
		return read_end (reader, fields, error);
	digest_update (&reader->chain, piece->data, piece->length);
	if (reader->line == 1)
		return TRUE;
	if (strcmp (fields[0], "#columns") == 0)
		return read_columns (reader, fields, error);
	if (fields[0][0] == '#')
		return read_remark (reader, fields, error);
	return read_message (reader, fields, error);
}

/* --- Files -------------------------------------------------------------- */

gboolean
verify_manifest_is_one (const char *path)
{
	char start[sizeof magic - 1];
	/* Looking into a pipe would take something out of it, and end its writer. */
	int fd = g_file_test (path, G_FILE_TEST_IS_REGULAR)
			 ? open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
			 : -1;

	if (fd < 0)
		return FALSE;
	gboolean yes = read (fd, start, sizeof start) == (ssize_t) sizeof start &&
		       memcmp (start, magic, sizeof start) == 0;
	close (fd);
	return yes;
}

gboolean
verify_manifest_read (const char *path, VerifyIndex *index, VerifyForm form, Ledger *ledger,
		      GError **error)
{
	g_auto (Reader) reader = { .path = path,
				   .index = index,
				   .form = form,
				   .ledger = ledger,
				   .text = g_string_new (NULL),
				   .split = g_ptr_array_new () };
	int fd = open (path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot open: %s", path,
			     g_strerror (errno));
		return FALSE;
	}
	g_autoptr (LineReader) lines = line_reader_new (fd, path, LINE_LIMIT);
	digest_init (&reader.chain);
	for (;;) {
		LinePiece piece;
		if (!line_reader_next (lines, &piece, error))
			return FALSE;
		if (piece.data == NULL)
			break;
		if (!read_line (&reader, &piece, error))
			return FALSE;
	}
	return reader.ended ||
	       refuse (&reader, error, "the end line is missing: the manifest was cut off");
}
