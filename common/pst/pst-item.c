/* pst-item.c - one item as its properties describe it: what it is, how it stands, who is concerned
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-item.h"

#include <string.h>

#include "message/message-flags.h"
#include "pst/pst-time.h"

enum {
	PR_MESSAGE_CLASS = 0x001a,
	PR_SUBJECT = 0x0037,
	PR_SUBJECT_PREFIX = 0x003d,
	PR_CLIENT_SUBMIT_TIME = 0x0039,
	PR_SENT_REPRESENTING_ENTRY_ID = 0x0041,
	PR_SENT_REPRESENTING_NAME = 0x0042,
	PR_SENT_REPRESENTING_TYPE = 0x0064,
	PR_SENT_REPRESENTING_ADDRESS = 0x0065,
	PR_TRANSPORT_HEADERS = 0x007d,
	PR_NDR_DIAGNOSTIC = 0x0c05,
	PR_RECIPIENT_TYPE = 0x0c15,
	PR_SENDER_ENTRY_ID = 0x0c19,
	PR_SENDER_NAME = 0x0c1a,
	PR_SENDER_TYPE = 0x0c1e,
	PR_SUPPLEMENTARY_INFO = 0x0c1b,
	PR_SENDER_ADDRESS = 0x0c1f,
	PR_NDR_STATUS = 0x0c20,
	PR_DISPLAY_BCC = 0x0e02,
	PR_DISPLAY_CC = 0x0e03,
	PR_DISPLAY_TO = 0x0e04,
	PR_DELIVERY_TIME = 0x0e06,
	PR_MESSAGE_FLAGS = 0x0e07,
	PR_ENTRY_ID = 0x0fff,
	PR_HAS_ATTACHMENTS = 0x0e1b,
	PR_NORMALIZED_SUBJECT = 0x0e1d,
	PR_BODY = 0x1000,
	PR_RTF = 0x1009,
	PR_HTML = 0x1013,
	PR_ICON_INDEX = 0x1080,
	PR_LAST_VERB = 0x1081,
	PR_FLAG_STATUS = 0x1090,
	PR_DISPLAY_NAME = 0x3001,
	PR_ADDRESS_TYPE = 0x3002,
	PR_ADDRESS = 0x3003,
	PR_CREATION_TIME = 0x3007,
	PR_SMTP_ADDRESS = 0x39fe,
	PR_CREATOR_NAME = 0x3ff8,
	PR_RECIPIENT_ENTRY_ID = 0x5ff7,
	PR_RECIPIENT_NAME = 0x5ff6,
	PR_RECIPIENT_FLAGS = 0x5ffd,
	PR_RECIPIENT_TRACK_STATUS = 0x5fff,
	PR_SENDER_SMTP = 0x5d01,
	PR_SENT_REPRESENTING_SMTP = 0x5d02,
	PR_CREATOR_SMTP = 0x5d0a,
};

#define FLAG_READ   0x01
#define FLAG_UNSENT 0x08

#define RECIPIENT_IS_ORGANIZER 0x02

/* [MS-OXOMSG] 2.2.1.34, last verb executed */
#define VERB_REPLY     102
#define VERB_REPLY_ALL 103
#define VERB_FORWARD   104

/* 2.2.1.10, icon index: what the list shows where the verb isn't kept */
#define ICON_REPLIED   0x105
#define ICON_FORWARDED 0x106

#define FOLLOWUP_FLAGGED 2

/* A mail to more people than this is a broken table. */
#define MAX_RECIPIENTS 100000

static const struct {
	const char *prefix; /* the class itself, or followed by a dot */
	PstKind kind;
} class_kinds[] = {
	{"IPM.Note", PST_KIND_MAIL},
	{"REPORT", PST_KIND_MAIL},
	{"IPM.Schedule.Meeting", PST_KIND_MAIL},
	{"IPM.Contact", PST_KIND_OTHER},
	{"IPM.DistList", PST_KIND_OTHER},
	{"IPM.Appointment", PST_KIND_OTHER},
	{"IPM.OLE.CLASS", PST_KIND_OTHER}, /* an exception of a recurring appointment */
	{"IPM.Task", PST_KIND_OTHER},
	{"IPM.StickyNote", PST_KIND_OTHER},
	{"IPM.Activity", PST_KIND_OTHER},
	{"IPM.Microsoft", PST_KIND_OTHER}, /* views, free/busy times, feeds' settings */
	{"IPM.Configuration", PST_KIND_OTHER},
	{"IPM.MessageManager", PST_KIND_OTHER},
	{"IPM.Rule", PST_KIND_OTHER},
	{"IPM.ExtendedRule", PST_KIND_OTHER},
	{"IPM.AbchPerson", PST_KIND_OTHER},
};

