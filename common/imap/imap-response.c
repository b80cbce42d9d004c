/* imap-response.c - what an IMAP server says, taken apart
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-response.h"

#include <string.h>

#include "base/error.h"

#define SMALL_LITERAL (64 * 1024) /* what imap_value_dup_text still takes for text */

typedef struct {
	const guint8 *at;
	const guint8 *end;
	GPtrArray *literals;
	guint next_literal;
} Parser;

/* --- Values ----------------------------------------------------------------------------------- */

static void
value_free (gpointer data)
{
	ImapValue *value = data;

	g_free (value->text);
	spool_unref (value->spool);
	if (value->items != NULL)
		g_ptr_array_unref (value->items);
	g_free (value);
}

static ImapValue *
value_new (ImapValueType type)
{
	ImapValue *value = g_new0 (ImapValue, 1);

	value->type = type;
	return value;
}

static GPtrArray *
values_new (void)
{
	return g_ptr_array_new_with_free_func (value_free);
}

static gboolean
looking_at (const Parser *parser, char c)
{
	return parser->at < parser->end && *parser->at == (guint8) c;
}

static gboolean
take (Parser *parser, char c)
{
	if (!looking_at (parser, c))
		return FALSE;
	parser->at++;
	return TRUE;
}

static ImapValue *
parse_quoted (Parser *parser)
{
	g_autoptr (GString) text = g_string_new (NULL);

	parser->at++;
	while (parser->at < parser->end && *parser->at != '"') {
		if (*parser->at == '\\')
			parser->at++;
		if (parser->at == parser->end || *parser->at == '\0')
			return NULL;
		g_string_append_c (text, (char) *parser->at++);
	}
	if (!take (parser, '"'))
		return NULL;
	ImapValue *value = value_new (IMAP_VALUE_STRING);
	value->text = g_string_free (g_steal_pointer (&text), FALSE);
	return value;
}

/* The spool was filled when the line with "{n}" came; here we only step over its announcement. */
static ImapValue *
parse_literal (Parser *parser)
{
	const guint8 *lf = memchr (parser->at, '\n', (gsize) (parser->end - parser->at));

	if (lf == NULL || parser->next_literal >= parser->literals->len)
		return NULL;
	parser->at = lf + 1;
	ImapValue *value = value_new (IMAP_VALUE_LITERAL);
	value->spool = spool_ref (g_ptr_array_index (parser->literals, parser->next_literal++));
	return value;
}

/* "BODY[HEADER.FIELDS (DATE FROM)]<0>" is one word: between brackets, blanks and parentheses belong
 * to it. */
static gsize
atom_length (const Parser *parser, const char *stops)
{
	gboolean in_brackets = FALSE;
	const guint8 *p = parser->at;

	for (; p < parser->end; p++) {
		if (*p == '[' && stops[0] != ']')
			in_brackets = TRUE;
		else if (*p == ']' && in_brackets)
			in_brackets = FALSE;
		else if (*p < ' ' || *p == 0x7f || (!in_brackets && strchr (stops, *p) != NULL))
			break;
	}
	return (gsize) (p - parser->at);
}

static ImapValue *
parse_atom (Parser *parser, const char *stops)
{
	gsize length = atom_length (parser, stops);

	if (length == 0)
		return NULL;
	g_autofree char *text = g_strndup ((const char *) parser->at, length);
	parser->at += length;
	if (g_ascii_strcasecmp (text, "NIL") == 0)
		return value_new (IMAP_VALUE_NIL);
	ImapValue *value = value_new (IMAP_VALUE_ATOM);
	value->text = g_steal_pointer (&text);
	return value;
}

/* Values up to the closing character (0: up to the end), which is consumed. NULL if something does
 * not fit. */
static GPtrArray *
parse_values (Parser *parser, char close, guint depth)
{
	g_autoptr (GPtrArray) values = values_new ();
	/* In a code a bracket ends a word; elsewhere a keyword or folder may hold one. */
	const char *stops = close == ']' ? "] (){\"" : " (){\"";

	while (parser->at < parser->end && !looking_at (parser, close)) {
		ImapValue *value = NULL;
		if (take (parser, ' '))
			continue; /* several blanks where the grammar has one harm nobody */
		if (looking_at (parser, '"')) {
			value = parse_quoted (parser);
		} else if (looking_at (parser, '{') ||
			   (looking_at (parser, '~') && parser->at + 1 < parser->end &&
			    parser->at[1] == '{')) {
			value = parse_literal (parser);
		} else if (looking_at (parser, '(') && depth < IMAP_RESPONSE_NESTING) {
			parser->at++;
			GPtrArray *items = parse_values (parser, ')', depth + 1);
			if (items != NULL) {
				value = value_new (IMAP_VALUE_LIST);
				value->items = items;
			}
		} else {
			value = parse_atom (parser, stops);
		}
		if (value == NULL)
			return NULL;
		g_ptr_array_add (values, value);
	}
	if (close != '\0' && !take (parser, close))
		return NULL;
	return g_steal_pointer (&values);
}

