/* test-mbox-labels.c - Gmail's labels, what they mean and where they lead
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-labels.h"

#include "support/mail-fakes.h"

static const struct {
	const char *text;
	MboxLabel label;
} words[] = {
	{ "Inbox", MBOX_LABEL_INBOX },          { "Posteingang", MBOX_LABEL_INBOX },
	{ "受信トレイ", MBOX_LABEL_INBOX },     { "Boîte de réception", MBOX_LABEL_INBOX },
	{ "Gesendet", MBOX_LABEL_SENT },        { "Messages envoyés", MBOX_LABEL_SENT },
	{ "Borradores", MBOX_LABEL_DRAFTS },    { "Черновики", MBOX_LABEL_DRAFTS },
	{ "Papierkorb", MBOX_LABEL_TRASH },     { "Corbeille", MBOX_LABEL_TRASH },
	{ "Spam", MBOX_LABEL_SPAM },            { "迷惑メール", MBOX_LABEL_SPAM },
	{ "Ungelesen", MBOX_LABEL_UNREAD },     { "Non lus", MBOX_LABEL_UNREAD },
	{ "Непрочитанные", MBOX_LABEL_UNREAD }, { "未読", MBOX_LABEL_UNREAD },
	{ "Stjernemerket", MBOX_LABEL_STARRED }, { "Con estrella", MBOX_LABEL_OWN },
	{ "Important", MBOX_LABEL_IMPORTANT },  { "Ouvert", MBOX_LABEL_OPENED },
	{ "Archiviert", MBOX_LABEL_ARCHIVED },  { "Chat", MBOX_LABEL_CHAT },
	{ "Work", MBOX_LABEL_OWN },             { "inbox", MBOX_LABEL_OWN },
	{ "Inbox\n", MBOX_LABEL_OWN },          { "", MBOX_LABEL_OWN },
};

static void
test_words (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (words); i++)
		g_assert_cmpint (mbox_label_from_text (words[i].text), ==, words[i].label);
}

static const struct {
	const char *value;
	const char *labels; /* joined by "|" */
} fields[] = {
	{ "Inbox,Work", "Inbox|Work" },
	{ " Inbox , Work ", "Inbox|Work" },
	{ "\"a, b\",c", "a, b|c" },
	{ "\"a \\\"b\\\"\",c", "a \"b\"|c" },
	{ ",,", "" },
	{ "", "" },
	{ "=?UTF-8?Q?Non_lus,a?=", "Non lus|a" },
	{ "=?UTF-8?B?R2Vzw7ZmZm5ldA==?=,=?UTF-8?Q?b?=", "Gesöffnet|b" },
	{ "\"open", "open" },
};

static void
test_fields (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
		g_auto (GStrv) labels = mbox_labels_split (fields[i].value);
		g_autofree char *joined = g_strjoinv ("|", labels);
		g_assert_cmpstr (joined, ==, fields[i].labels);
	}
}

static const struct {
	const char *value;
	const char *folder;
	const char *flags;
	const char *keywords;
} routes[] = {
	{ "Inbox,Work,Unread", "INBOX", "", "Work" },
	{ "Work/2001,Sent", "Work/2001", "S", "Sent" },
	{ "Sent,Starred", "Sent", "FS", "" },
	{ "Trash,Work,Inbox", "Trash", "S", "Work|Inbox" },
	{ "Spam,Unread", "Spam", "", "" },
	{ "Drafts,Inbox", "Drafts", "DS", "Inbox" },
	{ "Archived,Opened", "Archive", "S", "" },
	{ "Important", "Archive", "S", "$Important" },
	{ "../..,x", "%2E%2E/%2E%2E", "S", "x" },
	{ "//", "%2F%2F", "S", "" },
	{ "/a//b/", "a/b", "S", "" },
};

static void
test_routes (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
		g_autoptr (Message) message = fake_message ("INBOX", "", 0, NULL);
		g_autoptr (GPtrArray) keywords = g_ptr_array_new_with_free_func (g_free);
		mbox_labels_apply (routes[i].value, MBOX_LABELS_FOLDERS, message, keywords);
		g_ptr_array_add (keywords, NULL);
		g_autofree char *joined = g_strjoinv ("|", (char **) keywords->pdata);
		g_autofree char *flags = message_flags_to_maildir (message->flags, NULL);
		g_assert_cmpstr (message->folder->path, ==, routes[i].folder);
		g_assert_cmpstr (flags, ==, routes[i].flags);
		g_assert_cmpstr (joined, ==, routes[i].keywords);
	}
}

static void
test_none (void)
{
	g_autoptr (Message) message = fake_message ("INBOX", "", 0, NULL);
	g_autoptr (GPtrArray) keywords = g_ptr_array_new_with_free_func (g_free);

	mbox_labels_apply ("Starred,Work", MBOX_LABELS_NONE, message, keywords);
	g_assert_cmpint (message->flags, ==, 0);
	g_assert_cmpuint (keywords->len, ==, 0);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mbox/labels/are-known-in-many-languages", test_words);
	g_test_add_func ("/mbox/labels/are-split-and-decoded", test_fields);
	g_test_add_func ("/mbox/labels/lead-to-one-folder", test_routes);
	g_test_add_func ("/mbox/labels/are-left-alone-on-request", test_none);
	return g_test_run ();
}