gboolean
pst_item_get_kind_of_class (const char *class, PstKind *kind)
{
	for (gsize i = 0; i < G_N_ELEMENTS (class_kinds); i++) {
		gsize length = strlen (class_kinds[i].prefix);
		if (g_ascii_strncasecmp (class, class_kinds[i].prefix, length) == 0 &&
		    (class[length] == '\0' || class[length] == '.')) {
			*kind = class_kinds[i].kind;
			return TRUE;
		}
	}
	return FALSE;
}

static void
recipient_free (PstRecipient *recipient)
{
	pst_address_free (recipient->address);
	g_free (recipient->failure.text);
	g_free (recipient);
}

/* An unknown class with nothing in it is somebody's settings; without any class it is a
 * message to Outlook too. */
static gboolean
has_something_to_carry (const PstItem *item)
{
	static const guint16 ids[] = {PR_BODY, PR_HTML, PR_RTF, PR_TRANSPORT_HEADERS};

	for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
		if (pst_props_has (item->props, ids[i]))
			return TRUE;
	return *item->class == '\0' || pst_props_get_bool (item->props, PR_HAS_ATTACHMENTS);
}

/* Its text may be right all the same: most pages agree in the letters of ASCII. */
static void
say_codepage (const PstItem *item)
{
	static const guint16 ids[] = {PR_SUBJECT, PR_BODY, PR_SENDER_NAME};
	guint unknown = pst_context_get_unknown_codepage (item->context, item->props);

	for (gsize i = 0; unknown != 0 && i < G_N_ELEMENTS (ids); i++) {
		if (pst_props_get_type (item->props, ids[i]) != PST_TYPE_STRING8)
			continue;
		pst_context_find (item->context, "codepage-unknown",
				  "text in code page %u is read as if it were %u", unknown,
				  item->codepage);
		return;
	}
}

PstItem *
pst_item_open (const PstContext *context, PstNode *node, GError **error)
{
	PstProps *props = pst_props_open (node, error);
	if (props == NULL)
		return NULL;

	PstItem *item = g_new0 (PstItem, 1);
	item->context = context;
	item->node = pst_node_ref (node);
	item->props = props;
	item->codepage = pst_context_get_codepage (context, props);
	say_codepage (item);
	item->class = pst_item_get_text (item, PR_MESSAGE_CLASS);
	if (item->class == NULL)
		item->class = g_strdup ("");
	if (!pst_item_get_kind_of_class (item->class, &item->kind))
		item->kind = has_something_to_carry (item) ? PST_KIND_AS_MAIL : PST_KIND_OTHER;
	return item;
}

void
pst_item_free (PstItem *item)
{
	if (item == NULL)
		return;
	g_free (item->class);
	pst_props_free (item->props);
	pst_node_unref (item->node);
	g_free (item);
}

char *
pst_item_get_text (const PstItem *item, guint16 id)
{
	return pst_context_get_text (item->context, item->props, id, item->codepage);
}

/* [MS-PST] 2.5.3.1.1.1: U+0001 and the length of the prefix, which may be any character. */
char *
pst_item_tidy_subject (const char *text)
{
	if (text[0] != '\1')
		return g_strdup (text);
	return text[1] != '\0' ? g_strdup (g_utf8_next_char (text + 1)) : NULL;
}

char *
pst_item_get_subject (const PstItem *item)
{
	g_autofree char *text = pst_item_get_text (item, PR_SUBJECT);

	if (text != NULL)
		return pst_item_tidy_subject (text);
	g_autofree char *prefix = pst_item_get_text (item, PR_SUBJECT_PREFIX);
	g_autofree char *rest = pst_item_get_text (item, PR_NORMALIZED_SUBJECT);
	return rest != NULL ? g_strconcat (prefix != NULL ? prefix : "", rest, NULL) : NULL;
}

