/* net-rate.h - so many bytes a second, over all connections together
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

/* Safe to use from several threads. */
typedef struct NetRate NetRate;

NetRate *net_rate_new (guint64 bytes_per_second);
void net_rate_free (NetRate *rate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetRate, net_rate_free)

/* How many of wanted bytes may be sent now: at least one, unless *wait_ms is how long to wait
 * before asking again. */
gsize net_rate_take (NetRate *rate, gsize wanted, guint *wait_ms);
