/* net-tunnel.c - a connection through a command: ssh host /usr/lib/dovecot/imap
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pipes, not a socket: started on a socket, Dovecot's imap thinks of inetd and refuses.
 */
#include "net/net-tunnel.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <signal.h>

#include "base/error.h"
#include "base/stop.h"

struct NetTunnel {
	GSubprocess *process;
	GIOStream *stream;
	int in_fd;
	int out_fd;
};

static void
prepare_child (gpointer user_data)
{
	stop_reset_in_child ();
}

static GSubprocess *
start (const char *command, GError **error)
{
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	g_autoptr (GSubprocessLauncher) launcher =
		g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE |
					   G_SUBPROCESS_FLAGS_STDOUT_PIPE);

	g_subprocess_launcher_set_child_setup (launcher, prepare_child, NULL, NULL);
	return g_subprocess_launcher_spawnv (launcher, argv, error);
}

NetTunnel *
net_tunnel_new (const char *command, GError **error)
{
	g_autoptr (NetTunnel) tunnel = g_new0 (NetTunnel, 1);
	g_autoptr (GError) cause = NULL;

	tunnel->process = start (command, &cause);
	if (tunnel->process == NULL) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "--tunnel: %s", cause->message);
		return NULL;
	}
	GInputStream *in = g_subprocess_get_stdout_pipe (tunnel->process);
	GOutputStream *out = g_subprocess_get_stdin_pipe (tunnel->process);
	tunnel->in_fd = g_unix_input_stream_get_fd (G_UNIX_INPUT_STREAM (in));
	tunnel->out_fd = g_unix_output_stream_get_fd (G_UNIX_OUTPUT_STREAM (out));
	/* A full pipe must not keep us from listening. */
	if (!g_unix_set_fd_nonblocking (tunnel->out_fd, TRUE, &cause)) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "--tunnel: %s", cause->message);
		return NULL;
	}
	tunnel->stream = g_simple_io_stream_new (in, out);
	return g_steal_pointer (&tunnel);
}

void
net_tunnel_free (NetTunnel *tunnel)
{
	if (tunnel == NULL)
		return;
	g_clear_object (&tunnel->stream);
	if (tunnel->process != NULL)
		g_subprocess_send_signal (tunnel->process, SIGTERM);
	g_clear_object (&tunnel->process);
	g_free (tunnel);
}

GIOStream *
net_tunnel_get_stream (NetTunnel *tunnel, int *in_fd, int *out_fd)
{
	*in_fd = tunnel->in_fd;
	*out_fd = tunnel->out_fd;
	return g_object_ref (tunnel->stream);
}