/* --- People ---------------------------------------------------------------- */

static PstAddress *
resolve_recipient (const PstItem *item, const PstProps *row)
{
	const PstContext *context = item->context;
	g_auto (PstPerson) person = {
		.name = pst_context_get_text (context, row, PR_DISPLAY_NAME, item->codepage),
		.type = pst_context_get_text (context, row, PR_ADDRESS_TYPE, item->codepage),
		.value = pst_context_get_text (context, row, PR_ADDRESS, item->codepage),
		.smtp = {pst_context_get_text (context, row, PR_SMTP_ADDRESS, item->codepage)},
		.entry_id = pst_context_get_binary (context, row, PR_ENTRY_ID),
	};

	if (person.name == NULL)
		person.name =
			pst_context_get_text (context, row, PR_RECIPIENT_NAME, item->codepage);
	if (person.entry_id == NULL)
		person.entry_id = pst_context_get_binary (context, row, PR_RECIPIENT_ENTRY_ID);
	return pst_address_resolve (context, &person);
}

/* Above the kind are flags of a message that was sent again. Kind 0 is the author. */
static PstRecipientKind
tidy_kind (gint64 kind)
{
	kind &= 0x0f;
	if (kind == 0 || kind == PST_RECIPIENT_CC || kind == PST_RECIPIENT_BCC)
		return (PstRecipientKind) kind;
	return PST_RECIPIENT_TO;
}

static PstRecipient *
add_recipient (GPtrArray *recipients, PstRecipientKind kind, PstAddress *address)
{
	if (address == NULL)
		return NULL;

	PstRecipient *recipient = g_new0 (PstRecipient, 1);
	recipient->kind = kind;
	recipient->address = address;
	g_ptr_array_add (recipients, recipient);
	return recipient;
}

/* What only meetings have. */
static void
add_response (PstRecipient *recipient, const PstProps *row)
{
	gint64 flags = pst_props_get_int_or (row, PR_RECIPIENT_FLAGS, 0);
	gint64 response = pst_props_get_int_or (row, PR_RECIPIENT_TRACK_STATUS, 0);

	recipient->is_organizer = (flags & RECIPIENT_IS_ORGANIZER) != 0;
	recipient->response = (guint) CLAMP (response, 0, 6);
}

/* What only reports have, most of them for each recipient, some for all. */
static void
add_failure (PstRecipient *recipient, const PstItem *item, const PstProps *row)
{
	const PstProps *const places[] = {row, item->props};
	PstRecipientFailure *failure = &recipient->failure;

	failure->diagnostic = -1;
	for (gsize i = 0; i < G_N_ELEMENTS (places) && !failure->is_failure; i++) {
		failure->status = pst_props_get_int_or (places[i], PR_NDR_STATUS, 0);
		failure->diagnostic = pst_props_get_int_or (places[i], PR_NDR_DIAGNOSTIC, -1);
		failure->text = pst_context_get_text (item->context, places[i],
						      PR_SUPPLEMENTARY_INFO, item->codepage);
		failure->is_failure = failure->status != 0 || failure->diagnostic != -1 ||
				      failure->text != NULL;
	}
}

static gboolean
read_recipient_table (const PstItem *item, guint kinds, GPtrArray *recipients, GError **error)
{
	g_autoptr (PstNode) node =
		pst_node_open_subnode (item->node, PST_NID_RECIPIENT_TABLE, error);
	g_autoptr (PstTable) table = node != NULL ? pst_table_open (node, error) : NULL;
	if (table == NULL)
		return FALSE;

	guint count = pst_table_get_row_count (table);
	if (count > MAX_RECIPIENTS)
		pst_context_find (item->context, "recipients-damaged", "%u of them are too many",
				  count);
	count = MIN (count, MAX_RECIPIENTS);
	for (guint i = 0; i < count; i++) {
		g_autoptr (GError) row_error = NULL;
		g_autoptr (PstProps) row = pst_table_get_row (table, i, &row_error);
		if (row == NULL) {
			pst_context_find (item->context, "recipients-damaged", "row %u: %s", i,
					  row_error->message);
			continue;
		}
		PstRecipientKind kind =
			tidy_kind (pst_props_get_int_or (row, PR_RECIPIENT_TYPE, PST_RECIPIENT_TO));
		PstRecipient *recipient =
			kinds & 1u << kind
				? add_recipient (recipients, kind, resolve_recipient (item, row))
				: NULL;
		if (recipient != NULL)
			add_response (recipient, row);
		if (recipient != NULL && g_ascii_strncasecmp (item->class, "REPORT", 6) == 0)
			add_failure (recipient, item, row);
	}
	const GError *damage = pst_table_get_damage (table);
	if (damage != NULL)
		pst_context_find (item->context, "recipients-damaged", "%s", damage->message);
	return TRUE;
}

