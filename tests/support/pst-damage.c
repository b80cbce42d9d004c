/* pst-damage.c - damage exactly one part of one item of a file whose truth is known
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "support/pst-damage.h"

#include <errno.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

typedef enum {
	IN_ITSELF,
	IN_ATTACHMENTS,
	IN_EMBEDDED,
	IN_NODE_PAGE,
	IN_BLOCK_PAGE,
	IN_OLD_NODE_PAGE,
	IN_OLD_BLOCK_PAGE,
} Where;

typedef struct {
	const char *name;
	const char *type; /* of the item */
	Where where;
	const char *list; /* member of the truth that has the blocks */
	const char *part; /* which of them */
} Part;

static const Part parts[] = {
	{"properties", "message", IN_ITSELF, "parts", "properties"},
	{"value", "message", IN_ITSELF, "parts", "value"},
	{"list", "message", IN_ITSELF, "parts", "list"},
	{"subnodes", "message", IN_ITSELF, "parts", "subnodes"},
	{"recipients", "message", IN_ITSELF, "recipient_table", "table"},
	{"attachments", "message", IN_ITSELF, "attachment_table", "table"},
	{"attachment", "message", IN_ATTACHMENTS, "parts", "properties"},
	{"attachment-value", "message", IN_ATTACHMENTS, "parts", "value"},
	{"embedded", "message", IN_EMBEDDED, "parts", "properties"},
	{"node-page", "message", IN_NODE_PAGE, NULL, NULL},
	{"block-page", "message", IN_BLOCK_PAGE, NULL, NULL},
	{"old-node-page", "message", IN_OLD_NODE_PAGE, NULL, NULL},
	{"old-block-page", "message", IN_OLD_BLOCK_PAGE, NULL, NULL},
	{"folder", "folder", IN_ITSELF, "properties", "properties"},
	{"hierarchy", "folder", IN_ITSELF, "hierarchy", "table"},
	{"contents", "folder", IN_ITSELF, "contents", "table"},
};

/* What is being looked for, line by line of the truth. */
typedef struct {
	const Part *part;
	gint64 nid;
	gint64 key;    /* what a page must list; -1: not yet known */
	gint64 offset; /* -1: not yet found */
} Search;

static const Part *
find_part (const char *name)
{
	for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
		if (strcmp (parts[i].name, name) == 0)
			return &parts[i];
	return NULL;
}

static gint64
find_in_list (JsonObject *object, const Part *part)
{
	JsonArray *list = json_object_has_member (object, part->list)
				  ? json_object_get_array_member (object, part->list)
				  : NULL;

	for (guint i = 0; list && i < json_array_get_length (list); i++) {
		JsonObject *blocks = json_array_get_object_element (list, i);
		if (strcmp (json_object_get_string_member (blocks, "part"), part->part) == 0)
			return json_object_get_int_member (blocks, "offset");
	}
	return -1;
}

static gint64
find_in_attachments (JsonObject *message, const Part *part)
{
	JsonArray *list = json_object_has_member (message, "attachments")
				  ? json_object_get_array_member (message, "attachments")
				  : NULL;
	gint64 offset = -1;

	for (guint i = 0; list && offset < 0 && i < json_array_get_length (list); i++) {
		JsonObject *attachment = json_array_get_object_element (list, i);
		gboolean has_message = json_object_has_member (attachment, "message");
		if (part->where == IN_ATTACHMENTS)
			offset = find_in_list (attachment, part);
		else if (has_message)
			offset = find_in_list (
				json_object_get_object_member (attachment, "message"), part);
	}
	return offset;
}

static void
look_at_item (Search *search, JsonObject *object)
{
	switch (search->part->where) {
	case IN_ITSELF: search->offset = find_in_list (object, search->part); break;
	case IN_ATTACHMENTS:
	case IN_EMBEDDED: search->offset = find_in_attachments (object, search->part); break;
	case IN_NODE_PAGE:
	case IN_OLD_NODE_PAGE: search->key = search->nid; break;
	case IN_BLOCK_PAGE:
	case IN_OLD_BLOCK_PAGE: search->key = json_object_get_int_member (object, "bid"); break;
	}
}

/* Pages come after all items. */
static void
look_at_page (Search *search, JsonObject *page)
{
	Where where = search->part->where;
	gboolean is_of_nodes = where == IN_NODE_PAGE || where == IN_OLD_NODE_PAGE;
	gboolean is_old = where == IN_OLD_NODE_PAGE || where == IN_OLD_BLOCK_PAGE;
	const char *tree = json_object_get_string_member (page, "tree");

	if (search->key >= 0 && strcmp (tree, is_of_nodes ? "nodes" : "blocks") == 0 &&
	    json_object_get_int_member (page, "level") == 0 &&
	    json_object_has_member (page, "old") == is_old &&
	    search->key >= json_object_get_int_member (page, "first") &&
	    search->key <= json_object_get_int_member (page, "last"))
		search->offset = json_object_get_int_member (page, "offset");
}

static gboolean
search_truth (Search *search, const char *truth_path, GError **error)
{
	g_autoptr (GFile) file = g_file_new_for_path (truth_path);
	g_autoptr (GFileInputStream) bytes = g_file_read (file, NULL, error);
	g_autoptr (GDataInputStream) lines = NULL;
	char *line;

	if (!bytes)
		return FALSE;
	lines = g_data_input_stream_new (G_INPUT_STREAM (bytes));
	while (search->offset < 0 &&
	       (line = g_data_input_stream_read_line (lines, NULL, NULL, error))) {
		g_autofree char *owned = line;
		g_autoptr (JsonNode) node = json_from_string (line, error);
		JsonObject *object;
		const char *type;
		if (!node)
			return FALSE;
		object = json_node_get_object (node);
		type = json_object_get_string_member (object, "type");
		if (strcmp (type, "page") == 0)
			look_at_page (search, object);
		else if (strcmp (type, search->part->type) == 0 &&
			 json_object_get_int_member (object, "nid") == search->nid)
			look_at_item (search, object);
	}
	return TRUE;
}

static gboolean
change_byte (const char *path, gint64 offset, GError **error)
{
	int fd = open (path, O_RDWR | O_CLOEXEC);
	guint8 byte = 0;
	gboolean is_done;

	is_done = fd >= 0 && pread (fd, &byte, 1, (off_t)offset) == 1;
	byte ^= 0x55;
	is_done = is_done && pwrite (fd, &byte, 1, (off_t)offset) == 1;
	if (!is_done)
		g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path,
			     g_strerror (errno));
	if (fd >= 0)
		(void)close (fd); /* one byte has been written or not */
	return is_done;
}

gboolean
pst_damage_item (const char *path, const char *truth_path, guint32 nid, const char *part,
		 guint64 *offset, GError **error)
{
	Search search = {.part = find_part (part), .nid = nid, .key = -1, .offset = -1};

	if (search.part && !search_truth (&search, truth_path, error))
		return FALSE;
	if (search.offset < 0) {
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
			     "%s: item 0x%x has no part \"%s\"", truth_path, nid, part);
		return FALSE;
	}
	if (offset)
		*offset = (guint64)search.offset;
	return change_byte (path, search.offset, error);
}
