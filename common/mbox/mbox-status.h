/* mbox-status.h - flags that mail programs keep in the header of an ordinary mbox
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/message.h"

/* Add what Status and X-Status say to message->flags. The fields stay in the content, which is not
 * ours to change. */
gboolean mbox_status_apply (Message *message, GError **error);