const ImapValue *
imap_value_at (const GPtrArray *values, guint index)
{
	return values != NULL && index < values->len ? g_ptr_array_index (values, index) : NULL;
}

const ImapValue *
imap_value_find (const GPtrArray *pairs, const char *name)
{
	for (guint i = 0; pairs != NULL && i + 1 < pairs->len; i += 2) {
		const ImapValue *key = g_ptr_array_index (pairs, i);
		if (key->type == IMAP_VALUE_ATOM && g_ascii_strcasecmp (key->text, name) == 0)
			return g_ptr_array_index (pairs, i + 1);
	}
	return NULL;
}

static char *
dup_literal (const Spool *spool)
{
	gsize size = (gsize) spool_get_size (spool);
	gsize got = 0;

	if (spool_get_size (spool) > SMALL_LITERAL)
		return NULL;
	g_autofree char *text = g_malloc0 (size + 1);
	if (!spool_read_at (spool, 0, text, size, &got, NULL) || got != size ||
	    strlen (text) != size)
		return NULL;
	return g_steal_pointer (&text);
}

char *
imap_value_dup_text (const ImapValue *value)
{
	if (value == NULL)
		return NULL;
	if (value->type == IMAP_VALUE_LITERAL)
		return dup_literal (value->spool);
	return g_strdup (value->text);
}

Spool *
imap_value_dup_spool (const ImapValue *value)
{
	if (value != NULL && value->type == IMAP_VALUE_LITERAL)
		return spool_ref (value->spool);
	if (value == NULL || value->text == NULL)
		return NULL;
	gsize length = strlen (value->text);
	Spool *spool = spool_new (length);
	/* stays in memory, where nothing can fail */
	(void) spool_write (spool, value->text, length, NULL);
	return spool;
}

gboolean
imap_value_get_number (const ImapValue *value, guint32 *number)
{
	guint64 result = 0;

	if (value == NULL || value->type != IMAP_VALUE_ATOM ||
	    !g_ascii_string_to_unsigned (value->text, 10, 0, G_MAXUINT32, &result, NULL))
		return FALSE;
	*number = (guint32) result;
	return TRUE;
}

/* Digits only, as g_ascii_strtoull would also take signs and blanks. */
static gboolean
take_number (const char **text, guint32 *number)
{
	guint64 value = 0;
	const char *p = *text;

	for (; g_ascii_isdigit (*p); p++) {
		value = 10 * value + (guint64) (*p - '0');
		if (value > G_MAXUINT32)
			return FALSE;
	}
	if (p == *text)
		return FALSE;
	*text = p;
	*number = (guint32) value;
	return TRUE;
}

GArray *
imap_value_parse_set (const char *text, guint limit)
{
	g_autoptr (GArray) numbers = g_array_new (FALSE, FALSE, sizeof (guint32));

	for (;;) {
		guint32 first;
		if (!take_number (&text, &first))
			return NULL;
		guint32 last = first;
		if (*text == ':' && (text++, !take_number (&text, &last)))
			return NULL;
		/* RFC 3501: 5:3 means 3:5. */
		guint32 low = MIN (first, last);
		guint32 count = MAX (first, last) - low;
		if (count >= limit || numbers->len + count >= limit)
			return NULL;
		for (guint64 n = low; n <= (guint64) low + count; n++) {
			guint32 number = (guint32) n;
			g_array_append_val (numbers, number);
		}
		if (*text == '\0')
			return g_steal_pointer (&numbers);
		if (*text++ != ',')
			return NULL;
	}
}

/* --- Responses -------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	ImapStatus status;
} statuses[] = {
	{ "OK", IMAP_STATUS_OK },   { "NO", IMAP_STATUS_NO },           { "BAD", IMAP_STATUS_BAD },
	{ "BYE", IMAP_STATUS_BYE }, { "PREAUTH", IMAP_STATUS_PREAUTH },
};

/* The status word at the parser, which it steps over. */
static ImapStatus
take_status (Parser *parser)
{
	gsize left = (gsize) (parser->end - parser->at);

	for (gsize i = 0; i < G_N_ELEMENTS (statuses); i++) {
		gsize n = strlen (statuses[i].name);
		if (left < n ||
		    g_ascii_strncasecmp ((const char *) parser->at, statuses[i].name, n) != 0)
			continue;
		if (left > n && parser->at[n] != ' ')
			continue;
		parser->at += n;
		take (parser, ' ');
		return statuses[i].status;
	}
	return IMAP_STATUS_NONE;
}

