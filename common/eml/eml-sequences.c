/* eml-sequences.c - the flags of MH, which stand beside the messages
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eml/eml-sequences.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/directory.h"

/* Room for every other one of 250,000 messages. */
#define FILE_LIMIT (2 * 1024 * 1024)

/* nmh knows no more, and a Maildir has letters for 26. */
#define SEQUENCES_LIMIT 256
#define NAME_LIMIT      64

typedef struct {
	guint32 first;
	guint32 last;
} Range;

typedef struct {
	char *name;
	GArray *ranges; /* Range; sorted and apart from each other when all is read */
} Sequence;

struct EmlSequences {
	GPtrArray *all; /* Sequence */
	gboolean is_odd;
};

static void
free_sequence (gpointer data)
{
	Sequence *sequence = data;

	g_array_unref (sequence->ranges);
	g_free (sequence->name);
	g_free (sequence);
}

/* --- One line -------------------------------------------------------------- */

/* The number at text; NULL behind it if there is none that a message could have. */
static const char *
parse_number (const char *text, guint32 *number)
{
	guint64 value = 0;
	const char *at = text;

	for (; g_ascii_isdigit (*at); at++) {
		value = value * 10 + (guint64) (*at - '0');
		if (value > G_MAXUINT32)
			return NULL;
	}
	*number = (guint32) value;
	return at > text ? at : NULL;
}

static gboolean
parse_range (const char *text, Range *range)
{
	const char *at = parse_number (text, &range->first);

	range->last = range->first;
	if (at != NULL && *at == '-')
		at = parse_number (at + 1, &range->last);
	return at != NULL && *at == '\0' && range->first <= range->last;
}

/* Letters and digits, says nmh; others allow more. */
static gboolean
is_good_name (const char *name)
{
	gsize length = strlen (name);

	if (length > NAME_LIMIT || !g_ascii_isalpha (*name))
		return FALSE;
	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isalnum (name[i]) && strchr ("-_.", name[i]) == NULL)
			return FALSE;
	return TRUE;
}

static Sequence *
obtain_sequence (EmlSequences *self, const char *name)
{
	for (guint i = 0; i < self->all->len; i++) {
		Sequence *sequence = self->all->pdata[i];
		if (strcmp (sequence->name, name) == 0)
			return sequence;
	}
	if (self->all->len >= SEQUENCES_LIMIT || !is_good_name (name))
		return NULL;
	Sequence *sequence = g_new0 (Sequence, 1);
	sequence->name = g_strdup (name);
	sequence->ranges = g_array_new (FALSE, FALSE, sizeof (Range));
	g_ptr_array_add (self->all, sequence);
	return sequence;
}

/* text is taken apart. */
static void
take_ranges (EmlSequences *self, Sequence *sequence, char *text)
{
	char *rest = NULL;

	for (char *word = strtok_r (text, " \t\r", &rest); word != NULL;
	     word = strtok_r (NULL, " \t\r", &rest)) {
		Range range;
		if (parse_range (word, &range))
			g_array_append_val (sequence->ranges, range);
		else
			self->is_odd = TRUE;
	}
}

static gboolean
is_position (const char *name)
{
	return strcmp (name, "cur") == 0 || strcmp (name, "pseq") == 0;
}

/* The sequence that a line continues, if it is one that begins with a blank, is *sequence, which
 * becomes the line's own; NULL if it is left out. */
static void
take_line (EmlSequences *self, char *line, Sequence **sequence)
{
	char *colon = strchr (line, ':');

	if (*line == ' ' || *line == '\t') {
		if (*sequence != NULL)
			take_ranges (self, *sequence, line);
		return;
	}
	*sequence = NULL;
	if (colon == NULL) {
		self->is_odd |= *g_strstrip (line) != '\0';
		return;
	}
	*colon = '\0';
	if (is_position (g_strchomp (line)))
		return;
	*sequence = obtain_sequence (self, line);
	self->is_odd |= *sequence == NULL;
	if (*sequence != NULL)
		take_ranges (self, *sequence, colon + 1);
}

/* --- The file -------------------------------------------------------------- */

static int
compare_ranges (gconstpointer a, gconstpointer b)
{
	const Range *one = a;
	const Range *other = b;

	return (one->first > other->first) - (one->first < other->first);
}

