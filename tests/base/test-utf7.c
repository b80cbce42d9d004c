/* test-utf7.c - modified UTF-7, both ways
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/utf7.h"

#include <string.h>

static const struct {
	const char *text;
	const char *encoded;
} pairs[] = {
	{ "", "" },
	{ "INBOX", "INBOX" },
	{ "Tom & Jerry", "Tom &- Jerry" },
	{ "&", "&-" },
	{ "~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-" }, /* RFC 3501, 5.1.3 */
	{ "Café", "Caf&AOk-" },
	{ "Entwürfe", "Entw&APw-rfe" },
	{ "é", "&AOk-" },
	{ "éé", "&AOkA6Q-" },
	{ "ééé", "&AOkA6QDp-" },
	{ "é&é", "&AOk-&-&AOk-" },
	{ "-é-", "-&AOk--" },
	{ "\t\n\177", "&AAkACgB,-" },
	{ "📬", "&2D3c7A-" },
	{ "a📬b", "a&2D3c7A-b" },
	{ "\357\277\277", "&,,8-" },
};

/* What a lenient decoder accepts, and we must not. */
static const char *const refused[] = {
	"&",        "a&",         "&AOk",        "&AOk/", "&AO k-",   "&AO=-",
	"&AOl-",    "&AOkA-",     "&A-",         "&AA-",  "&AAA-",    "&AGEA-",
	"&AGE-",    "&AOk-&AOk-", "&2D0-",       "&3Kw-", "&3KzYPQ-", "&2D0A6Q-",
	"&AAAA6Q-", "&ACY-",      "Caf\303\251", "a\tb",  "a\177",    "&AOkAYQ-",
};

static void
test_encodes (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++) {
		g_autofree char *encoded = utf7_encode (pairs[i].text);
		g_assert_cmpstr (encoded, ==, pairs[i].encoded);
	}
}

static void
test_decodes (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++) {
		g_autofree char *text = utf7_decode (pairs[i].encoded, -1);
		g_assert_cmpstr (text, ==, pairs[i].text);
	}
}

static void
test_refuses (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (refused); i++) {
		g_autofree char *text = utf7_decode (refused[i], -1);
		if (text != NULL)
			g_error ("%s was read as %s", refused[i], text);
	}
}

static void
test_minds_the_length (void)
{
	g_autofree char *text = utf7_decode ("Caf&AOk-.x", 8);
	g_autofree char *nul = utf7_decode ("a\0b", 3);

	g_assert_cmpstr (text, ==, "Café");
	g_assert_null (nul);
}

static void
test_every_character_returns (void)
{
	for (gunichar c = 1; c <= 0x10ffff; c++) {
		if (!g_unichar_validate (c))
			continue;
		char name[8] = "x";
		name[1 + g_unichar_to_utf8 (c, name + 1)] = '\0';
		g_autofree char *encoded = utf7_encode (name);
		g_autofree char *back = utf7_decode (encoded, -1);
		g_assert_cmpstr (back, ==, name);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/base/utf7/encodes", test_encodes);
	g_test_add_func ("/base/utf7/decodes", test_decodes);
	g_test_add_func ("/base/utf7/refuses-every-other-form", test_refuses);
	g_test_add_func ("/base/utf7/minds-the-length", test_minds_the_length);
	g_test_add_func ("/base/utf7/every-character-returns", test_every_character_returns);
	return g_test_run ();
}
