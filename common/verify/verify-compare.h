/* verify-compare.h - what was done to a message on its way
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/message-content.h"
#include "verify/verify-outcome.h"

/* The reason why there, which has the header of here, differs from it. VERIFY_REASON_NONE if none
 * of those we know explains it. FALSE if a content cannot be read. */
gboolean verify_compare (MessageContent *here, MessageContent *there, VerifyReason *reason,
			 GError **error);
