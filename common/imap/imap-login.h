/* imap-login.h - AUTHENTICATE and LOGIN
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "imap/imap-connection.h"

/* Log in as options and the server's capabilities allow: see net-sasl.h for the order; the LOGIN
 * command last. A refused token is asked for once more, because it may have expired; a refused
 * password is not tried again, because that locks accounts. RUN_ERROR_LOGIN if the server refuses
 * the user, RUN_ERROR_TEMPORARY if it says so. RFC 3501, 6.2.2 and 6.2.3; RFC 4959. */
gboolean imap_login (ImapConnection *connection, const NetUrl *url, const NetOptions *options,
		     GError **error);
