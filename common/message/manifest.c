/* manifest.c - a line for every message at the target, with its digests
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/manifest.h"

#include <string.h>

#include "base/safe-file.h"
#include "base/text.h"
#include "message/canonical.h"
#include "message/message-headers.h"
#include "message/message-mime.h"

struct Manifest {
	SafeFile *file;
	Digest chain;
};

static gboolean
put_line (Manifest *manifest, const char *line, GError **error)
{
	gsize length = strlen (line);

	digest_update (&manifest->chain, line, length);
	return safe_file_write (manifest->file, line, length, error);
}

Manifest *
manifest_new (const char *path, const char *tool, const char *source, GError **error)
{
	g_autoptr (Manifest) manifest = g_new0 (Manifest, 1);
	g_autofree char *source_text = text_percent_encode (source, -1, NULL);
	g_autofree char *head = g_strdup_printf (
		"#mail-manifest 1\ttool=%s\tsource=%s\n"
		"#columns\tL0\tL1\tL2\tsize\tdate\tflags\tmessage-id\tfolder\torigin\ttarget\n",
		tool, source_text);

	digest_init (&manifest->chain);
	manifest->file = safe_file_new (path, error);
	if (manifest->file == NULL || !put_line (manifest, head, error))
		return NULL;
	return g_steal_pointer (&manifest);
}

void
manifest_free (Manifest *manifest)
{
	if (manifest == NULL)
		return;
	safe_file_free (manifest->file);
	g_free (manifest);
}

/* A field of its own, never empty. */
static char *
field (const char *text)
{
	if (text == NULL || *text == '\0')
		return g_strdup ("-");
	return text_percent_encode (text, -1, NULL);
}

static void
append_flag (GString *out, const char *name)
{
	g_autofree char *text = text_percent_encode (name, -1, ",");

	if (out->len > 0)
		g_string_append_c (out, ',');
	g_string_append (out, text);
}

static char *
flags_field (const Message *message)
{
	GString *out = g_string_new (NULL);

	for (const MessageFlagNames *row = message_flag_names; row->bit != 0; row++)
		if ((message->flags & row->bit) != 0)
			append_flag (out, row->imap);
	for (gsize i = 0; message->keywords != NULL && message->keywords[i] != NULL; i++)
		append_flag (out, message->keywords[i]);
	if (out->len == 0)
		g_string_append_c (out, '-');
	return g_string_free (out, FALSE);
}

static char *
date_field (const MessageDate *date)
{
	char zone[6];

	if (!date->known)
		return g_strdup ("-");
	return g_strdup_printf ("%" G_GINT64_FORMAT " %s", date->seconds,
				message_date_format_zone (date, zone));
}

static char *
message_id_field (Message *message, GError **error)
{
	gsize length;
	g_autofree guint8 *header = message_headers_read (message->content, MESSAGE_HEADERS_LIMIT,
							  &length, error);

	if (header == NULL)
		return NULL;
	g_autofree char *id = message_headers_get (header, length, "Message-ID");
	g_autofree char *utf8 = id != NULL ? text_to_utf8 (id, strlen (id), NULL) : NULL;
	return field (utf8);
}

/* Decoded now, because the mail may be gone when somebody asks for it. */
static char *
mime_field (Message *message, GError **error)
{
	g_autoptr (MessageMime) mime = NULL;
	guint8 l2[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	if (!message_mime_read (message->content, MESSAGE_MIME_WHOLE, NULL, &mime, error))
		return NULL;
	if (mime == NULL)
		return field (NULL);
	message_mime_digest (mime, TRUE, l2);
	return g_strdup (digest_to_hex (l2, DIGEST_SIZE, hex));
}

char *
manifest_describe (Message *message, const char *target, GError **error)
{
	guint8 l1[DIGEST_SIZE];
	char l0_hex[DIGEST_HEX_SIZE];
	char l1_hex[DIGEST_HEX_SIZE];
	const guint8 *l0 = message_get_l0 (message, error);

	if (l0 == NULL || !canonical_digests (message->content, NULL, l1, error))
		return NULL;
	g_autofree char *l2 = mime_field (message, error);
	g_autofree char *id = l2 != NULL ? message_id_field (message, error) : NULL;
	if (id == NULL)
		return NULL;
	g_autofree char *date = date_field (&message->received);
	g_autofree char *flags = flags_field (message);
	g_autofree char *origin = field (message->origin);
	g_autofree char *target_text = field (target);
	/* The folder's text is escaped already: once more and a reader would see %2541 for %41. */
	return g_strdup_printf ("%s\t%s\t%s\t%" G_GOFFSET_FORMAT "\t%s\t%s\t%s\t%s\t%s\t%s\n",
				digest_to_hex (l0, DIGEST_SIZE, l0_hex),
				digest_to_hex (l1, DIGEST_SIZE, l1_hex), l2,
				message_content_get_size (message->content), date, flags, id,
				message->folder->path, origin, target_text);
}

gboolean
manifest_add (Manifest *manifest, const char *line, GError **error)
{
	return put_line (manifest, line, error);
}

static gboolean
put_remark (Manifest *manifest, const char *kind, const char *origin, const char *reason,
	    GError **error)
{
	g_autofree char *origin_text = field (origin);
	g_autofree char *reason_text = field (reason);
	g_autofree char *line = g_strdup_printf ("#%s\t%s\t%s\n", kind, origin_text, reason_text);

	return put_line (manifest, line, error);
}

gboolean
manifest_add_skipped (Manifest *manifest, const char *origin, const char *reason, GError **error)
{
	return put_remark (manifest, "skipped", origin, reason, error);
}

gboolean
manifest_add_failed (Manifest *manifest, const char *origin, const char *reason, GError **error)
{
	return put_remark (manifest, "failed", origin, reason, error);
}

gboolean
manifest_commit (Manifest *manifest, const ReportCounts *counts, GError **error)
{
	guint8 chain[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	digest_finish (&manifest->chain, chain);
	g_autofree char *line =
		g_strdup_printf ("#end\tannounced=%" G_GUINT64_FORMAT "\temitted=%" G_GUINT64_FORMAT
				 "\tpresent=%" G_GUINT64_FORMAT "\tskipped=%" G_GUINT64_FORMAT
				 "\tfailed=%" G_GUINT64_FORMAT "\tchain=%s\n",
				 counts->announced, counts->emitted, counts->present,
				 counts->skipped, counts->failed,
				 digest_to_hex (chain, DIGEST_SIZE, hex));
	return safe_file_write (manifest->file, line, strlen (line), error) &&
	       safe_file_commit (manifest->file, error);
}
