/* sample-odd.h - a store of mail that nobody should send, and somebody will
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include "support/pst-writer.h"

/* Names, headers, texts, dates and attachments that break what is built of them carelessly; signed,
 * encrypted and meeting messages; contacts, appointments and forty messages within one another. */
void sample_odd_add (PstWriter *writer);
