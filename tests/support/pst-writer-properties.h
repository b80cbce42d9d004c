/* pst-writer-properties.h - a list of properties to give a message beside the usual ones
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include "support/pst-writer.h"

/* id is the property's own, or one from pst_writer_add_named_property. */
typedef struct PstWriterProperties PstWriterProperties;

PstWriterProperties *pst_writer_properties_new (void);
void pst_writer_properties_free (PstWriterProperties *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstWriterProperties, pst_writer_properties_free)

/* text: UTF-8; seconds: Unix time; texts: ends with NULL. Bytes are copied. */
void pst_writer_properties_add (PstWriterProperties *list, guint16 id, guint16 type,
				const void *bytes, gsize length);
void pst_writer_properties_add_text (PstWriterProperties *list, guint16 id, const char *text);
void pst_writer_properties_add_texts (PstWriterProperties *list, guint16 id,
				      const char *const *texts);
void pst_writer_properties_add_number (PstWriterProperties *list, guint16 id, guint32 number);
void pst_writer_properties_add_flag (PstWriterProperties *list, guint16 id, gboolean flag);
void pst_writer_properties_add_time (PstWriterProperties *list, guint16 id, gint64 seconds);
void pst_writer_properties_add_double (PstWriterProperties *list, guint16 id, double number);

/* For "extra"; borrowed, until the next addition. */
const PstWriterProperty *pst_writer_properties_get (const PstWriterProperties *list, gsize *n);
