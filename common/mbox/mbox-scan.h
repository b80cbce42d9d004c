/* mbox-scan.h - find the few places of a mailbox that deserve a closer look
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Nearly all bytes of a mailbox are neither separators nor quoted lines; they are passed over as
 * fast as memory allows.
 */
#pragma once

#include <glib.h>

/* Where in data a line begins (or something after a NUL) with "From ", or a line with '>' and then
 * that; also where it may, data ending too early to say. length if nowhere. data itself is taken to
 * begin inside a line: its first byte is never reported. */
gsize mbox_scan (const guint8 *data, gsize length);

/* Does data begin with "From "? */
gboolean mbox_scan_is_from (const guint8 *data, gsize length);

/* Does data begin with a '>', or several, and then "From ", as far as can be seen? */
gboolean mbox_scan_is_quoted (const guint8 *data, gsize length);
