/* test-transfer.c - the loop, the ledger's balance, and the manifest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/transfer.h"

#include <glib/gstdio.h>
#include <string.h>

#include "message/message-filter.h"
#include "support/mail-fakes.h"

typedef struct {
	Report *report;
	Ledger *ledger;
	GPtrArray *messages;
	GPtrArray *delivered;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
	f->report = report_new_quiet ("test");
	f->ledger = ledger_new (f->report);
	f->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
	f->delivered = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
	for (int i = 0; i < 3; i++) {
		g_autofree char *origin = g_strdup_printf ("x.mbox:%d", i);
		g_autofree char *content = g_strdup_printf ("Message-ID: <%d@x>\nStatus: RO\n\nbody %d\n", i, i);
		Message *message = fake_message (i == 2 ? "Sent" : "INBOX", content, -1, origin);
		message->received = (MessageDate){ i > 0, TRUE, 86400 * i, 60 };
		g_ptr_array_add (f->messages, message);
	}
}

static void
tear_down (Fixture *f, gconstpointer data)
{
	g_ptr_array_unref (f->messages);
	g_ptr_array_unref (f->delivered);
	ledger_free (f->ledger);
	report_free (f->report);
}

static void
transfer (Fixture *f, MessageSource *source, const char *refuse)
{
	g_autoptr (MessageSink) sink = fake_sink_new (f->delivered, refuse, f->ledger);
	g_autoptr (GError) error = NULL;

	transfer_run (source, sink, f->ledger, f->report, &error);
	g_assert_no_error (error);
	message_sink_finish (sink, &error);
	g_assert_no_error (error);
	message_source_free (source);
}

static void
test_all (Fixture *f, gconstpointer data)
{
	transfer (f, fake_source_new (f->messages, f->ledger), NULL);
	ledger_close (f->ledger, FALSE);
	g_assert_cmpuint (f->delivered->len, ==, 3);
	g_assert_cmpint (report_get_status (f->report), ==, EXIT_STATUS_CLEAN);
}

static void
test_refused (Fixture *f, gconstpointer data)
{
	transfer (f, fake_source_new (f->messages, f->ledger), "x.mbox:1");
	ledger_close (f->ledger, FALSE);
	ReportCounts counts = ledger_get_counts (f->ledger);
	g_assert_cmpuint (f->delivered->len, ==, 2);
	g_assert_cmpuint (counts.announced, ==, 3);
	g_assert_cmpuint (counts.emitted, ==, 2);
	g_assert_cmpuint (counts.failed, ==, 1);
	g_assert_cmpint (report_get_status (f->report), ==, EXIT_STATUS_DIFFERENCES);
}

static void
test_unaccounted (Fixture *f, gconstpointer data)
{
	ledger_announce (f->ledger, 1);
	transfer (f, fake_source_new (f->messages, f->ledger), NULL);
	ledger_close (f->ledger, FALSE);
	g_assert_cmpint (report_get_status (f->report), ==, EXIT_STATUS_DIFFERENCES);
}

static void
test_strict (Fixture *f, gconstpointer data)
{
	ledger_announce (f->ledger, 1);
	ledger_skipped (f->ledger, "x.pst:0x24", NULL, "IPM.Contact");
	g_autofree char *skipped = ledger_describe_skipped (f->ledger);
	g_assert_cmpstr (skipped, ==, "1 IPM.Contact");
	ledger_close (f->ledger, FALSE);
	g_assert_cmpint (report_get_status (f->report), ==, EXIT_STATUS_CLEAN);
	ledger_close (f->ledger, TRUE);
	g_assert_cmpint (report_get_status (f->report), ==, EXIT_STATUS_DIFFERENCES);
}

static const struct {
	const char *name;
	MessageFilter filter;
	guint passes;
} filters[] = {
	{ "nothing", { 0 }, 3 },
	{ "folder", { .folders = (char *[]){ (char *) "IN*", NULL } }, 2 },
	{ "exclude", { .excluded = (char *[]){ (char *) "S?nt", NULL } }, 2 },
	{ "since is inclusive, unknown passes", { .has_since = TRUE, .since = 2 * 86400 }, 2 },
	{ "before is exclusive, unknown passes", { .has_before = TRUE, .before = 2 * 86400 }, 2 },
	{ "size", { .max_message_size = 5 }, 0 },
};

static void
test_filters (Fixture *f, gconstpointer data)
{
	guint64 skipped = 0;

	for (guint i = 0; i < G_N_ELEMENTS (filters); i++) {
		g_ptr_array_set_size (f->delivered, 0);
		MessageSource *source = fake_source_new (f->messages, f->ledger);
		transfer (f, message_filter_source (source, &filters[i].filter, f->ledger), NULL);
		g_test_message ("%s", filters[i].name);
		g_assert_cmpuint (f->delivered->len, ==, filters[i].passes);
		skipped += 3 - filters[i].passes;
	}
	g_assert_cmpuint (ledger_get_counts (f->ledger).skipped, ==, skipped);
}

/* The manifest's lines, as the format's readers would take them. */
static char **
manifest_lines (Fixture *f, const char *path)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (Manifest) manifest = manifest_new (path, "test/0", "x.mbox", &error);
	g_autofree char *text = NULL;

	g_assert_no_error (error);
	ledger_set_manifest (f->ledger, manifest);
	ledger_announce (f->ledger, 1);
	ledger_skipped (f->ledger, "x.mbox:9", NULL, "expunged");
	transfer (f, fake_source_new (f->messages, f->ledger), "x.mbox:1");
	ReportCounts counts = ledger_get_counts (f->ledger);
	g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
	g_assert_true (manifest_commit (manifest, &counts, &error));
	g_assert_true (g_file_get_contents (path, &text, NULL, &error));

	guint8 digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];
	const char *end = strstr (text, "#end");
	digest_of (text, (gsize) (end - text), digest);
	g_assert_nonnull (strstr (end, digest_to_hex (digest, DIGEST_SIZE, hex)));
	return g_strsplit (text, "\n", -1);
}

