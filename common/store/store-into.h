/* store-into.h - put everything below one folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/message-source.h"

/* A source whose folder X is into/X, and whose inbox is into itself. Roles are dropped: the Sent of
 * an archive is not the account's. Takes source over and keeps a reference of into. */
MessageSource *store_into_new (MessageSource *source, Folder *into);
