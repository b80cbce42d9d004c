/* pst-headers.h - the header a message came with, made fit to stand above a new body
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Outlook keeps the header as it arrived, or something that once was one. Its MIME fields
 * describe a body that exists no more; everything else stays as it is.
 */
#pragma once

#include <glib.h>

/* The fields of TEXT that are worth keeping, each ended by LF; empty if there are none. Left
 * out: MIME fields, lengths, "Microsoft Mail Internet Headers", From_ lines, and everything
 * from the first empty line on, which belongs to the parts of the old body. A line that is
 * neither a field nor a continuation becomes a continuation; one longer than 998 octets is
 * folded. NULs vanish. */
GString *pst_headers_clean (const char *text, gsize length);

/* May a field of that name stand above a new body: printable ASCII without a colon (RFC 5322,
 * 3.6.8), and none of those that pst_headers_clean() leaves out? */
gboolean pst_headers_may_have (const char *name);

/* Is there a field of that name (any case) among cleaned fields? */
gboolean pst_headers_have (const GString *fields, const char *name);

/* The Content-* fields that a MIME entity begins with, each line ended by LF, and where its
 * body begins. NULL if DATA doesn't begin with such fields, a Content-Type among them, and an
 * empty line after them. */
GString *pst_headers_take_entity (const char *data, gsize length, gsize *body);
