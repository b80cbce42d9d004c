/* pst-report.h - delivery reports and receipts: the part of them that programs read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Outlook takes such a message apart when it arrives: what is left are properties of the item and
 * of its recipients.
 */
#pragma once

#include "pst/pst-item.h"

/* The fields of a message/delivery-status (RFC 3464) or message/disposition-notification (RFC
 * 8098), as its class says, in lines of ASCII ended by LF; *type is "delivery-status" or
 * "disposition-notification". NULL if ITEM is no report or nothing is known of whom it is about.
 * Newly allocated. */
GString *pst_report_build (const PstItem *item, const char **type);
