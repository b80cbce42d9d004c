/* pst-component.h - what events, tasks and journal entries have in common
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 5545, built with libical. Only the zones' own rules are ever asked for, never libical's
 * data base, so no file is opened.
 */
#pragma once

#include <libical/ical.h>

#include "pst/pst-item.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (icalcomponent, icalcomponent_free)

/* To be called once, before the reader locks itself in: libical looks at the system's zones when
 * it is first used. */
void pst_component_prepare (void);

/* A component with UID, DTSTAMP, CREATED, LAST-MODIFIED, SUMMARY, DESCRIPTION, CATEGORIES, CLASS
 * and PRIORITY of the item. DTSTAMP is the last change, since nothing here may depend on the
 * clock; SINCE stands in for it. */
icalcomponent *pst_component_new (const PstItem *item, icalcomponent_kind kind, const char *uid,
				  gint64 since);

/* Nothing for NULL and "". */
void pst_component_add_text (icalcomponent *component, icalproperty_kind kind, const char *text);
void pst_component_add_x (icalcomponent *component, const char *name, const char *text);

/* libical writes no time after the year 3000 (as of 3.0); such a one is left out below. */
gboolean pst_component_can_say (gint64 seconds);

/* An instant, in UTC. Seconds since 1970. */
void pst_component_add_utc (icalcomponent *component, icalproperty_kind kind, gint64 seconds);

/* What the clock and the calendar on the wall say: with a zone's name, or a bare day. Seconds
 * since 1970, on that clock. */
void pst_component_add_local (icalcomponent *component, icalproperty_kind kind, gint64 seconds,
			      const char *zone_id);
void pst_component_add_day (icalcomponent *component, icalproperty_kind kind, gint64 seconds);

/* ATTENDEE or ORGANIZER with the person's name; NULL if there is no real address (then the name
 * is all that is known) and an invented one isn't ACCEPTED. Owned by the component. */
icalproperty *pst_component_add_person (icalcomponent *component, icalproperty_kind kind,
					const PstAddress *person, gboolean accept_invented);

/* The line of a rule (FREQ=...); FALSE if libical finds it wrong. */
gboolean pst_component_add_rule (icalcomponent *component, const char *rule);

/* The item's attachments as ATTACH, within bounds (finding "attachment-left-out"). Embedded
 * items are left to the caller. */
void pst_component_add_attachments (icalcomponent *component, const PstItem *item,
				    GPtrArray *attachments);

/* Append its lines. */
void pst_component_print (icalcomponent *component, GString *text);
