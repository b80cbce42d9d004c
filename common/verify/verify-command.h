/* verify-command.h - a comparison as what one types to have it made again
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/message-filter.h"
#include "verify/verify-run.h"

/* Everything is borrowed. */
typedef struct {
	const char *source; /* the operands as the user gave them */
	const char *target;
	gboolean has_content; /* source is mail, not a manifest */
	gboolean to_server; /* target is an account */
	const VerifyRunOptions *run;
	const MessageFilter *filter;
} VerifyCommand;

/* The options that shape what is compared with what and what counts, quoted for a shell; none that
 * only say how to log in, and nothing secret. Newly allocated. */
GStrv verify_command_describe_options (const VerifyCommand *command);

/* The full comparison, without --quick or --sample; NULL if a side was standard input. */
char *verify_command_describe_again (const VerifyCommand *command);

/* Sends what is missing there; NULL if the source cannot be read again. */
char *verify_command_describe_resend (const VerifyCommand *command);
