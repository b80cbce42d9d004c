/* pst-address.c - who wrote and who was written to, as addresses that mail can carry
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-address.h"

#include <string.h>

#include "base/digest.h"
#include "pst/pst-encode.h"

#define PR_SENT_REPRESENTING_TYPE  0x0064
#define PR_SENT_REPRESENTING_VALUE 0x0065
#define PR_SENDER_TYPE             0x0c1e
#define PR_SENDER_VALUE            0x0c1f
#define PR_ADDRESS_TYPE            0x3002
#define PR_ADDRESS_VALUE           0x3003
#define PR_SMTP_ADDRESS            0x39fe
#define PR_SENDER_SMTP             0x5d01
#define PR_SENT_REPRESENTING_SMTP  0x5d02

struct _PstDirectory {
	const PstStore *store;
	const PstCodepages *pages;
	GHashTable *addresses; /* X.500 name in lower case -> addr-spec; NULL until read */
	PstDirectoryNotice notice;
	gpointer notice_data;
};

void
pst_address_clear_person (PstPerson *person)
{
	g_free (person->name);
	g_free (person->type);
	g_free (person->value);
	for (gsize i = 0; i < G_N_ELEMENTS (person->smtp); i++)
		g_free (person->smtp[i]);
	g_clear_pointer (&person->entry_id, g_bytes_unref);
}

void
pst_address_free (PstAddress *address)
{
	if (address == NULL)
		return;
	g_free (address->name);
	g_free (address->address);
	g_free (address);
}

/* --- The form of an address ------------------------------------------------ */

static gboolean
is_domain (const char *text)
{
	gsize length = strlen (text);

	if (length == 0 || length > 255)
		return FALSE;
	if (text[0] == '[')
		return length > 2 && text[length - 1] == ']' &&
		       strspn (text + 1, "0123456789abcdefABCDEFIPv.:") == length - 2;
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '.' && (p == text || p[1] == '.' || p[1] == '\0'))
			return FALSE;
		if (!g_ascii_isalnum (*p) && *p != '.' && *p != '-' && *p != '_')
			return FALSE;
	}
	return TRUE;
}

/* RFC 5322, 3.4.1: dot-atom. Servers also wrote dots at odd places; those need quotes. */
static gboolean
is_dot_atom (const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '.' && (p == text || p[1] == '.' || p[1] == '\0'))
			return FALSE;
		if (!g_ascii_isalnum (*p) && strchr ("!#$%&'*+-/=?^_`{|}~.", *p) == NULL)
			return FALSE;
	}
	return *text != '\0';
}

static char *
quote_local (const char *text)
{
	if (is_dot_atom (text))
		return g_strdup (text);

	GString *quoted = g_string_new ("\"");
	gsize length = strlen (text);
	gboolean is_quoted = length >= 2 && text[0] == '"' && text[length - 1] == '"';
	for (gsize i = is_quoted ? 1 : 0; i < (is_quoted ? length - 1 : length); i++) {
		if (is_quoted && text[i] == '\\' && i + 2 < length)
			i++;
		if (text[i] == '"' || text[i] == '\\')
			g_string_append_c (quoted, '\\');
		g_string_append_c (quoted, text[i]);
	}
	g_string_append_c (quoted, '"');
	return g_string_free (quoted, FALSE);
}

/* Everything that isn't printable ASCII makes a local part of no use; blanks only stand within
 * quotes. */
static gboolean
is_local (const char *text)
{
	gboolean is_quoted = text[0] == '"';

	for (const char *p = text; *p != '\0'; p++)
		if (!g_ascii_isgraph (*p) && !(is_quoted && *p == ' '))
			return FALSE;
	return *text != '\0' && strlen (text) <= 512 &&
	       (is_quoted || strpbrk (text, "<>(),;:@\"") == NULL);
}

