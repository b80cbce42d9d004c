/* sample-account.h - the mailbox of Ann Example, for the demonstration
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include "support/pst-writer.h"

/* Add Ann's folders and messages to a new store. Always the same. */
void sample_account_add (PstWriter *writer);

/* Bytes that don't compress and depend on offset and seed (a guint32 *) only; for attachments. */
void sample_account_noise (guint64 offset, guint8 *buffer, gsize length, gpointer seed);
