/* pst-aside.c - the two files for what is not mail: contacts, and calendar entries
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-aside.h"

#include <string.h>

#include "base/digest.h"
#include "base/safe-file.h"

struct _PstAside {
	SafeFile *files[PST_ASIDE_KINDS]; /* NULL: not wanted */
	const MessageFilter *filter;
	PstZoneNames *zone_names;
	GHashTable *zones; /* name -> digest in hex, of those written */
};

/* The world has a few hundred. */
#define MAX_ZONES 10000

#define CALENDAR_BEGIN                                                                             \
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//mailferry//pst2mbox " PACKAGE_VERSION         \
	"//EN\r\n"
#define CALENDAR_END "END:VCALENDAR\r\n"

static const struct {
	const char *class; /* itself, or followed by a dot */
	PstAsideKind kind;
} homes[] = {
	{"IPM.Contact", PST_ASIDE_CONTACTS},     {"IPM.DistList", PST_ASIDE_CONTACTS},
	{"IPM.Appointment", PST_ASIDE_CALENDAR}, {"IPM.Task", PST_ASIDE_CALENDAR},
	{"IPM.StickyNote", PST_ASIDE_CALENDAR},  {"IPM.Activity", PST_ASIDE_CALENDAR},
};

static gboolean
write_text (SafeFile *file, const char *text, GError **error)
{
	return safe_file_write (file, text, strlen (text), error);
}

PstAside *
pst_aside_new (const char *contacts, const char *calendar, const MessageFilter *filter,
	       GError **error)
{
	g_autoptr (PstAside) aside = g_new0 (PstAside, 1);
	const char *paths[PST_ASIDE_KINDS] = {contacts, calendar};

	aside->filter = filter;
	aside->zone_names = pst_zone_names_new ();
	aside->zones = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	for (gsize i = 0; i < PST_ASIDE_KINDS; i++)
		if (paths[i] != NULL && (aside->files[i] = safe_file_new (paths[i], error)) == NULL)
			return NULL;
	if (calendar != NULL &&
	    !write_text (aside->files[PST_ASIDE_CALENDAR], CALENDAR_BEGIN, error))
		return NULL;
	return g_steal_pointer (&aside);
}

void
pst_aside_free (PstAside *aside)
{
	if (aside == NULL)
		return;
	for (gsize i = 0; i < PST_ASIDE_KINDS; i++)
		g_clear_pointer (&aside->files[i], safe_file_free);
	pst_zone_names_free (aside->zone_names);
	g_hash_table_unref (aside->zones);
	g_free (aside);
}

gboolean
pst_aside_get_kind (const char *class, PstAsideKind *kind)
{
	for (gsize i = 0; i < G_N_ELEMENTS (homes); i++) {
		gsize length = strlen (homes[i].class);
		if (g_ascii_strncasecmp (class, homes[i].class, length) == 0 &&
		    (class[length] == '\0' || class[length] == '.')) {
			*kind = homes[i].kind;
			return TRUE;
		}
	}
	return FALSE;
}

gboolean
pst_aside_wants (const PstAside *aside, const char *class)
{
	PstAsideKind kind = PST_ASIDE_CONTACTS;

	return aside != NULL && pst_aside_get_kind (class, &kind) && aside->files[kind] != NULL;
}

gboolean
pst_aside_wants_folder (const PstAside *aside, const char *path)
{
	return message_filter_passes_folder (aside->filter, path);
}

PstZoneNames *
pst_aside_get_zone_names (PstAside *aside)
{
	return aside->zone_names;
}

gboolean
pst_aside_put_zone (PstAside *aside, const char *id, const void *text, gsize length, GError **error)
{
	const char *known = g_hash_table_lookup (aside->zones, id);
	guint8 hash[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	digest_of (text, length, hash);
	(void) digest_to_hex (hash, DIGEST_SIZE, hex);
	if (known != NULL)
		return strcmp (known, hex) == 0;
	if (g_hash_table_size (aside->zones) >= MAX_ZONES)
		return FALSE;
	g_hash_table_insert (aside->zones, g_strdup (id), g_strdup (hex));
	return safe_file_write (aside->files[PST_ASIDE_CALENDAR], text, length, error);
}

gboolean
pst_aside_put (PstAside *aside, PstAsideKind kind, const Spool *entry, GError **error)
{
	g_autofree guint8 *buffer = g_malloc (65536);
	goffset offset = 0;
	gsize got = 0;

	do {
		if (!spool_read_at (entry, offset, buffer, 65536, &got, error) ||
		    !safe_file_write (aside->files[kind], buffer, got, error))
			return FALSE;
		offset += (goffset) got;
	} while (got > 0);
	return TRUE;
}

gboolean
pst_aside_finish (PstAside *aside, GError **error)
{
	if (aside->files[PST_ASIDE_CALENDAR] != NULL &&
	    !write_text (aside->files[PST_ASIDE_CALENDAR], CALENDAR_END, error))
		return FALSE;
	for (gsize i = 0; i < PST_ASIDE_KINDS; i++)
		if (aside->files[i] != NULL && !safe_file_commit (aside->files[i], error))
			return FALSE;
	return TRUE;
}
