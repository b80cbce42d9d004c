/* test-pst-address.c - what becomes of Outlook's many ways to name a person
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-address.h"

#include <string.h>

typedef struct {
	PstCodepages *pages;
	PstContext context;
	guint findings;
} Fixture;

static void
count_finding (const char *name, guint32 id, const char *detail, gpointer user_data)
{
	g_assert_cmpstr (name, ==, "address-unknown");
	((Fixture *)user_data)->findings++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
	fixture->pages = pst_codepage_open_all ();
	fixture->context = (PstContext){.pages = fixture->pages,
					.codepage = PST_CODEPAGE_WESTERN,
					.finding = count_finding,
					.finding_data = fixture};
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
	pst_codepage_close_all (fixture->pages);
}

static void
test_parse (void)
{
	static const struct {
		const char *in;
		const char *out;
	} cases[] = {
		{"ann@example.org", "ann@example.org"},
		{" <ann@example.org> ", "ann@example.org"},
		{"'ann@example.org'", "ann@example.org"},
		{"mailto:ann@example.org", "ann@example.org"},
		{"SMTP:ann@example.org", "ann@example.org"},
		{"ann@[192.0.2.1]", "ann@[192.0.2.1]"},
		{"ann@bücher.example", "ann@xn--bcher-kva.example"},
		{"\"ann lee\"@example.org", "\"ann lee\"@example.org"},
		{"ann..lee@example.org", "\"ann..lee\"@example.org"},
		{"\"ann \\\"x\\\" \\lee\"@example.org", "\"ann \\\"x\\\" lee\"@example.org"},
		{"IMCEAEX-_O=A_OU=B@example.org", "IMCEAEX-_O=A_OU=B@example.org"},
		{"ann lee@example.org", NULL},
		{"ann@example.org, bob@example.org", NULL},
		{"änn@example.org", NULL},
		{"ann@", NULL},
		{"@example.org", NULL},
		{"ann@exa mple.org", NULL},
		{"ann@example..org", NULL},
		{"/O=EXAMPLE/OU=FIRST/CN=RECIPIENTS/CN=ANN", NULL},
		{"ann\r\nBcc: eve@example.org", NULL},
		{"Ann Example", NULL},
		{"", NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *address = pst_address_parse (cases[i].in);
		g_test_message ("<%s>", cases[i].in);
		g_assert_cmpstr (address, ==, cases[i].out);
	}
}

static void
test_resolve (Fixture *fixture, gconstpointer data)
{
	static const struct {
		PstPerson person;
		const char *out;
	} cases[] = {
		{{.name = (char *)"Ann",
		  .type = (char *)"SMTP",
		  .value = (char *)"ann@example.org"},
		 "Ann <ann@example.org>"},
		{{.name = (char *)"Ann",
		  .type = (char *)"EX",
		  .value = (char *)"/o=x/cn=ann",
		  .smtp = {(char *)"ann@example.org"}},
		 "Ann <ann@example.org>"},
		{{.name = (char *)"Ann", .smtp = {NULL, (char *)"ann@example.org"}},
		 "Ann <ann@example.org>"},
		{{.name = (char *)"'ann@example.org'",
		  .type = (char *)"SMTP",
		  .value = (char *)"ann@example.org"},
		 "ann@example.org"},
		{{.name = (char *)"ann@example.org"}, "ann@example.org"},
		{{.name = (char *)"ann@example.org",
		  .type = (char *)"EX",
		  .value = (char *)"/o=x/cn=ann"},
		 "ann@example.org"},
		{{.name = (char *)"Lee, Ann \"Al\"", .value = (char *)"ann@example.org"},
		 "\"Lee, Ann \\\"Al\\\"\" <ann@example.org>"},
		{{.name = (char *)"Grüß", .value = (char *)"ann@example.org"},
		 "=?utf-8?B?R3LDvMOf?= <ann@example.org>"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (PstAddress) address =
			pst_address_resolve (&fixture->context, &cases[i].person);
		g_autofree char *text = pst_address_format (address);
		g_assert_cmpstr (text, ==, cases[i].out);
		g_assert_false (address->is_invented);
	}
	g_assert_cmpuint (fixture->findings, ==, 0);
}

static void
test_invents (Fixture *fixture, gconstpointer data)
{
	PstPerson exchange = {
		.name = (char *)"Ann", .type = (char *)"EX", .value = (char *)"/o=X/cn=Ann"};
	PstPerson same = {
		.name = (char *)"Ann", .type = (char *)"EX", .value = (char *)"/O=x/CN=ann"};
	PstPerson nameless = {.type = (char *)"EX", .value = (char *)"/o=X/cn=Ann"};
	PstPerson nobody = {0};
	g_autoptr (PstAddress) a = pst_address_resolve (&fixture->context, &exchange);
	g_autoptr (PstAddress) b = pst_address_resolve (&fixture->context, &same);
	g_autoptr (PstAddress) c = pst_address_resolve (&fixture->context, &nameless);

	g_assert_true (a->is_invented);
	g_assert_true (g_str_has_suffix (a->address, "@unknown.invalid"));
	g_autofree char *parsed = pst_address_parse (a->address);
	g_assert_cmpstr (parsed, ==, a->address);
	g_assert_cmpstr (a->address, ==, b->address);
	g_assert_cmpstr (c->name, ==, "/o=X/cn=Ann");
	g_assert_cmpuint (fixture->findings, ==, 3);
	g_assert_null (pst_address_resolve (&fixture->context, &nobody));
}

static GBytes *
make_one_off (gboolean is_utf16)
{
	static const guint8 head[] = {0,    0,    0,    0,    0x81, 0x2b, 0x1f, 0xa4,
				      0xbe, 0xa3, 0x10, 0x19, 0x9d, 0x6e, 0x00, 0xdd,
				      0x01, 0x0f, 0x54, 0x02, 0,    0,    0,    0};
	static const char strings[] = "Ann\0SMTP\0ann@example.org"; /* and the NUL of the literal */
	GByteArray *bytes = g_byte_array_new ();

	g_byte_array_append (bytes, head, sizeof head);
	if (is_utf16)
		bytes->data[23] = 0x80;
	for (gsize i = 0; i < sizeof strings; i++) {
		guint8 unit[] = {(guint8)strings[i], 0};
		g_byte_array_append (bytes, unit, is_utf16 ? 2 : 1);
	}
	return g_byte_array_free_to_bytes (bytes);
}

