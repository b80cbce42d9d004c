/* pst-member.h - who is on a distribution list
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-item.h"

/* A line in CARD for each member of LIST whose address is known (RFC 6350, 6.6.5), whether it is
 * kept in the list, or in the contact or address book that the list names. Findings:
 * "member-left-out", "address-unknown". */
void pst_member_add (const PstItem *list, GString *card);
