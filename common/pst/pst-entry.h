/* pst-entry.h - what a message says to calendars and address books, as parts of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-item.h"
#include "pst/pst-part.h"

/* What a message about a meeting asks for, as text/calendar with its method (RFC 5546, RFC 6047);
 * NULL if ITEM is no such message or doesn't say when the meeting is. */
PstPart *pst_entry_new_invitation (const PstItem *item);

/* A contact, distribution list, appointment, task, note or journal entry that hangs on a message:
 * text/vcard or text/calendar, as a file. *IS_WHOLE is FALSE if an attachment or some of the text
 * has no place there: then the item is to be carried in another form too. NULL if ITEM is none of
 * these. */
PstPart *pst_entry_new_file (const PstItem *item, gboolean *is_whole);
