/* test-imap-response.c - what servers say, and what they should not
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-response.h"

#include <string.h>

#include "base/error.h"

/* Values as text: atoms as they are, "quoted", {literal}, NIL, (lists). */
static void
show (const GPtrArray *values, GString *out)
{
	for (guint i = 0; i < values->len; i++) {
		const ImapValue *value = g_ptr_array_index (values, i);
		g_autofree char *text = imap_value_dup_text (value);
		if (i > 0)
			g_string_append_c (out, ' ');
		switch (value->type) {
		case IMAP_VALUE_ATOM: g_string_append (out, text); break;
		case IMAP_VALUE_STRING: g_string_append_printf (out, "\"%s\"", text); break;
		case IMAP_VALUE_LITERAL: g_string_append_printf (out, "{%s}", text); break;
		case IMAP_VALUE_NIL: g_string_append (out, "NIL"); break;
		case IMAP_VALUE_LIST:
			g_string_append_c (out, '(');
			show (value->items, out);
			g_string_append_c (out, ')');
			break;
		}
	}
}

static ImapResponse *
parse (const char *text, const char *literal, GError **error)
{
	g_autoptr (GPtrArray) literals = g_ptr_array_new_with_free_func ((GDestroyNotify) spool_unref);

	if (literal != NULL) {
		Spool *spool = spool_new (1024);
		g_assert_true (spool_write (spool, literal, strlen (literal), NULL));
		g_ptr_array_add (literals, spool);
	}
	return imap_response_new ((const guint8 *) text, strlen (text), literals, error);
}

static void
takes_data_apart (void)
{
	static const struct {
		const char *text;
		const char *literal;
		const char *name;
		const char *values; /* NULL: they make no sense */
	} cases[] = {
		{ "* 12 EXISTS", NULL, "EXISTS", "" },
		{ "* capability IMAP4rev1 LITERAL+ AUTH=PLAIN", NULL, "CAPABILITY",
		  "IMAP4rev1 LITERAL+ AUTH=PLAIN" },
		{ "* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent \\\"x\\\" \\\\\"", NULL, "LIST",
		  "(\\HasNoChildren \\Sent) \"/\" \"Sent \"x\" \\\"" },
		{ "* LIST () NIL {5}\r\n", "a\"b c", "LIST", "() NIL {a\"b c}" },
		{ "* NAMESPACE ((\"\" \"/\")) NIL ((\"#shared/\" \"/\"))", NULL, "NAMESPACE",
		  "((\"\" \"/\")) NIL ((\"#shared/\" \"/\"))" },
		{ "* 3 FETCH (UID 7 FLAGS (\\Seen a]b) BODY[HEADER.FIELDS (DATE FROM)] {2}\r\n)", "\r\n", "FETCH",
		  "(UID 7 FLAGS (\\Seen a]b) BODY[HEADER.FIELDS (DATE FROM)] {\r\n})" },
		{ "* 3 FETCH (BODY[]<0> \"\" UID 1)", NULL, "FETCH", "(BODY[]<0> \"\" UID 1)" },
		{ "* 3 FETCH (BODY[] ~{1}\r\n UID 1)", "x", "FETCH", "(BODY[] {x} UID 1)" },
		{ "* STATUS blurdybloop  (MESSAGES 231 UIDNEXT 44292)", NULL, "STATUS",
		  "blurdybloop (MESSAGES 231 UIDNEXT 44292)" },
		{ "* FLAGS ()", NULL, "FLAGS", "()" },
		{ "* FLAGS (a", NULL, "FLAGS", NULL },
		{ "* FLAGS a)", NULL, "FLAGS", NULL },
		{ "* LIST () \"/\" \"x", NULL, "LIST", NULL },
		{ "* LIST () \"/\" \"x\\", NULL, "LIST", NULL },
		{ "* LIST () \"/\" {3}\r\n", NULL, "LIST", NULL },
		{ "* SEARCH", NULL, "SEARCH", "" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (ImapResponse) response = parse (cases[i].text, cases[i].literal, &error);
		g_test_message ("%s", cases[i].text);
		g_assert_no_error (error);
		g_assert_cmpint (response->kind, ==, IMAP_RESPONSE_UNTAGGED);
		g_assert_cmpstr (response->name, ==, cases[i].name);
		g_assert_cmpint (response->values != NULL, ==, cases[i].values != NULL);
		if (response->values == NULL)
			continue;
		g_autoptr (GString) shown = g_string_new (NULL);
		show (response->values, shown);
		g_assert_cmpstr (shown->str, ==, cases[i].values);
	}
}

static void
reads_status_and_codes (void)
{
	static const struct {
		const char *text;
		ImapResponseKind kind;
		ImapStatus status;
		const char *code; /* NULL: none */
		const char *rest;
	} cases[] = {
		{ "* OK hello", IMAP_RESPONSE_UNTAGGED, IMAP_STATUS_OK, NULL, "hello" },
		{ "* ok", IMAP_RESPONSE_UNTAGGED, IMAP_STATUS_OK, NULL, "" },
		{ "* OK [UIDVALIDITY 17] ok", IMAP_RESPONSE_UNTAGGED, IMAP_STATUS_OK, "UIDVALIDITY 17", "ok" },
		{ "* OK [PERMANENTFLAGS (\\Seen a] \\*)] x", IMAP_RESPONSE_UNTAGGED, IMAP_STATUS_OK,
		  "PERMANENTFLAGS (\\Seen a] \\*)", "x" },
		{ "A1 OK [APPENDUID 1 3:5,9] done", IMAP_RESPONSE_TAGGED, IMAP_STATUS_OK, "APPENDUID 1 3:5,9",
		  "done" },
		{ "A1 NO [OVERQUOTA]", IMAP_RESPONSE_TAGGED, IMAP_STATUS_NO, "OVERQUOTA", "" },
		{ "A1 NO [oddity (] what", IMAP_RESPONSE_TAGGED, IMAP_STATUS_NO, NULL, "[oddity (] what" },
		{ "A1 BAD [", IMAP_RESPONSE_TAGGED, IMAP_STATUS_BAD, NULL, "[" },
		{ "* BYE see {5}", IMAP_RESPONSE_UNTAGGED, IMAP_STATUS_BYE, NULL, "see {5}" },
		{ "* PREAUTH come in", IMAP_RESPONSE_UNTAGGED, IMAP_STATUS_PREAUTH, NULL, "come in" },
		{ "+ go on", IMAP_RESPONSE_CONTINUE, IMAP_STATUS_NONE, NULL, "go on" },
		{ "+", IMAP_RESPONSE_CONTINUE, IMAP_STATUS_NONE, NULL, "" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (ImapResponse) response = parse (cases[i].text, NULL, &error);
		g_test_message ("%s", cases[i].text);
		g_assert_no_error (error);
		g_assert_cmpint (response->kind, ==, cases[i].kind);
		g_assert_cmpint (response->status, ==, cases[i].status);
		g_assert_cmpstr (response->text, ==, cases[i].rest);
		g_assert_cmpint (response->code != NULL, ==, cases[i].code != NULL);
		if (response->code == NULL)
			continue;
		g_autoptr (GString) shown = g_string_new (NULL);
		show (response->code, shown);
		g_assert_cmpstr (shown->str, ==, cases[i].code);
	}
}

static void
refuses_what_is_no_response (void)
{
	static const char *const cases[] = { "",   " ",   "*",        "* ",       "*OK", "A1",
					     "A1 ", "A1 MAYBE x", "220 smtp", "(",   "\x01" };

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GError) error = NULL;
		g_test_message ("%s", cases[i]);
		g_assert_null (parse (cases[i], NULL, &error));
		g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
	}
}

