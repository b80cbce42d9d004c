/* eml-foreign.h - files called .eml that are no mail as it is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * As mail they would arrive without a header that anybody can read, and look as if they had come
 * whole.
 */
#pragma once

#include <glib.h>

/* So many bytes of the beginning are worth a look. */
#define EML_FOREIGN_LOOK 4096

/* What the file that begins with data is instead, and the way out; NULL: nothing speaks against
 * mail. whole: data is all of it. */
const char *eml_foreign_recognise (const guint8 *data, gsize length, gboolean whole);
