/* pst-body.c - the text of a message in the forms Outlook keeps it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-body.h"

#include <string.h>

#include "pst/pst-lzfu.h"
#include "pst/pst-rtf.h"

enum {
	PR_RTF_IN_SYNC = 0x0e1f,
	PR_BODY = 0x1000,
	PR_REPORT_TEXT = 0x1001,
	PR_RTF = 0x1009,
	PR_HTML = 0x1013,
	PR_NATIVE_BODY = 0x1016,
	PR_INTERNET_CPID = 0x3fde,
};

/* [MS-OXBBODY] 2.1.3.1 */
#define NATIVE_UNDEFINED 0
#define NATIVE_PLAIN     1
#define NATIVE_RTF       2

#define CODEPAGE_HZ 52936

/* Browsers look no further either (HTML, 13.2.3.2, says 1024; Outlook puts styles before it). */
#define META_WITHIN 8192

/* CRLF and CR as LF, in place. Safe in every code page Windows has for text: no trail byte is
 * a control. */
static gsize
unify_line_ends (char *text, gsize length)
{
	gsize kept = 0;

	for (gsize i = 0; i < length; i++) {
		if (text[i] != '\r')
			text[kept++] = text[i];
		else if (i + 1 == length || text[i + 1] != '\n')
			text[kept++] = '\n';
	}
	return kept;
}

static GBytes *
finish (char *text, gsize length)
{
	length = unify_line_ends (text, length);
	if (length > 0)
		return g_bytes_new_take (text, length);
	g_free (text);
	return NULL;
}

static const char *
find_nocase (const char *text, gsize length, const char *word)
{
	gsize n = strlen (word);

	for (gsize i = 0; i + n <= length; i++)
		if (g_ascii_strncasecmp (text + i, word, n) == 0)
			return text + i;
	return NULL;
}

/* Both <meta charset=x> and <meta http-equiv=... content="text/html; charset=x">. */
guint
pst_body_find_meta_codepage (const guint8 *html, gsize length)
{
	const char *text = (const char *) html;
	const char *end = text + MIN (length, META_WITHIN);

	while ((text = find_nocase (text, (gsize) (end - text), "<meta")) != NULL) {
		const char *close = memchr (text, '>', (gsize) (end - text));
		if (close == NULL)
			return 0;
		const char *name = find_nocase (text, (gsize) (close - text), "charset");
		text = close;
		if (name == NULL)
			continue;
		name += strlen ("charset");
		while (name < close && strchr (" =\"'\t\r\n", *name) != NULL && *name != '\0')
			name++;
		gsize n = 0;
		while (name + n < close &&
		       (g_ascii_isalnum (name[n]) || strchr ("-_.:+", name[n]) != NULL) &&
		       name[n] != '\0')
			n++;
		guint codepage = pst_codepage_from_charset (name, n);
		if (codepage != 0)
			return codepage;
	}
	return 0;
}

/* HZ is 7-bit, and goes as it is to whoever can read it, where our system can't. */
static gboolean
is_hz (guint codepage, const guint8 *data, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (data[i] >= 0x80)
			return FALSE;
	return codepage == CODEPAGE_HZ;
}

static gboolean
is_exact_in (const PstItem *item, guint codepage, const guint8 *data, gsize length)
{
	gboolean is_exact = FALSE;
	g_autofree char *text = pst_codepage_to_utf8 (item->context->pages, codepage, data, length,
						      NULL, &is_exact);

	return is_exact;
}

static gboolean
has_prefix (const guint8 *data, gsize length, const char *prefix, gsize n)
{
	return length >= n && memcmp (data, prefix, n) == 0;
}

/* What the page says of itself, then what Outlook says of it, then what the item's strings are
 * in: the first under which every byte makes sense. */
static guint
find_html_codepage (const PstItem *item, const guint8 *data, gsize length)
{
	guint stated = (guint)pst_props_get_int_or (item->props, PR_INTERNET_CPID, 0);
	guint candidates[] = {pst_body_find_meta_codepage (data, length), stated, item->codepage};

	if (has_prefix (data, length, "\xef\xbb\xbf", 3))
		return PST_CODEPAGE_UTF8;
	if (has_prefix (data, length, "\xff\xfe", 2))
		return PST_CODEPAGE_UTF16;
	for (gsize i = 0; i < G_N_ELEMENTS (candidates); i++)
		if (candidates[i] != 0 && candidates[i] != PST_CODEPAGE_UTF16 &&
		    (is_hz (candidates[i], data, length) ||
		     is_exact_in (item, candidates[i], data, length)))
			return candidates[i];

	pst_context_find (item->context, "charset-doubtful",
			  "HTML isn't in code page %u as it says",
			  candidates[0] != 0 ? candidates[0] : stated);
	return is_exact_in (item, PST_CODEPAGE_UTF8, data, length) ? PST_CODEPAGE_UTF8
								   : PST_CODEPAGE_WESTERN;
}

