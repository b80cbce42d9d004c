/* verify-order.h - what matching looks at of a message, and by what it is compared
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/sorter.h"
#include "verify/verify-index.h"

/* A message, as far as its content is known by now. */
typedef struct {
	guint8 key[VERIFY_KEY_SIZE]; /* L1; later L0, L2 */
	guint64 first;               /* the beginning of L0; later the Message-ID's hash, or 0 */
	guint64 second;              /* later that of the other header fields, or 0 */
	gint64 date;
	guint32 number;
	guint32 folder;
	guint32 keywords;
	guint8 flags;
	guint8 traits; /* VerifyTraits */
	guint8 marks;  /* VerifyMarks */
} VerifyEntry;

typedef enum {
	VERIFY_MARK_KEY = 1 << 0,  /* there is a key */
	VERIFY_MARK_COPY = 1 << 1, /* another of the same content and folder has been found */
	VERIFY_MARK_LOOK = 1 << 2, /* worth looking closer at */
	VERIFY_MARK_LIKE = 1 << 3  /* its like is at the other side, in whatever folder */
} VerifyMarks;

/* By what entries are compared, in this order. */
typedef struct {
	const guint32 *places; /* of the folders of this side; NULL: anywhere */
	gboolean key;
	gboolean first;
	gboolean second;
	gboolean metadata;
} VerifyOrder;

/* Has it what the order asks for? */
gboolean verify_order_applies (const VerifyOrder *order, const VerifyEntry *entry);

/* < 0, 0 or > 0; each entry is placed by the order of its side. */
int verify_order_compare (const VerifyOrder *order_a, const VerifyEntry *a,
			  const VerifyOrder *order_b, const VerifyEntry *b);

/* A sorter of entries by order (borrowed), then metadata, then number. */
Sorter *verify_order_sorter_new (const VerifyOrder *order);
