/* output.c - a buffered way out to a file descriptor, whose end is checked
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/safe-file.h"

#define BUFFER_SIZE (128 * 1024)

struct Output {
	int fd;
	char *name;
	gsize used;
	guint8 buffer[BUFFER_SIZE];
};

Output *
output_new (int fd, const char *name)
{
	Output *output = g_new (Output, 1);

	output->fd = fd;
	output->name = g_strdup (name);
	output->used = 0;
	return output;
}

gboolean
output_flush (Output *output, GError **error)
{
	gsize used = output->used;

	output->used = 0;
	return safe_file_write_all (output->fd, output->buffer, used, output->name, error);
}

gboolean
output_write (Output *output, const void *data, gsize length, GError **error)
{
	if (length > BUFFER_SIZE - output->used && !output_flush (output, error))
		return FALSE;
	if (length >= BUFFER_SIZE / 4) /* copying costs more than a call */
		return output_flush (output, error) &&
		        safe_file_write_all (output->fd, data, length, output->name, error);
	if (length > 0)
		memcpy (output->buffer + output->used, data, length);
	output->used += length;
	return TRUE;
}

gboolean
output_write_string (Output *output, const char *text, GError **error)
{
	return output_write (output, text, strlen (text), error);
}

gboolean
output_finish (Output *output, GError **error)
{
	if (!output_flush (output, error))
		return FALSE;
	int fd = output->fd;
	output->fd = -1;
	if (close (fd) == 0)
		return TRUE;
	g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT, "%s: cannot write: %s", output->name,
		     g_strerror (errno));
	return FALSE;
}

void
output_free (Output *output)
{
	if (output == NULL)
		return;
	if (output->fd > STDERR_FILENO)
		close (output->fd);
	g_free (output->name);
	g_free (output);
}