/* "Ann; 'bob@example.org'": better than losing the message or its recipients. */
static void
read_display_strings (const PstItem *item, guint kinds, GPtrArray *recipients)
{
	static const struct {
		guint16 id;
		PstRecipientKind kind;
	} lists[] = {{PR_DISPLAY_TO, PST_RECIPIENT_TO},
		     {PR_DISPLAY_CC, PST_RECIPIENT_CC},
		     {PR_DISPLAY_BCC, PST_RECIPIENT_BCC}};

	for (gsize i = 0; i < G_N_ELEMENTS (lists); i++) {
		if ((kinds & 1u << lists[i].kind) == 0)
			continue;
		g_autofree char *text = pst_item_get_text (item, lists[i].id);
		g_auto (GStrv) names = g_strsplit (text != NULL ? text : "", ";", MAX_RECIPIENTS);
		for (char **name = names; *name != NULL; name++) {
			PstPerson person = { .name = g_strstrip (*name) };
			if (**name != '\0')
				add_recipient (recipients, lists[i].kind,
					       pst_address_resolve (item->context, &person));
		}
	}
}

GPtrArray *
pst_item_read_recipients (const PstItem *item, guint kinds)
{
	g_autoptr (GError) error = NULL;
	GPtrArray *recipients = g_ptr_array_new_with_free_func ((GDestroyNotify) recipient_free);

	if (!read_recipient_table (item, kinds, recipients, &error)) {
		/* One that isn't there is none; one whose block isn't there is lost. */
		if (pst_node_has_subnode (item->node, PST_NID_RECIPIENT_TABLE))
			pst_context_find (item->context, "recipients-damaged", "%s",
					  error->message);
		read_display_strings (item, kinds, recipients);
	}
	return recipients;
}

/* Of a message that was written here, who began it is who sent it: if the names agree. */
static char *
get_creator_smtp (const PstItem *item, const char *name)
{
	g_autofree char *creator = pst_item_get_text (item, PR_CREATOR_NAME);

	return name != NULL && g_strcmp0 (creator, name) == 0
		       ? pst_item_get_text (item, PR_CREATOR_SMTP)
		       : NULL;
}

/* Where a person of a message is kept. */
typedef struct {
	guint16 name;
	guint16 type;
	guint16 address;
	guint16 smtp;
	guint16 entry_id;
} PersonIds;

static const PersonIds author_ids = {
	PR_SENT_REPRESENTING_NAME, PR_SENT_REPRESENTING_TYPE, PR_SENT_REPRESENTING_ADDRESS,
	PR_SENT_REPRESENTING_SMTP, PR_SENT_REPRESENTING_ENTRY_ID,
};

static const PersonIds sender_ids = {
	PR_SENDER_NAME, PR_SENDER_TYPE, PR_SENDER_ADDRESS, PR_SENDER_SMTP, PR_SENDER_ENTRY_ID,
};

/* Often only one of the two has an internet address, and they are the same person. */
static void
read_person (const PstItem *item, const PersonIds *ids, const PersonIds *other, PstPerson *person)
{
	g_autofree char *other_address = pst_item_get_text (item, other->address);

	person->name = pst_item_get_text (item, ids->name);
	person->type = pst_item_get_text (item, ids->type);
	person->value = pst_item_get_text (item, ids->address);
	person->smtp[0] = pst_item_get_text (item, ids->smtp);
	person->entry_id = pst_context_get_binary (item->context, item->props, ids->entry_id);
	if (person->smtp[0] == NULL && person->value != NULL && other_address != NULL &&
	    g_ascii_strcasecmp (person->value, other_address) == 0)
		person->smtp[1] = pst_item_get_text (item, other->smtp);
	person->smtp[2] = get_creator_smtp (item, person->name);
}