char *
pst_address_parse (const char *text)
{
	g_autofree char *copy = g_strdup (text);
	char *start = g_strstrip (copy);

	if (g_ascii_strncasecmp (start, "mailto:", 7) == 0 ||
	    g_ascii_strncasecmp (start, "smtp:", 5) == 0)
		start = strchr (start, ':') + 1;
	gsize length = strlen (start);
	while (length >= 2 && ((start[0] == '<' && start[length - 1] == '>') ||
			       (start[0] == '\'' && start[length - 1] == '\''))) {
		start[length - 1] = '\0';
		start++;
		length -= 2;
	}

	char *at = strrchr (start, '@');
	if (at == NULL)
		return NULL;
	*at = '\0';
	if (!is_local (start))
		return NULL;

	/* An internationalised domain has an ASCII form; a local part has none. */
	g_autofree char *domain =
		g_hostname_is_non_ascii (at + 1) ? g_hostname_to_ascii (at + 1) : g_strdup (at + 1);
	if (domain == NULL || !is_domain (domain))
		return NULL;
	g_autofree char *local = quote_local (start);
	return g_strdup_printf ("%s@%s", local, domain);
}

/* --- Entry ids ------------------------------------------------------------- */

static const guint8 one_off_uid[16] = {0x81, 0x2b, 0x1f, 0xa4, 0xbe, 0xa3, 0x10, 0x19,
				       0x9d, 0x6e, 0x00, 0xdd, 0x01, 0x0f, 0x54, 0x02};
static const guint8 address_book_uid[16] = {0xdc, 0xa7, 0x40, 0xc8, 0xc0, 0x42, 0x10, 0x1a,
					    0xb4, 0xb9, 0x08, 0x00, 0x2b, 0x2f, 0xe1, 0x82};

#define ONE_OFF_IS_UNICODE 0x8000

/* The next terminated string of an entry id; NULL at its end. */
static char *
take_string (const PstContext *context, const guint8 **p, const guint8 *end, gboolean is_utf16)
{
	gsize unit = is_utf16 ? 2 : 1;
	const guint8 *start = *p;
	const guint8 *q = start;

	while ((gsize) (end - q) >= unit && (q[0] != 0 || (is_utf16 && q[1] != 0)))
		q += unit;
	if ((gsize) (end - q) < unit)
		return NULL;
	*p = q + unit;
	return pst_codepage_to_utf8 (context->pages,
				     is_utf16 ? PST_CODEPAGE_UTF16 : context->codepage, start,
				     (gsize) (q - start), NULL, NULL);
}

static void
give (char **place, char *value)
{
	if (*place == NULL && value != NULL && *value != '\0')
		*place = value;
	else
		g_free (value);
}

gboolean
pst_address_parse_entry_id (const PstContext *context, GBytes *bytes, PstPerson *person)
{
	gsize size = 0;
	const guint8 *p = g_bytes_get_data (bytes, &size);
	const guint8 *end = p + size;

	if (size > 24 && memcmp (p + 4, one_off_uid, 16) == 0) {
		gboolean is_utf16 = (pst_file_u16 (p + 22) & ONE_OFF_IS_UNICODE) != 0;
		p += 24;
		give (&person->name, take_string (context, &p, end, is_utf16));
		g_autofree char *type = take_string (context, &p, end, is_utf16);
		g_autofree char *value = take_string (context, &p, end, is_utf16);
		if (type == NULL || value == NULL || person->value != NULL)
			return person->name != NULL;
		g_free (person->type);
		person->type = g_steal_pointer (&type);
		person->value = g_steal_pointer (&value);
		return TRUE;
	}
	if (size > 28 && memcmp (p + 4, address_book_uid, 16) == 0 && person->value == NULL) {
		p += 28;
		g_free (person->type);
		person->type = g_strdup ("EX");
		person->value = take_string (context, &p, end, FALSE);
		return person->value != NULL;
	}
	return FALSE;
}

GPtrArray *
pst_address_split_entry_list (GBytes *list)
{
	GPtrArray *ids = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
	gsize size = 0;
	const guint8 *data = g_bytes_get_data (list, &size);
	gsize at = 8; /* after the count and the size, of which we believe neither */

	while (at + 4 <= size) {
		gsize length = pst_file_u32 (data + at);
		at += 4;
		if (length == 0 || length > size - at)
			break;
		g_ptr_array_add (ids, g_bytes_new_from_bytes (list, at, length));
		at += (length + 3) & ~(gsize)3;
	}
	return ids;
}

