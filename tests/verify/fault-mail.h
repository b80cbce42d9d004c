/* fault-mail.h - messages that can be written in many ways, and what may happen to one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

#include "verify/verify-outcome.h"

/* What a message says, and how it is written. */
typedef struct {
	guint number;
	gboolean has_id;
	gboolean is_signed;
	gboolean is_flat; /* no multipart */
	gboolean has_nul; /* in the text, which is then written as it is */
	gboolean has_cr;  /* a bare CR, the same */
	gboolean raw_header; /* the sender's name as raw bytes */
	guint attachments;
	gboolean latin1;     /* the text's charset is ISO-8859-1, else UTF-8 */
	char encoding;       /* of the text: '8', 'q', 'b' */
	char subject_encoding; /* 'q' or 'b' */
	gboolean folded;
	gboolean other_boundary;
	gboolean exchange; /* fields in another order, some added, the date in another zone */
	/* damages */
	gboolean replaced;    /* another attachment */
	guint dropped;        /* attachments that are not there */
	gboolean questioned;  /* letters beyond ASCII are '?' */
	gboolean rewrapped;   /* the text's lines are broken elsewhere */
	gboolean touched;     /* the signed part's header is written in another way */
	gboolean flipped;     /* a letter of the text is another one */
	gboolean flipped_subject;
	gboolean flipped_attachment;
	gboolean flipped_note; /* a letter of a field that only L1 looks at */
} FaultMail;

/* A message of its own for each number, of many kinds. */
void fault_mail_init (FaultMail *mail, GRand *rand, guint number);

/* Its bytes, with LF. */
GString *fault_mail_write (const FaultMail *mail);

typedef enum {
	FAULT_REWRITE, /* says the same: mime-equal */
	FAULT_STORE,   /* what stores do: canonical */
	FAULT_DAMAGE,  /* altered */
	FAULT_PLACE,   /* missing, double, moved, collapsed */
	FAULT_METADATA
} FaultKind;

typedef struct {
	const char *name;
	FaultKind kind;
	/* Can it happen to this one, so that it makes a difference? */
	gboolean (*applies) (const FaultMail *mail);
	gsize sets; /* offset of a gboolean in it that becomes TRUE; 0: none */
	void (*change) (FaultMail *mail); /* before it is written; or NULL */
	void (*spoil) (GString *text);    /* after; or NULL */
	VerifyClass class;                /* of a damage or place */
	VerifyReason reason;              /* of a damage */
	VerifyReason rewritten; /* of what was written anew besides; NONE: the same */
	gboolean needs_header; /* with it the header is another one */
} Fault;

extern const Fault faults[];
extern const guint fault_count;

/* What it does before the message is written. */
void fault_change (const Fault *fault, FaultMail *mail);
