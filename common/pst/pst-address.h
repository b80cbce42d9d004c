/* pst-address.h - who wrote and who was written to, as addresses that mail can carry
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Behind an Exchange server people have X.500 names instead of addresses. The address is looked
 * for in the item's own properties, then in all recipient tables of the file; if nobody knows
 * it, the name stays and the address is one under .invalid (RFC 2606), which nothing will ever
 * deliver to.
 */
#pragma once

#include "pst/pst-context.h"

/* What the properties say about one person; UTF-8, NULL where absent. */
typedef struct {
	char *name;
	char *type;    /* "SMTP", "EX" */
	char *value;   /* an address of that type */
	char *smtp[3]; /* properties meant to hold an internet address, best first */
	GBytes *entry_id;
} PstPerson;

void pst_address_clear_person (PstPerson *person);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PstPerson, pst_address_clear_person)

typedef struct {
	char *name;           /* display name, UTF-8; NULL if it says no more than the address */
	char *address;        /* addr-spec */
	gboolean is_invented; /* under .invalid */
} PstAddress;

void pst_address_free (PstAddress *address);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstAddress, pst_address_free)

/* The best address for PERSON; NULL if there is neither name nor address. Finding:
 * "address-unknown", once for each person an item doesn't know the address of. */
PstAddress *pst_address_resolve (const PstContext *context, const PstPerson *person);

/* "Name <local@domain>", ready for a header field. Newly allocated. */
char *pst_address_format (const PstAddress *address);

/* The bare local@domain within TEXT (blanks, angle brackets and quotes around it are taken
 * off); NULL if it is none: one '@', a domain of letters, digits, dots and hyphens or a
 * literal, no blank outside quotes. Newly allocated. */
char *pst_address_parse (const char *text);

/* Name, type and address from a one-off entry id ([MS-OXCDATA] 2.2.5.1), or type EX and the
 * X.500 name from one of the address book (2.2.5.2). FALSE if BYTES is neither. Fills what
 * PERSON lacks. */
gboolean pst_address_parse_entry_id (const PstContext *context, GBytes *bytes, PstPerson *person);

/* The entry ids in a FLATENTRYLIST (2.3.3): an array of GBytes. */
GPtrArray *pst_address_split_entry_list (GBytes *list);

/* All pairs of X.500 name and internet address in the file's recipient tables and senders.
 * Read at the first question: most files never ask. Owned by the caller; the store must
 * outlive it. */
PstDirectory *pst_address_directory_new (const PstStore *store, const PstCodepages *pages);
void pst_address_directory_free (PstDirectory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstDirectory, pst_address_directory_free)

/* Told before (TRUE) and after (FALSE) the file is read for the directory. */
typedef void (*PstDirectoryNotice) (gboolean is_reading, gpointer user_data);
void pst_address_directory_set_notice (PstDirectory *directory, PstDirectoryNotice notice,
				       gpointer user_data);
