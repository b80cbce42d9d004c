/* store-into.c - put everything below one folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store-into.h"

#include <string.h>

typedef struct {
	MessageSource source;
	MessageSource *inner;
	Folder *into;
	Folder *from; /* the last one met, and what it became: messages come folder by folder */
	Folder *to;
} IntoSource;

static Folder *
move_below (const Folder *into, const Folder *folder)
{
	g_autoptr (GPtrArray) components = g_ptr_array_new ();
	g_autoptr (Folder) inbox = folder_new_inbox ();

	for (gsize i = 0; into->components[i] != NULL; i++)
		g_ptr_array_add (components, into->components[i]);
	for (gsize i = 0; folder->components[i] != NULL && !folder_equal (folder, inbox); i++)
		g_ptr_array_add (components, folder->components[i]);
	g_ptr_array_add (components, NULL);
	return folder_new ((const char *const *) components->pdata, FOLDER_ROLE_NONE);
}

static gboolean
into_source_next (MessageSource *source, Message **message, GError **error)
{
	IntoSource *self = (IntoSource *) source;

	if (!message_source_next (self->inner, message, error))
		return FALSE;
	if (*message == NULL)
		return TRUE;

	Folder *folder = (*message)->folder;
	if (self->from == NULL || !folder_equal (self->from, folder)) {
		folder_unref (self->from);
		folder_unref (self->to);
		self->from = folder_ref (folder);
		self->to = move_below (self->into, folder);
	}
	(*message)->folder = folder_ref (self->to);
	folder_unref (folder);
	return TRUE;
}

static void
into_source_free (MessageSource *source)
{
	IntoSource *self = (IntoSource *) source;

	message_source_free (self->inner);
	folder_unref (self->into);
	folder_unref (self->from);
	folder_unref (self->to);
	g_free (self);
}

static const MessageSourceClass into_source_class = {
	.next = into_source_next,
	.free = into_source_free,
};

MessageSource *
store_into_new (MessageSource *source, Folder *into)
{
	IntoSource *self = g_new0 (IntoSource, 1);

	self->source.class = &into_source_class;
	self->inner = source;
	self->into = folder_ref (into);
	return &self->source;
}
