/* sandbox.h - what a process that parses hostile input gives up before it begins
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two walls, each as far as the kernel has it: Landlock takes away the file system, seccomp all
 * system calls but those that reading, computing and talking need. To be called when every file and
 * every converter is open: what is loaded later is not found any more.
 */
#pragma once

#include <glib.h>

typedef enum {
	SANDBOX_NO_FILES = 1 << 0,  /* nothing in the file system can be opened */
	SANDBOX_FEW_CALLS = 1 << 1, /* no exec, no sockets, no debugging, no signals to others */
	SANDBOX_NO_FORK = 1 << 2    /* asked for with the second one: no children either */
} SandboxWalls;

/* Put up the wanted walls, for good; returns those that stand. Needs no privileges and sets
 * no-new-privileges. Under AddressSanitizer, whose own work needs more calls, there is no
 * SANDBOX_FEW_CALLS. */
SandboxWalls sandbox_enter (SandboxWalls wanted);

/* The wanted walls that do not stand, for people: "no Landlock", "no seccomp"; NULL if all stand.
 * Static. */
const char *sandbox_describe_missing (SandboxWalls wanted, SandboxWalls standing);