/* --- The directory: what the file knows about its people ------------------- */

PstDirectory *
pst_address_directory_new (const PstStore *store, const PstCodepages *pages)
{
	PstDirectory *directory = g_new0 (PstDirectory, 1);

	directory->store = store;
	directory->pages = pages;
	return directory;
}

void
pst_address_directory_free (PstDirectory *directory)
{
	if (directory == NULL)
		return;
	g_clear_pointer (&directory->addresses, g_hash_table_unref);
	g_free (directory);
}

void
pst_address_directory_set_notice (PstDirectory *directory, PstDirectoryNotice notice,
				  gpointer user_data)
{
	directory->notice = notice;
	directory->notice_data = user_data;
}

/* X.500 names are compared without regard to case; other people's findings aren't of interest
 * here. */
static void
learn (PstDirectory *directory, const PstProps *props, guint16 type_id, guint16 value_id,
       guint16 smtp_id)
{
	PstContext quiet = { .pages = directory->pages, .codepage = PST_CODEPAGE_WESTERN };
	g_autofree char *type = pst_context_get_text (&quiet, props, type_id, quiet.codepage);

	if (type == NULL || g_ascii_strcasecmp (type, "EX") != 0)
		return;
	g_autofree char *smtp = pst_context_get_text (&quiet, props, smtp_id, quiet.codepage);
	g_autofree char *address = smtp != NULL ? pst_address_parse (smtp) : NULL;
	g_autofree char *value = pst_context_get_text (&quiet, props, value_id, quiet.codepage);
	if (address == NULL || value == NULL)
		return;

	/* The first one stays, so that the answer depends on the file alone. */
	g_autofree char *key = g_ascii_strdown (value, -1);
	if (!g_hash_table_contains (directory->addresses, key))
		g_hash_table_insert (directory->addresses, g_steal_pointer (&key),
				     g_steal_pointer (&address));
}

static void
learn_from_item (PstDirectory *directory, guint32 nid)
{
	g_autoptr (PstNode) node =
		pst_node_open (pst_store_get_index (directory->store), nid, NULL);
	if (node == NULL)
		return;

	g_autoptr (PstProps) props = pst_props_open (node, NULL);
	if (props != NULL) {
		learn (directory, props, PR_SENDER_TYPE, PR_SENDER_VALUE, PR_SENDER_SMTP);
		learn (directory, props, PR_SENT_REPRESENTING_TYPE, PR_SENT_REPRESENTING_VALUE,
		       PR_SENT_REPRESENTING_SMTP);
	}

	g_autoptr (PstNode) table_node =
		pst_node_open_subnode (node, PST_NID_RECIPIENT_TABLE, NULL);
	g_autoptr (PstTable) table = table_node != NULL ? pst_table_open (table_node, NULL) : NULL;
	for (guint i = 0; table != NULL && i < pst_table_get_row_count (table); i++) {
		g_autoptr (PstProps) row = pst_table_get_row (table, i, NULL);
		if (row != NULL)
			learn (directory, row, PR_ADDRESS_TYPE, PR_ADDRESS_VALUE, PR_SMTP_ADDRESS);
	}
}

static void
read_directory (PstDirectory *directory)
{
	directory->addresses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	if (directory->notice != NULL)
		directory->notice (TRUE, directory->notice_data);
	for (guint i = 0; i < pst_store_get_folder_count (directory->store); i++) {
		guint count = 0;
		const guint32 *items = pst_store_get_items (directory->store, i, &count);
		for (guint k = 0; k < count; k++)
			learn_from_item (directory, items[k]);
	}
	if (directory->notice != NULL)
		directory->notice (FALSE, directory->notice_data);
}

static const char *
look_up (PstDirectory *directory, const char *x500_name)
{
	if (directory == NULL)
		return NULL;
	if (directory->addresses == NULL)
		read_directory (directory);

	g_autofree char *key = g_ascii_strdown (x500_name, -1);
	return g_hash_table_lookup (directory->addresses, key);
}