static void
test_one_off (Fixture *fixture, gconstpointer data)
{
	for (int is_utf16 = 0; is_utf16 < 2; is_utf16++) {
		g_autoptr (GBytes) id = make_one_off (is_utf16);
		PstPerson person = {.entry_id = id};
		g_autoptr (PstAddress) address = pst_address_resolve (&fixture->context, &person);
		g_autofree char *text = pst_address_format (address);
		g_assert_cmpstr (text, ==, "Ann <ann@example.org>");

		/* Cut anywhere, it must neither be read beyond its end nor give half an
		 * address. */
		for (gsize length = 0; length < g_bytes_get_size (id); length++) {
			g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (id, NULL), length);
			g_autoptr (GBytes) cut = g_bytes_new (copy, length);
			g_auto (PstPerson) half = {0};
			pst_address_parse_entry_id (&fixture->context, cut, &half);
			g_assert_null (half.value);
		}
	}
}

static void
test_entry_list (void)
{
	static const guint8 list[] = {2, 0, 0, 0, 99, 0,   0, 0, 3, 0,   0, 0, 'a', 'b', 'c',
				      0, 1, 0, 0, 0,  'd', 0, 0, 0, 200, 0, 0, 0,   'x'};
	g_autoptr (GBytes) bytes = g_bytes_new_static (list, sizeof list);
	g_autoptr (GPtrArray) ids = pst_address_split_entry_list (bytes);

	g_assert_cmpuint (ids->len, ==, 2);
	g_assert_cmpmem (g_bytes_get_data (ids->pdata[0], NULL),
			 (int)g_bytes_get_size (ids->pdata[0]), "abc", 3);
	g_assert_cmpmem (g_bytes_get_data (ids->pdata[1], NULL),
			 (int)g_bytes_get_size (ids->pdata[1]), "d", 1);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/address/takes-only-what-is-an-address", test_parse);
	g_test_add_func ("/pst/address/splits-entry-lists-within-bounds", test_entry_list);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
	ADD ("/pst/address/prefers-the-internet-address", test_resolve);
	ADD ("/pst/address/invents-a-valid-one-and-says-so", test_invents);
	ADD ("/pst/address/reads-one-off-entry-ids", test_one_off);
	return g_test_run ();
}
