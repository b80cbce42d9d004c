/* pst-fields.h - what an item that isn't mail says of itself
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Contacts, appointments and tasks keep nearly everything in numbered named properties. What is
 * absent, of another type or damaged (finding "property-damaged") counts as not there.
 */
#pragma once

#include "pst/pst-item.h"

/* Newly allocated, or NULL. */
char *pst_fields_get_text (const PstItem *item, const PstGuid *set, guint32 number);

/* The same without line ends and blanks around it: where a name is wanted they would be escaped,
 * which is right but ugly. The second is for properties without a name. */
char *pst_fields_get_line (const PstItem *item, const PstGuid *set, guint32 number);
char *pst_fields_get_item_line (const PstItem *item, guint16 id);

GBytes *pst_fields_get_binary (const PstItem *item, const PstGuid *set, guint32 number);

/* The elements of a multiple binary property: an array of GBytes, or NULL. */
GPtrArray *pst_fields_get_list (const PstItem *item, const PstGuid *set, guint32 number);

gint64 pst_fields_get_int_or (const PstItem *item, const PstGuid *set, guint32 number,
			      gint64 fallback);
gboolean pst_fields_get_bool (const PstItem *item, const PstGuid *set, guint32 number);
gboolean pst_fields_get_double (const PstItem *item, const PstGuid *set, guint32 number,
				double *value);

/* Seconds since 1970; FALSE and *seconds untouched if it is no date. The second is for
 * properties without a name. */
gboolean pst_fields_get_time (const PstItem *item, const PstGuid *set, guint32 number,
			      gint64 *seconds);
gboolean pst_fields_get_item_time (const PstItem *item, guint16 id, gint64 *seconds);

/* When the item was changed last, else when it was made. */
gboolean pst_fields_get_changed (const PstItem *item, gint64 *seconds);

/* Categories in their order, NULL-terminated; caller owns. */
char **pst_fields_get_categories (const PstItem *item);

/* The text of the item, or NULL. What is longer than 4 MiB is cut (finding "text-cut"). */
char *pst_fields_get_body (const PstItem *item);

/* A name that stays the same as long as the item does: 16 bytes as a UUID (RFC 9562, 5.8), from
 * the item's search key and its node. Newly allocated. */
char *pst_fields_make_uuid (const PstItem *item);