PstAddress *
pst_item_get_author (const PstItem *item)
{
	g_auto (PstPerson) person = { NULL };

	read_person (item, &author_ids, &sender_ids, &person);
	if (person.name == NULL && person.value == NULL && person.smtp[0] == NULL)
		return pst_item_get_sender (item);
	return pst_address_resolve (item->context, &person);
}

PstAddress *
pst_item_get_sender (const PstItem *item)
{
	g_auto (PstPerson) person = { NULL };

	read_person (item, &sender_ids, &author_ids, &person);
	return pst_address_resolve (item->context, &person);
}

/* --- How it stands --------------------------------------------------------- */

static gboolean
find_time (const PstItem *item, const guint16 *ids, gsize count, gint64 *seconds)
{
	for (gsize i = 0; i < count; i++) {
		guint64 filetime = 0;
		if (pst_props_get_filetime (item->props, ids[i], &filetime) &&
		    pst_time_of_mail (filetime, seconds))
			return TRUE;
	}
	return FALSE;
}

gboolean
pst_item_get_received (const PstItem *item, gint64 *seconds)
{
	static const guint16 ids[] = {PR_DELIVERY_TIME, PR_CLIENT_SUBMIT_TIME};

	return find_time (item, ids, G_N_ELEMENTS (ids), seconds);
}

/* A draft was never sent; the day it was begun is the best its author would expect to see. */
gboolean
pst_item_get_date (const PstItem *item, gint64 *seconds)
{
	static const guint16 ids[] = {PR_CLIENT_SUBMIT_TIME, PR_DELIVERY_TIME, PR_CREATION_TIME};

	return find_time (item, ids, G_N_ELEMENTS (ids), seconds);
}

static gint64
get_last_verb (const PstItem *item)
{
	gint64 icon = pst_props_get_int_or (item->props, PR_ICON_INDEX, 0);

	return pst_props_get_int_or (item->props, PR_LAST_VERB,
				     icon == ICON_REPLIED     ? VERB_REPLY
				     : icon == ICON_FORWARDED ? VERB_FORWARD
							      : 0);
}

guint
pst_item_get_flags (const PstItem *item)
{
	gint64 bits = pst_props_get_int_or (item->props, PR_MESSAGE_FLAGS, 0);
	gint64 verb = get_last_verb (item);
	guint flags = 0;

	if (bits & FLAG_READ)
		flags |= MESSAGE_SEEN;
	if (bits & FLAG_UNSENT)
		flags |= MESSAGE_DRAFT;
	if (verb == VERB_REPLY || verb == VERB_REPLY_ALL)
		flags |= MESSAGE_ANSWERED;
	if (pst_props_get_int_or (item->props, PR_FLAG_STATUS, 0) == FOLLOWUP_FLAGGED)
		flags |= MESSAGE_FLAGGED;
	return flags;
}

static void
add_categories (const PstItem *item, GPtrArray *keywords)
{
	const PstNames *names = pst_store_get_names (item->context->store);
	guint16 id = names != NULL
			     ? pst_names_find_string (names, &pst_names_public_strings, "Keywords")
			     : 0;
	gboolean is_utf16 = FALSE;
	g_autoptr (GError) error = NULL;

	if (id == 0)
		return;
	g_autoptr (GPtrArray) values = pst_props_get_multiple (item->props, id, &is_utf16, &error);
	if (error != NULL)
		pst_context_find (item->context, "property-damaged", "categories: %s",
				  error->message);
	for (guint i = 0; values != NULL && i < values->len; i++) {
		char *text = pst_context_decode (item->context, g_ptr_array_index (values, i),
						 is_utf16, item->codepage);
		if (*text == '\\') /* "\Seen" is a flag, and no category must become one */
			*text = '_';
		g_ptr_array_add (keywords, text);
	}
}

char **
pst_item_get_keywords (const PstItem *item)
{
	GPtrArray *keywords = g_ptr_array_new ();

	if (get_last_verb (item) == VERB_FORWARD)
		g_ptr_array_add (keywords, g_strdup (MESSAGE_KEYWORD_FORWARDED));
	add_categories (item, keywords);
	g_ptr_array_add (keywords, NULL);
	return (char **) g_ptr_array_free (keywords, FALSE);
}