gboolean
imap_response_wants_literal (const guint8 *text, gsize length, goffset *size)
{
	Parser parser = { .at = text, .end = text + length };
	const guint8 *p = parser.end;
	guint64 value = 0;
	guint64 place = 1;

	if (!take (&parser, '*') || !take (&parser, ' ') ||
	    take_status (&parser) != IMAP_STATUS_NONE)
		return FALSE;
	if (length < 5 || *--p != '}')
		return FALSE;
	if (p[-1] == '+')
		p--;
	const guint8 *digits_end = p;
	for (; p > parser.at && g_ascii_isdigit (p[-1]) && digits_end - p < 18; p--, place *= 10)
		value += place * (guint64) (p[-1] - '0');
	if (p == digits_end || p == parser.at || p[-1] != '{')
		return FALSE;
	*size = (goffset) value;
	return TRUE;
}

/* [CODE ...] if it makes sense; if not, it is part of the text. */
static void
take_code (Parser *parser, ImapResponse *response)
{
	Parser ahead = *parser;

	if (!take (&ahead, '['))
		return;
	response->code = parse_values (&ahead, ']', 0);
	if (response->code == NULL)
		return;
	*parser = ahead;
	take (parser, ' ');
}

static void
take_text (Parser *parser, ImapResponse *response)
{
	gsize length = (gsize) (parser->end - parser->at);

	response->text = g_malloc (length + 1);
	for (gsize i = 0; i < length; i++)
		response->text[i] = parser->at[i] != '\0' ? (char) parser->at[i] : ' ';
	response->text[length] = '\0';
}

static gboolean
take_data (Parser *parser, ImapResponse *response)
{
	gsize length = atom_length (parser, " (){\"");

	if (length == 0)
		return FALSE;
	g_autofree char *word = g_strndup ((const char *) parser->at, length);
	const char *p = word;
	parser->at += length;
	if (take_number (&p, &response->number) && *p == '\0' && !response->has_number) {
		response->has_number = TRUE;
		return take (parser, ' ') && take_data (parser, response);
	}
	response->name = g_ascii_strup (word, -1);
	response->values = parse_values (parser, '\0', 0);
	return TRUE;
}

static gboolean
take_status_response (Parser *parser, ImapResponse *response)
{
	response->status = take_status (parser);
	if (response->status == IMAP_STATUS_NONE)
		return FALSE;
	take_code (parser, response);
	take_text (parser, response);
	return TRUE;
}

static gboolean
take_response (Parser *parser, ImapResponse *response)
{
	if (take (parser, '+')) {
		response->kind = IMAP_RESPONSE_CONTINUE;
		take (parser, ' ');
		take_text (parser, response);
		return TRUE;
	}
	if (take (parser, '*')) {
		response->kind = IMAP_RESPONSE_UNTAGGED;
		return take (parser, ' ') &&
		       (take_status_response (parser, response) || take_data (parser, response));
	}
	gsize length = atom_length (parser, " (){\"");
	response->kind = IMAP_RESPONSE_TAGGED;
	response->tag = g_strndup ((const char *) parser->at, length);
	parser->at += length;
	return length > 0 && take (parser, ' ') && take_status_response (parser, response);
}

ImapResponse *
imap_response_new (const guint8 *text, gsize length, GPtrArray *literals, GError **error)
{
	Parser parser = { .at = text, .end = text + length, .literals = literals };
	g_autoptr (ImapResponse) response = g_new0 (ImapResponse, 1);

	if (take_response (&parser, response))
		return g_steal_pointer (&response);
	g_autofree char *start = g_strndup ((const char *) text, MIN (length, 60));
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "the server does not speak IMAP: \"%s\"",
		     start);
	return NULL;
}

void
imap_response_free (ImapResponse *response)
{
	if (response == NULL)
		return;
	g_free (response->tag);
	g_free (response->text);
	g_free (response->name);
	g_clear_pointer (&response->code, g_ptr_array_unref);
	g_clear_pointer (&response->values, g_ptr_array_unref);
	g_free (response);
}

gboolean
imap_response_has_code (const ImapResponse *response, const char *name)
{
	const ImapValue *first = imap_value_at (response->code, 0);

	return first != NULL && first->type == IMAP_VALUE_ATOM &&
	       g_ascii_strcasecmp (first->text, name) == 0;
}