/* In order, none overlapping another. */
static void
settle_ranges (GArray *ranges)
{
	guint kept = 0;

	g_array_sort (ranges, compare_ranges);
	for (guint i = 0; i < ranges->len; i++) {
		Range range = g_array_index (ranges, Range, i);
		Range *last = kept > 0 ? &g_array_index (ranges, Range, kept - 1) : NULL;
		if (last != NULL && range.first <= last->last)
			last->last = MAX (last->last, range.last);
		else
			g_array_index (ranges, Range, kept++) = range;
	}
	g_array_set_size (ranges, kept);
}

/* All of the file with a NUL behind, and NULs in it as what makes no sense; NULL with errno, EFBIG
 * if it is too large. */
static char *
read_text (int directory_fd)
{
	struct stat status;
	gsize length = 0;
	ssize_t n = 1;
	int fd = directory_open_file (directory_fd, EML_SEQUENCES_FILE, &status);

	if (fd < 0)
		return NULL;
	g_autofree char *text = g_malloc (FILE_LIMIT + 1);
	while (n > 0 && length <= FILE_LIMIT) {
		n = pread (fd, text + length, FILE_LIMIT + 1 - length, (off_t) length);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			length += (gsize) n;
	}
	int number = n < 0 ? errno : EFBIG;
	close (fd);
	errno = number;
	if (n < 0 || length > FILE_LIMIT)
		return NULL;
	for (char *nul = memchr (text, '\0', length); nul != NULL;
	     nul = memchr (nul, '\0', length - (gsize) (nul - text)))
		*nul = '?';
	text[length] = '\0';
	return g_steal_pointer (&text);
}

static EmlSequences *
parse (char *text)
{
	EmlSequences *self = g_new0 (EmlSequences, 1);
	Sequence *sequence = NULL;
	char *next = NULL;

	self->all = g_ptr_array_new_with_free_func (free_sequence);
	for (char *line = text; line != NULL; line = next) {
		next = strchr (line, '\n');
		if (next != NULL)
			*next++ = '\0';
		take_line (self, line, &sequence);
	}
	for (guint i = 0; i < self->all->len; i++)
		settle_ranges (((Sequence *) self->all->pdata[i])->ranges);
	return self;
}

EmlSequences *
eml_sequences_new (int directory_fd, const char *origin, const char *folder, Report *report)
{
	g_autofree char *text = read_text (directory_fd);

	if (text == NULL && errno == ENOENT)
		return NULL;
	if (text == NULL) {
		report_finding (report, REPORT_TROUBLE, "sequences-unreadable", origin, folder,
				"what was read and what was flagged is not known: %s",
				errno == EINVAL ? "not a regular file" : g_strerror (errno));
		return NULL;
	}
	EmlSequences *self = parse (text);
	if (self->is_odd)
		report_finding (report, REPORT_NOTE, "odd-sequence", origin, folder,
				"parts of it make no sense and are left out");
	return self;
}

void
eml_sequences_free (EmlSequences *sequences)
{
	if (sequences == NULL)
		return;
	g_ptr_array_unref (sequences->all);
	g_free (sequences);
}

/* --- A message ------------------------------------------------------------- */

static gboolean
has_number (const Sequence *sequence, guint32 number)
{
	guint low = 0;
	guint high = sequence->ranges->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		const Range *range = &g_array_index (sequence->ranges, Range, middle);
		if (number < range->first)
			high = middle;
		else if (number > range->last)
			low = middle + 1;
		else
			return TRUE;
	}
	return FALSE;
}

void
eml_sequences_apply (const EmlSequences *sequences, const char *name, Message *message)
{
	g_autoptr (GPtrArray) keywords = g_ptr_array_new ();
	gboolean is_unseen = FALSE;
	guint32 number;

	if (parse_number (name, &number) == NULL)
		return;
	for (guint i = 0; i < sequences->all->len; i++) {
		const Sequence *sequence = sequences->all->pdata[i];
		if (!has_number (sequence, number))
			continue;
		if (strcmp (sequence->name, "unseen") == 0)
			is_unseen = TRUE;
		else if (strcmp (sequence->name, "flagged") == 0)
			message->flags |= MESSAGE_FLAGGED;
		else if (strcmp (sequence->name, "replied") == 0)
			message->flags |= MESSAGE_ANSWERED;
		else
			g_ptr_array_add (keywords, sequence->name);
	}
	message->flags |= is_unseen ? 0 : MESSAGE_SEEN;
	g_ptr_array_add (keywords, NULL);
	message_set_keywords (message, (const char *const *) keywords->pdata);
}
