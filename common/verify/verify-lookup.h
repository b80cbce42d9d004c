/* verify-lookup.h - which of the messages that are wanted is this one?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A sorted table in a spool, of which only every so many-th key is in memory: there may be as many
 * wanted as there are messages.
 */
#pragma once

#include "verify/verify-index.h"

typedef struct VerifyLookup VerifyLookup;

VerifyLookup *verify_lookup_new (void);
void verify_lookup_free (VerifyLookup *lookup);

/* Enter VERIFY_KEY_SIZE bytes of key with a number; keys need not be different. */
gboolean verify_lookup_add (VerifyLookup *lookup, const guint8 *key, guint32 number,
			    GError **error);

/* Everything is entered. */
gboolean verify_lookup_seal (VerifyLookup *lookup, GError **error);
guint64 verify_lookup_count (const VerifyLookup *lookup);

/* Is there a key that begins with these length bytes? */
gboolean verify_lookup_has (VerifyLookup *lookup, const guint8 *key, gsize length, gboolean *has,
			    GError **error);

/* The number of the first entry of that key which was not taken yet, and take it; *taken is FALSE
 * if there is none. */
gboolean verify_lookup_take (VerifyLookup *lookup, const guint8 *key, guint32 *number,
			     gboolean *taken, GError **error);

/* What nobody has taken, one a call: *left is FALSE at the end. */
gboolean verify_lookup_next_left (VerifyLookup *lookup, guint32 *number, gboolean *left,
				  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VerifyLookup, verify_lookup_free)
