/* pst-entry.c - what a message says to calendars and address books, as parts of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-entry.h"

#include <string.h>

#include "pst/pst-aside.h"
#include "pst/pst-attachment.h"
#include "pst/pst-attendee.h"
#include "pst/pst-calendar.h"
#include "pst/pst-contact.h"
#include "pst/pst-encode.h"

/* --- Findings -------------------------------------------------------------- */

typedef struct {
	const PstItem *item;
	gboolean is_whole;
} Listener;

/* The header, which is made of the same, has told of these. */
static void
hear_invitation (const char *name, guint32 nid, const char *detail, gpointer user_data)
{
	const Listener *listener = user_data;

	(void) nid;
	if (strcmp (name, "address-unknown") != 0 && strcmp (name, "recipients-damaged") != 0)
		pst_context_find (listener->item->context, name, "%s", detail);
}

/* What is left out goes along in another form, and nobody waits for the time of a file. */
static void
hear_file (const char *name, guint32 nid, const char *detail, gpointer user_data)
{
	Listener *listener = user_data;

	(void) nid;
	if (strcmp (name, "attachment-left-out") == 0 || strcmp (name, "text-cut") == 0)
		listener->is_whole = FALSE;
	else if (strcmp (name, "event-without-start") != 0)
		pst_context_find (listener->item->context, name, "%s", detail);
}

/* The item, its findings going to FINDING; lives as long as CONTEXT and LISTENER. */
static PstItem
listen (const Listener *listener, PstFindingFunc finding, PstContext *context)
{
	PstItem heard = *listener->item;

	*context = *heard.context;
	context->finding = finding;
	context->finding_data = (gpointer) listener;
	heard.context = context;
	return heard;
}

/* --- Parts ----------------------------------------------------------------- */

/* HEADER is taken over. Parts of messages have LF. */
static PstPart *
new_text (GString *header, const GString *entry)
{
	g_autoptr (GByteArray) lines = g_byte_array_sized_new ((guint) entry->len);

	for (gsize i = 0; i < entry->len; i++)
		if (entry->str[i] != '\r')
			g_byte_array_append (lines, (const guint8 *) entry->str + i, 1);
	g_autoptr (GBytes) bytes = g_bytes_new (lines->data, lines->len);
	return pst_part_new_text (header, bytes, NULL, NULL, 0);
}

PstPart *
pst_entry_new_invitation (const PstItem *item)
{
	Listener listener = { .item = item };
	PstContext context;
	PstItem heard = listen (&listener, hear_invitation, &context);
	const char *method = NULL;

	if (pst_attendee_get_method (item) == PST_METHOD_NONE)
		return NULL;
	g_autoptr (GString) calendar = pst_calendar_build (&heard, &method);
	if (calendar == NULL)
		return NULL;
	GString *header = g_string_new (NULL);
	g_string_append_printf (header, "Content-Type: text/calendar; charset=utf-8; method=%s\n",
				method);
	return new_text (header, calendar);
}

static GString *
new_file_header (const PstItem *item, const char *type, const char *suffix)
{
	g_autofree char *subject = pst_item_get_subject (item);
	g_autofree char *tidy = subject != NULL ? pst_attachment_tidy_name (subject) : NULL;
	g_autofree char *name = g_strconcat (tidy != NULL ? tidy : "unnamed", suffix, NULL);
	GString *header = g_string_new (NULL);

	g_string_append_printf (header, "Content-Type: %s; charset=utf-8", type);
	pst_encode_parameter (header, "name", name);
	g_string_append (header, "\nContent-Disposition: attachment");
	pst_encode_parameter (header, "filename", name);
	g_string_append_c (header, '\n');
	return header;
}

PstPart *
pst_entry_new_file (const PstItem *item, gboolean *is_whole)
{
	PstAsideKind kind = PST_ASIDE_CONTACTS;
	Listener listener = { .item = item, .is_whole = TRUE };
	PstContext context;
	PstItem heard = listen (&listener, hear_file, &context);
	const char *method = NULL;

	if (!pst_aside_get_kind (item->class, &kind))
		return NULL;
	g_autoptr (GString) entry = NULL;
	if (kind == PST_ASIDE_CONTACTS) {
		entry = g_string_new (NULL);
		pst_contact_append (&heard, entry);
	} else {
		entry = pst_calendar_build (&heard, &method);
	}
	*is_whole = listener.is_whole;
	return new_text (kind == PST_ASIDE_CONTACTS
				 ? new_file_header (item, "text/vcard", ".vcf")
				 : new_file_header (item, "text/calendar", ".ics"),
			 entry);
}
