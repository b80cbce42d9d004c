/* fake-script.c - read the script of a fake IMAP server
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support/fake-script.h"

#include <stdlib.h>
#include <string.h>

static const char *const action_names[] = { "reply", "perform", "say",	 "raw",	 "repeat", "after",
					    "set",   "take",	"close", "reset", "mute",
					    "deliver", "expunge", "flag", NULL };

/* Of these the first word is a number. */
static const char *const counting_names[] = { "repeat", "take", "expunge", "flag", NULL };

static void
action_free (gpointer data)
{
	FakeAction *action = data;

	g_free (action->name);
	g_free (action->text);
	g_free (action);
}

static void
rule_free (gpointer data)
{
	FakeRule *rule = data;

	g_free (rule->event);
	g_ptr_array_unref (rule->actions);
	g_free (rule);
}

/* g_strcompress cannot be used: texts may have a NUL. */
static char *
unescape (const char *text, gsize *length)
{
	GString *out = g_string_new (NULL);

	for (const char *p = text; *p != '\0'; p++) {
		static const char names[] = "rnt\\\"";
		static const char values[] = "\r\n\t\\\"";
		const char *name = p[0] == '\\' && p[1] != '\0' ? strchr (names, p[1]) : NULL;

		if (name != NULL) {
			g_string_append_c (out, values[name - names]);
			p++;
		} else if (*p == '\\' && g_ascii_isdigit (p[1])) {
			char digits[4] = { 0 };

			strncpy (digits, p + 1, 3);
			g_string_append_c (out, (char) strtoul (digits, NULL, 8));
			p += 3;
		} else {
			g_string_append_c (out, *p);
		}
	}
	*length = out->len;
	return g_string_free (out, FALSE);
}

static FakeAction *
action_new (const char *words, GError **error)
{
	g_auto (GStrv) parts = g_strsplit (words, " ", 2);
	FakeAction *action;
	const char *text = parts[0] != NULL && parts[1] != NULL ? parts[1] : "";
	char *rest = (char *) text;
	guint64 count = 0;

	if (parts[0] == NULL || !g_strv_contains (action_names, parts[0])) {
		g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "unknown action: %s", words);
		return NULL;
	}
	if (g_strv_contains (counting_names, parts[0])) {
		count = g_ascii_strtoull (text, &rest, 10);
		text = *rest == ' ' ? rest + 1 : rest;
	}
	action = g_new0 (FakeAction, 1);
	action->name = g_strdup (parts[0]);
	action->count = count;
	action->text = unescape (text, &action->length);
	return action;
}

static gboolean
read_count (FakeRule *rule, const char *text)
{
	char *end = NULL;

	rule->first = 1;
	rule->last = G_MAXUINT;
	if (strcmp (text, "*") == 0)
		return TRUE;
	rule->first = (guint) strtoul (text, &end, 10);
	if (*end == '\0')
		rule->last = rule->first;
	else if (strcmp (end, "-") != 0)
		rule->last = (guint) strtoul (end + 1, &end, 10);
	return rule->first > 0 && rule->last >= rule->first;
}

/* "on EVENT COUNT: ACTIONS" */
static FakeRule *
rule_new (const char *line, GError **error)
{
	const char *colon = strstr (line, ": ");
	g_autofree char *head = g_strndup (line, colon != NULL ? (gsize) (colon - line) : 0);
	g_auto (GStrv) words = g_strsplit (head, " ", 0);
	g_auto (GStrv) actions = colon != NULL ? g_strsplit (colon + 2, "; ", 0) : NULL;
	FakeRule *rule = g_new0 (FakeRule, 1);

	rule->actions = g_ptr_array_new_with_free_func (action_free);
	if (g_strv_length (words) != 3 || !read_count (rule, words[2])) {
		g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "not a rule: %s", line);
		rule_free (rule);
		return NULL;
	}
	rule->event = g_strdup (words[1]);
	for (guint i = 0; actions[i] != NULL; i++) {
		FakeAction *action = action_new (actions[i], error);

		if (action == NULL) {
			rule_free (rule);
			return NULL;
		}
		g_ptr_array_add (rule->actions, action);
	}
	return rule;
}

static gboolean
read_line (FakeScript *script, const char *line, GError **error)
{
	if (line[0] == '\0' || line[0] == '#')
		return TRUE;
	if (g_str_has_prefix (line, "set ")) {
		fake_script_set (script, line + 4);
		return TRUE;
	}
	if (g_str_has_prefix (line, "mailbox ")) {
		g_ptr_array_add (script->mailboxes, g_strdup (line + 8));
		return TRUE;
	}
	FakeRule *rule = rule_new (line, error);
	if (rule != NULL)
		g_ptr_array_add (script->rules, rule);
	return rule != NULL;
}

FakeScript *
fake_script_new (const char *text, GError **error)
{
	g_auto (GStrv) lines = g_strsplit (text, "\n", 0);
	FakeScript *script = g_new0 (FakeScript, 1);

	g_mutex_init (&script->lock);
	script->settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	script->mailboxes = g_ptr_array_new_with_free_func (g_free);
	script->rules = g_ptr_array_new_with_free_func (rule_free);
	script->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	/* A script lives as long as its program. */
	for (guint i = 0; lines[i] != NULL; i++)
		if (!read_line (script, lines[i], error))
			return NULL;
	return script;
}

const FakeRule *
fake_script_meet (FakeScript *script, const char *event)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&script->lock);
	guint count = 1 + GPOINTER_TO_UINT (g_hash_table_lookup (script->counts, event));

	g_hash_table_replace (script->counts, g_strdup (event), GUINT_TO_POINTER (count));
	for (guint i = 0; i < script->rules->len; i++) {
		const FakeRule *rule = script->rules->pdata[i];

		if (strcmp (rule->event, event) == 0 && rule->first <= count && count <= rule->last)
			return rule;
	}
	return NULL;
}

char *
fake_script_get (FakeScript *script, const char *name)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&script->lock);

	return g_strdup (g_hash_table_lookup (script->settings, name));
}

gboolean
fake_script_is (FakeScript *script, const char *name, const char *value)
{
	g_autofree char *is = fake_script_get (script, name);

	return g_strcmp0 (is, value) == 0;
}

void
fake_script_set (FakeScript *script, const char *assignment)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&script->lock);
	g_auto (GStrv) words = g_strsplit (assignment, " ", 2);

	g_hash_table_replace (script->settings, g_strdup (words[0]),
			      g_strdup (words[1] != NULL ? words[1] : ""));
}
