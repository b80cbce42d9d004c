/* child.h - a process that may look at a stranger's file and do little else
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What parses hostile input runs in a child, so that its crash costs one message and not the
 * run. Parent and child talk through a socket that keeps packets whole: a child that dies in the
 * middle of a word leaves no half of it behind.
 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* What a child may use once it is locked in. 0 means no limit of ours. */
typedef struct {
	/* Bytes; not enforced under AddressSanitizer, which reserves terabytes. */
	guint64 address_space;
	guint64 open_files;
} ChildLimits;

/* The life of a child; its exit status is what this returns. fd is its end of the socket. */
typedef int (*ChildMain) (int fd, gpointer user_data);

typedef struct {
	pid_t pid;
	int fd; /* SOCK_SEQPACKET; the parent's end */
} Child;

/* Fork a child whose life is run; it ends with the parent, if not before. It has no descriptors
 * but fd; standard input, output and error are /dev/null (error stays under a sanitizer);
 * signals have their usual effect. */
gboolean child_start (Child *child, ChildMain run, gpointer user_data, GError **error);

/* Fork a child of a child: it writes to the same fd and dies with its parent. -1 with an
 * error. */
pid_t child_fork_worker (int fd, ChildMain run, gpointer user_data, GError **error);

/* Called by the child after it has opened what it needs: limits, no core, no new privileges. */
void child_lock_in (const ChildLimits *limits);

/* Called by the child: die unless this is called again before so much more processor time has
 * been used. */
void child_allow_cpu_seconds (guint seconds);

/* Called by the child before something that may never come back, reading from a dead server say:
 * die by SIGALRM unless this is called again within so many seconds. 0: no need to die. */
void child_allow_wall_seconds (guint seconds);

/* After the end of what a child said: wait for its end, which is as child_describe_status() says.
 * Newly allocated. */
char *child_collect (Child *child);

/* Close the socket, end the child if it still runs, and collect it. Harmless if it was never
 * started. */
void child_end (Child *child);

/* "killed by signal 11 (Segmentation fault)", "used up its processor time", "ended with status 3":
 * newly allocated. */
char *child_describe_status (int status);

/* One packet of at most size bytes; *length 0 at the end. Longer packets are an error. */
gboolean child_receive (int fd, void *buffer, gsize size, gsize *length, GError **error);

/* FALSE if nobody listens any more. */
gboolean child_send (int fd, const void *packet, gsize length);

/* A byte the other way, from the parent to its child; never waits. FALSE if the child leaves
 * unread what it is told; that it has gone already is no matter. */
gboolean child_tell (const Child *child, guint8 byte);

/* Called by the child: wait for such a byte. FALSE if there is no parent any more. */
gboolean child_listen (int fd, guint8 *byte);

/* Whoever waits in child_receive(), on another thread perhaps, is told that this was the end. */
void child_hang_up (const Child *child);

/* What both sides may rely on a packet to hold. */
#define CHILD_MAX_PACKET (96 * 1024)
