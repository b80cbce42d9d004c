/* pst-envelope.h - the header of a message: what it came with, completed by what Outlook knows
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-item.h"

/* All fields but those of MIME, each line ended by LF. PATH names the item within its file
 * ("0x200024", "0x200024/0x8025"): a Message-ID that has to be made up depends on it and on
 * the search key, so it is the same in every run. Finding: "date-unknown". */
GString *pst_envelope_build (const PstItem *item, const char *path);

/* The message ids in TEXT, "<...>" each, in order: an array of strings. */
GPtrArray *pst_envelope_split_ids (const char *text);
