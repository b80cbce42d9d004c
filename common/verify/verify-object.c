/* verify-object.c - remember what servers call a mail, while its messages pass
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-object.h"

#include <string.h>

typedef struct {
	MessageSource source;
	MessageSource *inner;
	VerifyIndex *index;
	guint32 number; /* of the next message */
} ObjectSource;

static guint64
hash_name (const char *name)
{
	guint8 digest[DIGEST_SIZE];
	guint64 hash;

	digest_of (name, strlen (name), digest);
	memcpy (&hash, digest, sizeof hash);
	return hash;
}

static gboolean
object_source_next (MessageSource *source, Message **message, GError **error)
{
	ObjectSource *self = (ObjectSource *) source;
	g_autoptr (Message) next = NULL;

	if (!message_source_next (self->inner, &next, error))
		return FALSE;
	if (next != NULL && next->object != NULL) {
		const VerifyObject object = { .object = hash_name (next->object),
					      .number = self->number };
		if (!verify_index_add_object (self->index, &object, error))
			return FALSE;
	}
	if (next != NULL && !message_is_folder (next))
		self->number++;
	*message = g_steal_pointer (&next);
	return TRUE;
}

static void
object_source_free (MessageSource *source)
{
	message_source_free (((ObjectSource *) source)->inner);
	g_free (source);
}

static const MessageSourceClass object_source_class = {
	.next = object_source_next,
	.free = object_source_free,
};

MessageSource *
verify_object_note (MessageSource *source, VerifyIndex *index)
{
	ObjectSource *self = g_new0 (ObjectSource, 1);

	self->source.class = &object_source_class;
	self->inner = source;
	self->index = index;
	return &self->source;
}
