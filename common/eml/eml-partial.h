/* eml-partial.h - put the attachments back into a message that Apple Mail keeps in pieces
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * In a .partial.emlx a part that was taken out keeps its header, with X-Apple-Content-Length added,
 * and has no body. The bytes are in Attachments/NUMBER/PART/NAME beside Messages, decoded, or, of
 * old versions, in NUMBER.PART.emlxpart beside the message, as they came; PART is numbered as in
 * RFC 3501, 6.4.5. Or they were never fetched from the server.
 */
#pragma once

#include "base/spool.h"

/* Opens the file with the body of part number ("2.1"), to be read; -1: there is none. *is_encoded:
 * it is as it stood in the message. */
typedef int (*EmlPartialOpen) (const char *number, gboolean *is_encoded, gpointer user_data);

typedef struct {
	guint rejoined;
	guint missing;
} EmlPartialCount;

/* Copy the size bytes at offset of fd (borrowed; its position is moved) to out, with every part
 * that open finds in its place. Parts deeper than 32 within each other, and those behind a header
 * of more than 256 KiB, are copied as they are. */
gboolean eml_partial_rejoin (int fd, goffset offset, goffset size, EmlPartialOpen open,
			     gpointer user_data, Spool *out, EmlPartialCount *count,
			     GError **error);
