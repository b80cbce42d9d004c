/* pst-contact.h - contacts and distribution lists as vCards
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-OXOCNTC] on the one side, RFC 6350 on the other.
 */
#pragma once

#include "pst/pst-item.h"

/* Append the card of ITEM, of class IPM.Contact or IPM.DistList, to CARD. What can't be read is
 * left out with a finding: "property-damaged", "address-unknown", "attachment-left-out",
 * "member-left-out", "text-cut". */
void pst_contact_append (const PstItem *item, GString *card);
