/* imap-offer.h - what of the messages that wait is to be sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Of those that wait for a mailbox, some are there, some cannot be sent, some are in doubt because
 * something like them is there: then whole messages are compared. What is left is offered to the
 * server, as one parcel.
 */
#pragma once

#include "imap/imap-window.h"

typedef struct {
	ImapWindow *window;
	const ImapBoxContext *context;
	ImapBox *box;         /* that it is for */
	GPtrArray *undecided; /* of ImapItem: taken, not yet sorted out */
	ImapParcel *parcel;   /* what is to be sent; NULL: nothing taken */
	ImapParcel *ahead;    /* what is to be sent before, being announced; NULL: nothing */
} ImapOffer;

/* window is borrowed. */
ImapOffer *imap_offer_new (ImapWindow *window);
void imap_offer_free (ImapOffer *offer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapOffer, imap_offer_free)

/* The next parcel for box, empty if nothing is to be sent now; until imap_offer_send. *any: some
 * were taken. *careful: they are to be sent by themselves. */
gboolean imap_offer_next (ImapOffer *offer, ImapBox *box, gboolean *any, gboolean *careful,
			  GError **error);

/* Send it. With more to come soon it is only announced, while the one announced before is sent. */
gboolean imap_offer_send (ImapOffer *offer, gboolean more, GError **error);

/* The connection broke: what was not announced waits again; an announced parcel is added to
 * parcels, referred to. */
void imap_offer_return (ImapOffer *offer, GPtrArray *parcels);
