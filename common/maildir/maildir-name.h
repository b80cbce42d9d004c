/* maildir-name.h - what the name of a file in a Maildir says
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Our names are a function of the message and of how often it came, never of time, host or process:
 * a second run finds what the first one delivered.
 */
#pragma once

#include <glib.h>

#include "message/message.h"

/* As many bytes of L0 as a name shows, in hex. */
#define MAILDIR_NAME_DIGEST 20

/* "<epoch or 0>.Q<40 hex>-<copy>.mailferry,S=<size>,W=<virtual size>": the part that never changes.
 * copy counts from 1; virtual_size is the size with every bare LF as CRLF. A date before 1970 is
 * written as 0. Newly allocated. */
char *maildir_name_new (const MessageDate *received, const guint8 *l0, guint copy, goffset size,
			goffset virtual_size);

/* How many LFs in data have no CR before them: what virtual_size adds to the size. last is the byte
 * before data (0 at the beginning) and becomes its last one. */
goffset maildir_name_count_bare_lf (const guint8 *data, gsize length, guint8 *last);

/* "Q<40 hex>-<copy>.mailferry": the name in tmp/. Newly allocated. */
char *maildir_name_new_temporary (const guint8 *l0, guint copy);

/* Was this file in tmp/ made by us? */
gboolean maildir_name_is_temporary (const char *name);

/* How long the unchanging part of any Maildir name is: up to ":2,", ":1," or the end. */
gsize maildir_name_get_base_length (const char *name);

/* The letters behind ":2,"; "" if there are none. */
const char *maildir_name_get_flags (const char *name);

/* The digest and copy number of a name of ours, whatever its date, sizes and flags; *seconds as far
 * as it is a number (else 0). FALSE if it is none of ours. digest has room for MAILDIR_NAME_DIGEST
 * bytes. */
gboolean maildir_name_parse (const char *name, guint8 *digest, guint *copy, guint64 *seconds);
