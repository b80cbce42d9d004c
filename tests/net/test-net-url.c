/* test-net-url.c - which URLs are taken, and what is read from them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "net/net-url.h"

#include <string.h>

#include "base/error.h"
#include "net/net-options.h"

static void
reads_good_urls (void)
{
	static const struct {
		const char *text;
		NetSecurity security;
		const char *user;
		const char *peer;
		const char *path;
	} cases[] = {
		{ "imaps://ann@mail.example.org", NET_SECURITY_TLS, "ann", "mail.example.org:993", NULL },
		{ "imap://ann@mail.example.org", NET_SECURITY_STARTTLS, "ann", "mail.example.org:143", NULL },
		{ "IMAPS://ann@h:1993/", NET_SECURITY_TLS, "ann", "h:1993", NULL },
		{ "imaps://ann@firm.example@mail.example.org", NET_SECURITY_TLS, "ann@firm.example",
		  "mail.example.org:993", NULL },
		{ "imaps://a%40b%3Ac%2fd@h", NET_SECURITY_TLS, "a@b:c/d", "h:993", NULL },
		{ "imaps://h/Old/Caf%C3%A9", NET_SECURITY_TLS, NULL, "h:993", "Old/Caf%C3%A9" },
		{ "imaps://ann@h/a@b:c", NET_SECURITY_TLS, "ann", "h:993", "a@b:c" },
		{ "imaps://ann@[2001:db8::1]", NET_SECURITY_TLS, "ann", "[2001:db8::1]:993", NULL },
		{ "imaps://ann@[::1]:1/x", NET_SECURITY_TLS, "ann", "[::1]:1", "x" },
		{ "imaps://ann@b\xc3\xbc" "cher.example", NET_SECURITY_TLS, "ann", "xn--bcher-kva.example:993",
		  NULL },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (NetUrl) url = net_url_new (cases[i].text, &error);
		g_test_message ("%s", cases[i].text);
		g_assert_no_error (error);
		g_autofree char *peer = net_url_get_peer (url);
		g_assert_true (net_url_is_url (cases[i].text));
		g_assert_cmpint (url->security, ==, cases[i].security);
		g_assert_cmpstr (url->user, ==, cases[i].user);
		g_assert_cmpstr (peer, ==, cases[i].peer);
		g_assert_cmpstr (url->path, ==, cases[i].path);
	}
}

static void
refuses_bad_urls (void)
{
	static const char *const cases[] = {
		"ann@mail.example.org", "http://ann@h",     "imaps:/ann@h",    "imaps://",
		"imaps://ann@",         "imaps://@h",       "imaps://ann@h:0", "imaps://ann@h:65536",
		"imaps://ann@h:9 93",   "imaps://ann@h:+1", "imaps://ann@h:",  "imaps://ann@[::1",
		"imaps://ann@[::1]x",   "imaps://ann@[h]",  "imaps://a%00b@h", "imaps://a%0d%0ab@h",
		"imaps://a%zz@h",       "imaps://ann@h\\x", "imaps://ann@h h",
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (NetUrl) url = net_url_new (cases[i], &error);
		g_test_message ("%s", cases[i]);
		g_assert_null (url);
		g_assert_error (error, RUN_ERROR, RUN_ERROR_USAGE);
	}
}

static void
never_repeats_a_password (void)
{
	static const char *const cases[] = {
		"imaps://ann:hush@h", "imaps://ann:hush@h:x", "imaps://ann:hu/sh@h", "imaps://ann@b:hush@h",
		"imaps://ann:hush",
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (NetUrl) url = net_url_new (cases[i], &error);
		g_assert_null (url);
		g_assert_null (strstr (error->message, "hu"));
		g_assert_null (strstr (error->message, "sh@"));
	}
}

static void
reads_pins (void)
{
	static const char hex[] = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
	g_autofree char *plain = g_strconcat ("sha256:", hex, NULL);
	g_autofree char *shout = g_strconcat ("SHA256:00:", hex + 2, NULL);
	g_autofree char *md5 = g_strconcat ("md5:", hex, NULL);
	guint8 a[32];
	guint8 b[32];

	g_assert_true (net_options_parse_pin (plain, a));
	g_assert_true (net_options_parse_pin (shout, b));
	g_assert_cmpmem (a, 32, b, 32);
	g_assert_cmpuint (a[15], ==, 0xff);
	g_assert_false (net_options_parse_pin (hex, NULL));
	g_assert_false (net_options_parse_pin (md5, NULL));
	g_assert_false (net_options_parse_pin ("sha256:0011", NULL));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/net/url/reads-good-urls", reads_good_urls);
	g_test_add_func ("/net/url/refuses-bad-urls", refuses_bad_urls);
	g_test_add_func ("/net/url/never-repeats-a-password", never_repeats_a_password);
	g_test_add_func ("/net/options/reads-pins", reads_pins);
	return g_test_run ();
}