/* --- The answer ------------------------------------------------------------ */

static char *
invent (const PstPerson *person)
{
	const char *known = person->value != NULL ? person->value : person->name;
	g_autofree char *folded = g_utf8_casefold (known, -1);
	guint8 digest[DIGEST_SIZE];
	char hex[17];

	digest_of (folded, strlen (folded), digest);
	return g_strdup_printf ("%s-%s@unknown.invalid", person->value != NULL ? "x500" : "name",
				digest_to_hex (digest, 8, hex));
}

static char *
find_address (const PstContext *context, const PstPerson *person)
{
	char *address = NULL;
	gboolean is_exchange = person->type != NULL && g_ascii_strcasecmp (person->type, "EX") == 0;

	for (gsize i = 0; i < G_N_ELEMENTS (person->smtp) && address == NULL; i++)
		if (person->smtp[i] != NULL)
			address = pst_address_parse (person->smtp[i]);
	if (address == NULL && person->value != NULL && !is_exchange)
		address = pst_address_parse (person->value);
	if (address == NULL && person->value != NULL && is_exchange)
		address = g_strdup (look_up (context->directory, person->value));
	if (address == NULL && person->name != NULL)
		address = pst_address_parse (person->name);
	return address;
}

/* Outlook puts apostrophes around a name that is an address; a name that repeats the address
 * says nothing. */
static char *
tidy_name (const char *name, const char *address)
{
	if (name == NULL)
		return NULL;

	g_autofree char *copy = g_strstrip (g_strdup (name));
	gsize length = strlen (copy);
	if (length >= 2 && copy[0] == '\'' && copy[length - 1] == '\'') {
		memmove (copy, copy + 1, length - 2);
		copy[length - 2] = '\0';
	}
	return *copy == '\0' || g_ascii_strcasecmp (copy, address) == 0 ? NULL
									: g_steal_pointer (&copy);
}

/* What was meant to be an address and can't be one stands in the name: people may still read it. An
 * X.500 name tells nobody anything. */
static void
keep_value (PstAddress *address, const char *value)
{
	if (value == NULL)
		return;
	if (address->name != NULL && (strchr (value, '@') == NULL || strstr (address->name, value)))
		return;
	g_autofree char *name = g_steal_pointer (&address->name);
	address->name = name != NULL ? g_strdup_printf ("%s (%s)", name, value) : g_strdup (value);
}

PstAddress *
pst_address_resolve (const PstContext *context, const PstPerson *person)
{
	g_auto (PstPerson) full = {.name = g_strdup (person->name),
				   .type = g_strdup (person->type),
				   .value = g_strdup (person->value)};

	for (gsize i = 0; i < G_N_ELEMENTS (full.smtp); i++)
		full.smtp[i] = g_strdup (person->smtp[i]);
	if (person->entry_id != NULL)
		pst_address_parse_entry_id (context, person->entry_id, &full);
	if (full.name == NULL && full.value == NULL && full.smtp[0] == NULL)
		return NULL;

	PstAddress *result = g_new0 (PstAddress, 1);
	result->address = find_address (context, &full);
	if (result->address == NULL) {
		if (full.value == NULL && full.name == NULL)
			full.name = g_strdup (full.smtp[0]);
		result->address = invent (&full);
		result->is_invented = TRUE;
		pst_context_find_once (context, result->address, "address-unknown",
				       "no internet address for %s%s%s",
				       full.name != NULL ? full.name : "",
				       full.name != NULL && full.value != NULL ? ", " : "",
				       full.value != NULL ? full.value : "");
	}
	result->name = tidy_name (full.name, result->address);
	if (result->is_invented)
		keep_value (result, full.value);
	return result;
}

char *
pst_address_format (const PstAddress *address)
{
	if (address->name == NULL)
		return g_strdup (address->address);

	g_autofree char *phrase = pst_encode_phrase (address->name);
	return g_strdup_printf ("%s <%s>", phrase, address->address);
}