static GBytes *
read_html_bytes (const PstItem *item, const char **charset, GError **error)
{
	g_autoptr (GBytes) bytes = pst_props_get_binary (item->props, PR_HTML, error);
	gsize length = 0;

	if (bytes == NULL)
		return NULL;
	const guint8 *data = g_bytes_get_data (bytes, &length);
	while (length > 0 && data[length - 1] == '\0') /* some programs count the terminator */
		length--;

	guint codepage = find_html_codepage (item, data, length);
	*charset = codepage != PST_CODEPAGE_UTF16 ? pst_codepage_get_charset (codepage) : NULL;
	if (*charset != NULL)
		return finish (g_memdup2 (data, length), length);

	*charset = "utf-8";
	char *text =
		pst_codepage_to_utf8 (item->context->pages, codepage, data, length, &length, NULL);
	return finish (text, length);
}

static GBytes *
read_rtf_bytes (const PstItem *item, GError **error)
{
	g_autoptr (GBytes) stored = pst_props_get_binary (item->props, PR_RTF, error);
	gsize length = 0;

	if (stored == NULL)
		return NULL;
	const guint8 *data = g_bytes_get_data (stored, &length);
	return pst_lzfu_decompress (data, length, PST_PROPS_MAX_VALUE, error);
}

PstBodyRtf
pst_body_look_at_rtf (const PstItem *item)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) bytes = read_rtf_bytes (item, &error);
	g_auto (PstRtf) rtf = {0};
	gsize length = 0;

	if (error != NULL)
		pst_context_find (item->context, "rtf-damaged", "%s", error->message);
	if (bytes == NULL)
		return (PstBodyRtf){ 0 };
	const guint8 *data = g_bytes_get_data (bytes, &length);
	pst_rtf_read (&rtf, item->context->pages, data, length, item->codepage);
	return (PstBodyRtf){
		.has_html = rtf.kind == PST_RTF_HTML && !rtf.is_blank,
		.has_text = rtf.kind != PST_RTF_HTML && !rtf.is_blank,
		.has_file = rtf.kind == PST_RTF_NATIVE && (!rtf.is_blank || rtf.has_objects),
	};
}

gboolean
pst_body_may_be_native_rtf (const PstItem *item)
{
	gint64 native = pst_props_get_int_or (item->props, PR_NATIVE_BODY, 0);

	return native == NATIVE_RTF || native == NATIVE_UNDEFINED;
}

gboolean
pst_body_is_rtf_outdated (const PstItem *item)
{
	return pst_props_get_int_or (item->props, PR_NATIVE_BODY, 0) == NATIVE_PLAIN &&
	       pst_props_has (item->props, PR_RTF_IN_SYNC) &&
	       !pst_props_get_bool (item->props, PR_RTF_IN_SYNC);
}

static GBytes *
read_rtf_as (const PstItem *item, PstBodyKind kind, const char **charset, GError **error)
{
	g_autoptr (GBytes) bytes = read_rtf_bytes (item, error);
	g_auto (PstRtf) rtf = {0};
	gsize length = 0;

	if (bytes == NULL || kind == PST_BODY_RTF_FILE)
		return g_steal_pointer (&bytes);
	const guint8 *data = g_bytes_get_data (bytes, &length);
	pst_rtf_read (&rtf, item->context->pages, data, length, item->codepage);
	*charset = "utf-8";
	return finish (g_steal_pointer (&rtf.text), rtf.length);
}

GBytes *
pst_body_read (const PstItem *item, PstBodyKind kind, const char **charset, GError **error)
{
	guint16 id = kind == PST_BODY_PLAIN  ? PR_BODY
		     : kind == PST_BODY_HTML ? PR_HTML
					     : PR_REPORT_TEXT;
	gboolean is_utf16 = FALSE;
	gboolean is_exact = TRUE;
	gsize length = 0;

	if (kind >= PST_BODY_RTF_HTML)
		return read_rtf_as (item, kind, charset, error);
	if (kind == PST_BODY_HTML && pst_props_get_type (item->props, id) == PST_TYPE_BINARY)
		return read_html_bytes (item, charset, error);

	g_autoptr (GError) local_error = NULL;
	g_autoptr (GBytes) bytes =
		pst_props_get_string (item->props, id, &is_utf16, &local_error);
	if (bytes == NULL && local_error == NULL && pst_props_has (item->props, id))
		g_set_error (&local_error, PST_ERROR, PST_ERROR_DAMAGED,
			     "property 0x%04x is of type 0x%04x", id,
			     pst_props_get_type (item->props, id));
	if (local_error != NULL)
		g_propagate_error (error, g_steal_pointer (&local_error));
	if (bytes == NULL)
		return NULL;
	const void *data = g_bytes_get_data (bytes, &length);
	guint codepage = is_utf16 ? PST_CODEPAGE_UTF16 : item->codepage;
	char *text = pst_codepage_to_utf8 (item->context->pages, codepage, data, length, &length,
					   &is_exact);
	if (!is_exact)
		pst_context_find (item->context, "charset-doubtful",
				  "some of the text isn't in code page %u", codepage);
	*charset = "utf-8";
	return finish (text, length);
}
