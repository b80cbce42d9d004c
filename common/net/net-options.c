/* net-options.c - how a connection is to be made, as far as the address does not say
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "net/net-options.h"

#include <string.h>

#include "base/digest.h"
#include "base/stop.h"

#define PIN_PREFIX "sha256:"

GCancellable *
net_options_get_cancellable (const NetOptions *options)
{
	return options->cancellable != NULL ? options->cancellable : stop_cancellable ();
}

gboolean
net_options_sleep (const NetOptions *options, guint ms)
{
	GCancellable *cancellable = net_options_get_cancellable (options);
	GPollFD poll = { .fd = -1 };
	gboolean cancels = g_cancellable_make_pollfd (cancellable, &poll);

	(void) g_poll (&poll, cancels ? 1 : 0, (int) ms);
	if (cancels)
		g_cancellable_release_fd (cancellable);
	return !g_cancellable_is_cancelled (cancellable);
}

void
net_secret_free (char *secret)
{
	if (secret == NULL)
		return;
	explicit_bzero (secret, strlen (secret));
	g_free (secret);
}

gboolean
net_options_parse_pin (const char *text, guint8 *digest)
{
	guint8 bytes[DIGEST_SIZE];

	if (g_ascii_strncasecmp (text, PIN_PREFIX, strlen (PIN_PREFIX)) != 0)
		return FALSE;
	/* openssl x509 -fingerprint writes colons. */
	g_auto (GStrv) pieces = g_strsplit (text + strlen (PIN_PREFIX), ":", -1);
	g_autofree char *hex = g_strjoinv ("", pieces);
	return digest_from_hex (hex, digest != NULL ? digest : bytes, DIGEST_SIZE);
}