static void
test_manifest (Fixture *f, gconstpointer data)
{
	g_autofree char *directory = g_dir_make_tmp ("mailferry-XXXXXX", NULL);
	g_autofree char *path = g_build_filename (directory, "manifest", NULL);
	g_auto (GStrv) lines = manifest_lines (f, path);

	g_assert_cmpstr (lines[0], ==, "#mail-manifest 1\ttool=test/0\tsource=x.mbox");
	g_assert_cmpstr (lines[1], ==,
			 "#columns\tL0\tL1\tL2\tsize\tdate\tflags\tmessage-id\tfolder\torigin\ttarget");
	g_assert_cmpstr (lines[2], ==, "#skipped\tx.mbox:9\texpunged");
	g_auto (GStrv) first = g_strsplit (lines[3], "\t", -1);
	g_assert_cmpuint (g_strv_length (first), ==, 10);
	g_assert_cmpuint (strlen (first[2]), ==, 64);
	g_assert_cmpstr (first[4], ==, "-");
	g_assert_cmpstr (first[6], ==, "<0@x>");
	g_assert_cmpstr (first[7], ==, "INBOX");
	g_assert_cmpstr (first[8], ==, "x.mbox:0");
	g_assert_true (g_str_has_prefix (lines[4], "#failed\tx.mbox:1\t"));
	g_assert_nonnull (strstr (lines[5], "\t172800 +0100\t"));
	g_assert_true (g_str_has_prefix (lines[6], "#end\tannounced=4\temitted=2\tpresent=0\tskipped=1\tfailed=1\tchain="));
	g_remove (path);
	g_rmdir (directory);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add ("/transfer/carries-everything", Fixture, NULL, set_up, test_all, tear_down);
	g_test_add ("/transfer/goes-on-after-a-refused-message", Fixture, NULL, set_up, test_refused, tear_down);
	g_test_add ("/ledger/does-not-end-clean-out-of-balance", Fixture, NULL, set_up, test_unaccounted, tear_down);
	g_test_add ("/ledger/strict-takes-skipped-for-failed", Fixture, NULL, set_up, test_strict, tear_down);
	g_test_add ("/filter/passes-what-was-asked-for", Fixture, NULL, set_up, test_filters, tear_down);
	g_test_add ("/manifest/lists-accounts-and-chains", Fixture, NULL, set_up, test_manifest, tear_down);
	return g_test_run ();
}
