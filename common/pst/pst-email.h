/* pst-email.h - the e-mail addresses of a contact
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-item.h"

/* Address N of CONTACT, counted from 0 ([MS-OXOCNTC] 2.2.1.2); NULL if it has no such one, or one
 * for a fax, which has a number of its own. Caller frees. Finding: "address-unknown". */
PstAddress *pst_email_read (const PstItem *contact, guint n);

/* All of them as lines of a card; one that is known to an Exchange server only as
 * X-EXCHANGE-ADDRESS. RFC 6350, 6.4.2. */
void pst_email_add (const PstItem *contact, GString *card);
