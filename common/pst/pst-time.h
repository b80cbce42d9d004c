/* pst-time.h - Outlook's dates
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

/* A FILETIME (100 ns since 1601 UTC) as seconds since 1970. FALSE for the values that mean "no
 * date" (0, and the year 4501 that Outlook uses) and for what is beyond the year 9999. */
gboolean pst_time_from_filetime (guint64 filetime, gint64 *seconds);

/* The same for when a message was sent, received or written: what is before 1970-01-02 is no date
 * either. People are born earlier, mail isn't: there it is a clock that nobody set, or the year
 * 1601 that a FILETIME begins with. */
gboolean pst_time_of_mail (guint64 filetime, gint64 *seconds);

/* "Thu, 29 Nov 2001 22:33:52 +0000" (RFC 5322, 3.3), newly allocated; NULL before the year 1
 * or after 9999. */
char *pst_time_format (gint64 seconds);
