/* pst-attendee.h - who calls a meeting, who is asked to come, and what they answered
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-component.h"

/* What a message about a meeting wants programs to do (RFC 5546, 1.4). */
typedef enum {
	PST_METHOD_NONE, /* an entry of somebody's calendar */
	PST_METHOD_REQUEST,
	PST_METHOD_CANCEL,
	PST_METHOD_REPLY,
	PST_METHOD_COUNTER, /* an answer that would rather have another time */
} PstMethod;

/* By its class and, for an answer, whether it proposes a time. */
PstMethod pst_attendee_get_method (const PstItem *item);

/* "REQUEST" and so on; NULL for none. */
const char *pst_attendee_get_method_name (PstMethod method);

/* ORGANIZER and ATTENDEE: all who are invited, or, in an answer, only who gives it. An entry of a
 * calendar has them only if it is a meeting, and only those whose address is known. */
void pst_attendee_add_all (icalcomponent *component, const PstItem *item, PstMethod method);
