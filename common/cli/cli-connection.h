/* cli-connection.h - the options of every tool that opens a URL
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

#include "net/net-options.h"

/* For CliTool.connection. */
extern const GOptionEntry cli_connection_options[];

/* What they said, checked; valid as long as the process. RUN_ERROR_USAGE if they contradict each
 * other. */
const NetOptions *cli_connection_get (GError **error);
