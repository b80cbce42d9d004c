/* sample-special.h - stores for what an ordinary mailbox has little of
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include "support/pst-writer.h"

/* Mails with 8-bit strings, each in another code page, HTML too. */
void sample_special_add_texts (PstWriter *writer);

/* Mails with RTF: plain RTF, HTML and text inside of RTF, wrapped in each way. */
void sample_special_add_bodies (PstWriter *writer);

/* Contact, distribution list, appointment, meeting request, task, note, journal entry, post; with
 * named properties of their sets and categories. */
void sample_special_add_items (PstWriter *writer);

/* Mails that have been deleted between others that have not, and one that has lost its folder. */
void sample_special_add_deleted (PstWriter *writer);
