/* net-rate.c - so many bytes a second, over all connections together
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "net/net-rate.h"

#define BURST_MS 100 /* what was not used counts for so long */

struct NetRate {
	GMutex lock;
	guint64 bytes_per_second;
	gint64 paid_until_us; /* monotonic: what was sent is paid for up to then */
};

NetRate *
net_rate_new (guint64 bytes_per_second)
{
	NetRate *rate = g_new0 (NetRate, 1);

	g_mutex_init (&rate->lock);
	rate->bytes_per_second = MAX (bytes_per_second, 1);
	return rate;
}

void
net_rate_free (NetRate *rate)
{
	if (rate == NULL)
		return;
	g_mutex_clear (&rate->lock);
	g_free (rate);
}

gsize
net_rate_take (NetRate *rate, gsize wanted, guint *wait_ms)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&rate->lock);
	gint64 now = g_get_monotonic_time ();
	/* In one go no more than the burst, so that several connections take turns. */
	gsize most = (gsize) MAX (rate->bytes_per_second * BURST_MS / 1000, 1);
	gsize taken = MIN (wanted, most);

	*wait_ms = 0;
	if (rate->paid_until_us > now) {
		*wait_ms = (guint) ((rate->paid_until_us - now) / 1000 + 1);
		return 0;
	}
	rate->paid_until_us = MAX (rate->paid_until_us, now - 1000 * BURST_MS) +
			      (gint64) (taken * G_USEC_PER_SEC / rate->bytes_per_second);
	return taken;
}
