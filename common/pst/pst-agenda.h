/* pst-agenda.h - which items are to be read, folder by folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Made once, before the first item: folders of the mailbox in their order, each with its items;
 * then what has lost its folder, and what was deleted, in folders of their own. A worker that takes
 * over from one that died needs only a number to go on.
 */
#pragma once

#include "pst/pst-context.h"
#include "pst/pst-outlet.h"
#include "pst/pst-recover.h"

#define PST_AGENDA_NOT_OLD G_MAXUINT32

typedef struct {
	guint32 nid;
	guint32 folder; /* as numbered by the FOLDER packets */
	guint32 old;    /* its number among the recovered, or PST_AGENDA_NOT_OLD */
} PstAgendaEntry;

typedef struct {
	GArray *entries; /* PstAgendaEntry */
	guint64 hidden;  /* items that no folder shows: not entered */
	guint64 outside; /* items outside the mailbox: not entered */
} PstAgenda;

void pst_agenda_init (PstAgenda *agenda);
void pst_agenda_clear (PstAgenda *agenda);

/* Enter everything, and say it: a FOLDER for each, the finding "orphans-left-out", the PLAN.
 * RECOVERY is NULL unless what was deleted is wanted. */
void pst_agenda_make (PstAgenda *agenda, PstContext *context, const PstRecovery *recovery,
		      PstOutlet *outlet);

/* Borrowed; NUMBER is below entries->len. */
const PstAgendaEntry *pst_agenda_get (const PstAgenda *agenda, guint64 number);
