/* test-folder-names.c - folders are known by their names in many languages
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/folder-names.h"

static void
knows_roles_in_many_languages (void)
{
	static const struct {
		const char *name;
		FolderRole role;
	} cases[] = {
		{ "Sent", FOLDER_ROLE_SENT },
		{ "SENT ITEMS", FOLDER_ROLE_SENT },
		{ "Gesendete Objekte", FOLDER_ROLE_SENT },
		{ "gelöschte elemente", FOLDER_ROLE_TRASH },
		{ "Gelo\xcc\x88schte Elemente", FOLDER_ROLE_TRASH }, /* decomposed, as of a Mac */
		{ "ENTWÜRFE", FOLDER_ROLE_DRAFTS },
		{ "Éléments envoyés", FOLDER_ROLE_SENT },
		{ "Correo no deseado", FOLDER_ROLE_JUNK },
		{ "Bozze", FOLDER_ROLE_DRAFTS },
		{ "Prullenbak", FOLDER_ROLE_TRASH },
		{ "Itens Excluídos", FOLDER_ROLE_TRASH },
		{ "Lixo eletrônico", FOLDER_ROLE_JUNK },
		{ "Skräppost", FOLDER_ROLE_JUNK },
		{ "Uønsket mail", FOLDER_ROLE_JUNK },
		{ "Lähetetyt", FOLDER_ROLE_SENT },
		{ "wysłane", FOLDER_ROLE_SENT },
		{ "Nevyžádaná pošta", FOLDER_ROLE_JUNK },
		{ "Levélszemét", FOLDER_ROLE_JUNK },
		{ "Elemente trimise", FOLDER_ROLE_SENT },
		{ "ЧЕРНОВИКИ", FOLDER_ROLE_DRAFTS },
		{ "Кошик", FOLDER_ROLE_TRASH },
		{ "Πρόχειρα", FOLDER_ROLE_DRAFTS },
		{ "Taslaklar", FOLDER_ROLE_DRAFTS },
		{ "送信済みアイテム", FOLDER_ROLE_SENT },
		{ "垃圾邮件", FOLDER_ROLE_JUNK },
		{ "보낸 편지함", FOLDER_ROLE_SENT },
		{ "Archiv", FOLDER_ROLE_ARCHIVE },
		{ "Postausgang", FOLDER_ROLE_OUTBOX },
		{ "", FOLDER_ROLE_NONE },
		{ "Sent to Bob", FOLDER_ROLE_NONE },
		{ "Sen", FOLDER_ROLE_NONE },
		{ "Sent|Sent Items", FOLDER_ROLE_NONE },
		{ "Projects", FOLDER_ROLE_NONE },
		{ "\xff", FOLDER_ROLE_NONE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_test_message ("%s", cases[i].name);
		g_assert_cmpint (folder_names_find_role (cases[i].name, NULL), ==, cases[i].role);
	}
}

static void
prefers_what_is_usual (void)
{
	static const char *const names[] = { "Sent", "Sent Items", "Gesendet",
					     "Gesendete Objekte" };
	guint last = 0;

	for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
		guint rank = 0;
		g_assert_cmpint (folder_names_find_role (names[i], &rank), ==, FOLDER_ROLE_SENT);
		g_assert_true (i == 0 || rank > last);
		last = rank;
	}
}

static void
the_usual_name_is_known_by_its_role (void)
{
	for (FolderRole role = FOLDER_ROLE_NONE; role <= FOLDER_ROLE_OUTBOX; role++) {
		const char *name = folder_names_get_usual (role);
		if (name != NULL)
			g_assert_cmpint (folder_names_find_role (name, NULL), ==, role);
	}
	g_assert_null (folder_names_get_usual (FOLDER_ROLE_NONE));
	g_assert_null (folder_names_get_usual (FOLDER_ROLE_INBOX));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/message/folder-names/knows-roles-in-many-languages",
			 knows_roles_in_many_languages);
	g_test_add_func ("/message/folder-names/prefers-what-is-usual", prefers_what_is_usual);
	g_test_add_func ("/message/folder-names/the-usual-name-is-known-by-its-role",
			 the_usual_name_is_known_by_its_role);
	return g_test_run ();
}
