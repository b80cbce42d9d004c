/* net-sasl.h - show a server who we are, by the best means that both sides have
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * SASL (RFC 4422) without the protocol around it: challenges and responses are base64, as IMAP and
 * POP carry them. Best first: OAUTHBEARER and XOAUTH2 where the secret is a token; EXTERNAL where
 * a client certificate was shown; SCRAM-SHA-256 and SCRAM-SHA-1, with channel binding (-PLUS) where
 * the connection has one; PLAIN; LOGIN. What hides a password badly (CRAM-MD5, DIGEST-MD5, NTLM) is
 * never used.
 */
#pragma once

#include "net/net-connection.h"
#include "net/net-options.h"
#include "net/net-url.h"

typedef struct NetSasl NetSasl;

/* Does the server offer mechanism ("PLAIN")? */
typedef gboolean (*NetSaslOffersFunc) (const char *mechanism, gpointer user_data);

/* The best mechanism for this connection, a static name; NULL if there is none in common.
 * --as leaves out those that cannot carry an authorization identity. */
const char *net_sasl_choose (NetConnection *connection, const NetOptions *options,
			     NetSaslOffersFunc offers, gpointer user_data);

/* Does mechanism need a password or token? */
gboolean net_sasl_wants_secret (const char *mechanism);

/* May the first response be sent along with the name of mechanism (RFC 4422, section 5.1)? */
gboolean net_sasl_is_client_first (const char *mechanism);

/* service is the IANA name of the protocol ("imap"); secret may be NULL for EXTERNAL. All borrowed
 * for the call only. RUN_ERROR_LOGIN if the mechanism cannot be spoken at all. */
NetSasl *net_sasl_new (const char *mechanism, NetConnection *connection, const char *service,
		       const NetUrl *url, const NetOptions *options, const char *secret,
		       GError **error);
void net_sasl_free (NetSasl *sasl);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetSasl, net_sasl_free)

/* The response to challenge (base64; NULL: the first one, unasked), in base64, perhaps empty.
 * Whoever asked frees it by net_secret_free. RUN_ERROR_INPUT if the challenge makes no sense or
 * betrays a server that does not know the password (RFC 5802, section 3). */
char *net_sasl_respond (NetSasl *sasl, const char *challenge, GError **error);

/* Has the server come as far as asking for a proof? If it refuses before, it is the mechanism that
 * it has no use for, not the password. */
gboolean net_sasl_was_challenged (const NetSasl *sasl);

/* May the server's "OK" be believed? With SCRAM it must have shown that it knows the password. */
gboolean net_sasl_is_complete (const NetSasl *sasl);