static void
knows_where_a_literal_follows (void)
{
	static const struct {
		const char *text;
		goffset size; /* -1: none */
	} cases[] = {
		{ "* LIST () \"/\" {5}", 5 },
		{ "* 1 FETCH (BODY[] {0}", 0 },
		{ "* 1 FETCH (BODY[] {17+}", 17 },
		{ "* 1 FETCH (BODY[] ~{17}", 17 },
		{ "* 1 FETCH (BODY[] {4294967296}", 4294967296 },
		{ "* 1 FETCH (BODY[] {}", -1 },
		{ "* 1 FETCH (BODY[] {-1}", -1 },
		{ "* 1 FETCH (BODY[] {99999999999999999999}", -1 },
		{ "* 1 FETCH (BODY[] {5} ", -1 },
		{ "* OK mind the {5}", -1 },
		{ "A1 OK {5}", -1 },
		{ "+ {5}", -1 },
		{ "5}", -1 },
		{ "", -1 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		goffset size = -1;
		g_test_message ("%s", cases[i].text);
		gboolean wants = imap_response_wants_literal ((const guint8 *) cases[i].text,
							      strlen (cases[i].text), &size);
		g_assert_cmpint (wants ? size : -1, ==, cases[i].size);
	}
}

static void
does_not_follow_a_server_into_the_depths (void)
{
	g_autoptr (GString) text = g_string_new ("* X ");

	for (guint i = 0; i < 100000; i++)
		g_string_append_c (text, '(');
	g_autoptr (ImapResponse) response = parse (text->str, NULL, NULL);
	g_assert_nonnull (response);
	g_assert_null (response->values);
}

static void
reads_sets (void)
{
	static const struct {
		const char *text;
		guint count; /* 0: refused */
		guint32 last;
	} cases[] = {
		{ "1", 1, 1 },
		{ "3:5,9", 4, 9 },
		{ "5:3", 3, 5 },
		{ "4294967295", 1, 4294967295 },
		{ "1:1000", 1000, 1000 },
		{ "1,1:999", 1000, 999 },
		{ "1:1001", 0, 0 },
		{ "1:4294967295", 0, 0 },
		{ "1:999,1:2", 0, 0 },
		{ "", 0, 0 },
		{ "*", 0, 0 },
		{ "1:*", 0, 0 },
		{ "1,", 0, 0 },
		{ "+1", 0, 0 },
		{ "4294967296", 0, 0 },
		{ "1:2:3", 0, 0 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GArray) set = imap_value_parse_set (cases[i].text, 1000);
		g_test_message ("%s", cases[i].text);
		g_assert_cmpuint (set != NULL ? set->len : 0, ==, cases[i].count);
		if (set != NULL)
			g_assert_cmpuint (g_array_index (set, guint32, set->len - 1), ==, cases[i].last);
	}
}

/* Whatever a server sends, it is taken or refused; the sanitizers watch. */
static void
survives_mutations (void)
{
	static const char *const seeds[] = {
		"* 3 FETCH (UID 7 FLAGS (\\Seen a]b) BODY[HEADER.FIELDS (DATE)] {2}\r\n RFC822.SIZE 12)",
		"* OK [PERMANENTFLAGS (\\Seen \\*)] \"x\" ~{3}",
		"A12 OK [APPENDUID 1 3:5,9] done",
		"* LIST (\\Noselect) \"/\" \"a\\\\b\"",
	};
	static const char junk[] = "(){}[]\"\\* +~\r\n\0\xff:,<>0123456789";

	for (guint i = 0; i < 200000; i++) {
		const char *seed = seeds[g_test_rand_int_range (0, G_N_ELEMENTS (seeds))];
		g_autoptr (GPtrArray) literals = g_ptr_array_new_with_free_func ((GDestroyNotify) spool_unref);
		gsize length = (gsize) g_test_rand_int_range (0, (gint32) strlen (seed) + 1);
		/* Exactly as long as it is, so that reading one byte too far shows. */
		g_autofree guint8 *text = g_memdup2 (seed, MAX (length, 1));
		goffset size;
		for (int k = g_test_rand_int_range (0, 6); length > 0 && k > 0; k--)
			text[g_test_rand_int_range (0, (gint32) length)] =
				(guint8) junk[g_test_rand_int_range (0, sizeof junk - 1)];
		(void) imap_response_wants_literal (text, length, &size);
		g_ptr_array_add (literals, spool_new (16));
		g_autoptr (ImapResponse) response = imap_response_new (text, length, literals, NULL);
		if (response != NULL && response->values != NULL)
			(void) imap_value_find (response->values, "UID");
	}
}

/* What a server says to be a body: in quotes, as a literal, nothing. */
static void
gives_the_bytes_of_a_body (void)
{
	static const struct {
		const char *text;
		const char *literal;
		const char *body; /* NULL: there is none */
	} cases[] = {
		{ "* 1 FETCH (BODY[] \"a \\\"b\\\"\")", NULL, "a \"b\"" },
		{ "* 1 FETCH (BODY[] \"\")", NULL, "" },
		{ "* 1 FETCH (BODY[] {3}\r\n)", "a\"b", "a\"b" },
		{ "* 1 FETCH (BODY[] NIL)", NULL, NULL },
		{ "* 1 FETCH (BODY[] (a b))", NULL, NULL },
		{ "* 1 FETCH (UID 1)", NULL, NULL },
	};

	for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (ImapResponse) response = parse (cases[i].text, cases[i].literal, NULL);
		const ImapValue *list = imap_value_at (response->values, 0);
		g_autoptr (Spool) body =
			imap_value_dup_spool (imap_value_find (list->items, "BODY[]"));
		g_assert_cmpint (body != NULL, ==, cases[i].body != NULL);
		if (body != NULL)
			g_assert_cmpmem (spool_peek (body), (int) spool_get_size (body),
					 cases[i].body, (int) strlen (cases[i].body));
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/imap/response/takes-data-apart", takes_data_apart);
	g_test_add_func ("/imap/response/reads-status-and-codes", reads_status_and_codes);
	g_test_add_func ("/imap/response/refuses-what-is-no-response", refuses_what_is_no_response);
	g_test_add_func ("/imap/response/knows-where-a-literal-follows", knows_where_a_literal_follows);
	g_test_add_func ("/imap/response/does-not-follow-a-server-into-the-depths",
			 does_not_follow_a_server_into_the_depths);
	g_test_add_func ("/imap/response/reads-sets", reads_sets);
	g_test_add_func ("/imap/response/gives-the-bytes-of-a-body", gives_the_bytes_of_a_body);
	g_test_add_func ("/imap/response/survives-mutations", survives_mutations);
	return g_test_run ();
}
