/* test-pst-vcard.c - values are escaped, lines are folded, characters stay whole
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-vcard.h"

#include <string.h>

static void
test_escape (void)
{
	static const struct {
		const char *text;
		const char *value;
	} rows[] = {
		{"", ""},
		{"plain: \"text\"", "plain: \"text\""},
		{"a,b;c\\d", "a\\,b\\;c\\\\d"},
		{"one\r\ntwo\nthree\rfour", "one\\ntwo\\nthree\\nfour"},
		{"a\tb\x01\x7f", "a\tb"},
		{"Grüße, 日本", "Grüße\\, 日本"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autofree char *value = pst_vcard_escape (rows[i].text);
		g_assert_cmpstr (value, ==, rows[i].value);
	}
}

/* Take folds out, as RFC 6350, 3.2 says; fails on a line that is too long or cut badly. */
static char *
unfold (const char *card)
{
	GString *text = g_string_new (NULL);
	g_auto (GStrv) lines = g_strsplit (card, "\r\n", -1);

	for (guint i = 0; lines[i] != NULL; i++) {
		g_assert_cmpuint (strlen (lines[i]), <=, 75);
		g_assert_true (g_utf8_validate (lines[i], -1, NULL));
		if (i > 0 && lines[i][0] != ' ' && lines[i][0] != '\0')
			g_string_append_c (text, '\n');
		g_string_append (text, lines[i] + (lines[i][0] == ' '));
	}
	return g_string_free (text, FALSE);
}

static void
test_fold (void)
{
	static const char *const characters[] = {"x", "ü", "日", "😀"};

	for (gsize c = 0; c < G_N_ELEMENTS (characters); c++)
		for (guint before = 0; before < 8; before++) {
			g_autoptr (GString) card = g_string_new (NULL);
			g_autoptr (GString) value = g_string_new (NULL);
			for (guint i = 0; i < before; i++)
				g_string_append_c (value, '.');
			for (guint i = 0; i < 200; i++)
				g_string_append (value, characters[c]);
			pst_vcard_add (card, "NOTE", value->str);
			g_autofree char *expected = g_strconcat ("NOTE:", value->str, NULL);
			g_autofree char *got = unfold (card->str);
			g_assert_cmpstr (got, ==, expected);
		}
}

static void
test_fold_exact (void)
{
	g_autoptr (GString) card = g_string_new (NULL);
	g_autofree char *full = g_strnfill (73, 'a');
	g_autofree char *more = g_strnfill (74, 'a');
	g_autofree char *expected = g_strconcat ("A:", full, "\r\nA:", full, "\r\n a\r\n", NULL);

	pst_vcard_add (card, "A", full);
	pst_vcard_add (card, "A", more);
	g_assert_cmpstr (card->str, ==, expected);
}

static void
test_bytes (void)
{
	g_autoptr (GString) card = g_string_new (NULL);
	g_autofree char *value = g_strnfill (100000, (char)0x80);

	pst_vcard_add (card, "NOTE", value);
	g_assert_cmpuint (card->len, <, 105000);
}

static void
test_list (void)
{
	g_autoptr (GString) card = g_string_new (NULL);
	const char *name[] = {"Müller; Söhne", NULL, "", "Dr.", NULL};
	const char *none[] = {NULL, " \r\n", ""};

	pst_vcard_add_list (card, "N", name, G_N_ELEMENTS (name), ';');
	pst_vcard_add_list (card, "ADR", none, G_N_ELEMENTS (none), ';');
	pst_vcard_add_list (card, "CATEGORIES", NULL, 0, ',');
	pst_vcard_add_text (card, "NOTE", NULL);
	g_assert_cmpstr (card->str, ==, "N:Müller\\; Söhne;;;Dr.;\r\n");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/vcard/escapes-what-has-a-meaning", test_escape);
	g_test_add_func ("/pst/vcard/folds-between-characters", test_fold);
	g_test_add_func ("/pst/vcard/fills-a-line-to-75-octets", test_fold_exact);
	g_test_add_func ("/pst/vcard/survives-what-is-not-utf-8", test_bytes);
	g_test_add_func ("/pst/vcard/leaves-out-what-is-empty", test_list);
	return g_test_run ();
}
