/* pst-names.h - named properties: which id a (property set, name) pair has in this file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Ids from 0x8000 up are given out by each file anew ([MS-PST] 2.4.7). Two sets may use the same
 * number, so a name is only a name together with the GUID of its set.
 */
#pragma once

#include "pst/pst-props.h"

typedef struct _PstNames PstNames;

/* The map of node 0x61. */
PstNames *pst_names_open (const PstIndex *index, GError **error);
void pst_names_free (PstNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstNames, pst_names_free)

/* Property sets, in file byte order. */
typedef struct {
	guint8 bytes[16];
} PstGuid;

extern const PstGuid pst_names_mapi;             /* PS_MAPI */
extern const PstGuid pst_names_public_strings;   /* PS_PUBLIC_STRINGS: Keywords */
extern const PstGuid pst_names_internet_headers; /* PS_INTERNET_HEADERS */
extern const PstGuid pst_names_common; /* PSETID_Common: 0x8530 flag request, 0x8506 private... */
extern const PstGuid pst_names_appointment; /* PSETID_Appointment */
extern const PstGuid pst_names_address;     /* PSETID_Address */
extern const PstGuid pst_names_task;        /* PSETID_Task */
extern const PstGuid pst_names_log;         /* PSETID_Log */
extern const PstGuid pst_names_note;        /* PSETID_Note */
extern const PstGuid pst_names_meeting;     /* PSETID_Meeting */

/* The id of a numbered or spelled name; 0 if this file has none. NAME is compared without regard to
 * ASCII case. */
guint16 pst_names_find_number (const PstNames *names, const PstGuid *set, guint32 number);
guint16 pst_names_find_string (const PstNames *names, const PstGuid *set, const char *name);

/* All spelled names of a set, one at a call, in the file's order: UTF-8, borrowed, and the id it
 * has; NULL after the last. *at is 0 at first and ours from then on. */
const char *pst_names_next_string (const PstNames *names, const PstGuid *set, guint *at,
				   guint16 *id);
