/* imap-map.h - --map: folders that are to go elsewhere
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/folder.h"

typedef struct ImapMap ImapMap;

/* texts: FROM=TO, NULL-terminated, or NULL. RUN_ERROR_USAGE if one of them is something else. */
ImapMap *imap_map_new (const char *const *texts, GError **error);
void imap_map_free (ImapMap *map);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapMap, imap_map_free)

/* Where folder is to go, by itself or by the nearest folder above it; folder itself if nowhere
 * else. A new reference. */
Folder *imap_map_apply (const ImapMap *map, Folder *folder);
