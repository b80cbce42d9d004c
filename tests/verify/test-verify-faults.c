/* test-verify-faults.c - what is said of mailboxes in which something has happened to some messages
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For each fault alone, and for up to three of them on one message with many such messages in a
 * mailbox, what should be said is worked out beforehand, and exactly that must be said: no more,
 * no less, of no other message. FAULT_CASES mailboxes (default 250; make check-long: 4000).
 */
#include <stdlib.h>
#include <string.h>

#include "verify/fake-mailbox.h"
#include "verify/fault-mail.h"

#define MAILS  24
#define CHOSEN 3

static const char *const folders[] = { "INBOX", "Old", "INBOX/Sub" };

typedef struct {
	FaultMail mail;
	const Fault *chosen[CHOSEN];
	guint count;
	const char *folder;
	char *expected;
	char *or_else; /* NULL: nothing else */
	GString *got;
} Case;

typedef struct {
	Case cases[MAILS];
	GArray *source; /* of FakeMail */
	GArray *target;
	GArray *source_owner; /* which case a message is of */
	GArray *target_owner;
	GPtrArray *texts;
} World;

/* --- Choice ------------------------------------------------------------- */

static const Fault *
chosen_of_kind (const Case *c, FaultKind kind)
{
	for (guint i = 0; i < c->count; i++)
		if (c->chosen[i]->kind == kind)
			return c->chosen[i];
	return NULL;
}

/* The message as it is written at the target. */
static FaultMail
changed_mail (const Case *c)
{
	FaultMail mail = c->mail;

	for (guint i = 0; i < c->count; i++)
		fault_change (c->chosen[i], &mail);
	return mail;
}

static gboolean
only_one_of (const Case *c, FaultKind kind)
{
	guint count = 0;

	for (guint i = 0; i < c->count; i++)
		count += c->chosen[i]->kind == kind;
	return count <= 1;
}

/* Do these go together, each making its own difference? */
static gboolean
is_possible (const Case *c)
{
	const Fault *damage = chosen_of_kind (c, FAULT_DAMAGE);
	const Fault *place = chosen_of_kind (c, FAULT_PLACE);
	const FaultMail changed = changed_mail (c);

	if (!only_one_of (c, FAULT_DAMAGE) || !only_one_of (c, FAULT_PLACE))
		return FALSE;
	for (guint i = 0; i < c->count; i++) {
		gboolean spoils = c->chosen[i]->spoil != NULL;
		if (!c->chosen[i]->applies (spoils ? &changed : &c->mail))
			return FALSE;
		for (guint j = 0; j < i; j++)
			if (c->chosen[i] == c->chosen[j])
				return FALSE;
	}
	if (damage == NULL || place == NULL || place->class == VERIFY_MISSING)
		return TRUE;
	/* An altered message elsewhere is known by the whole of its header. */
	return place->class == VERIFY_MOVED && c->mail.has_id && !damage->needs_header;
}

static void
choose (Case *c, GRand *rand, guint count)
{
	do {
		c->count = count;
		for (guint i = 0; i < count; i++)
			c->chosen[i] = &faults[g_rand_int_range (rand, 0, (gint32) fault_count)];
	} while (!is_possible (c));
}

/* --- What should be said ------------------------------------------------ */

static const char *
class_of_content (const Case *c)
{
	if (chosen_of_kind (c, FAULT_REWRITE) != NULL)
		return "mime-equal";
	return chosen_of_kind (c, FAULT_STORE) != NULL ? "canonical" : "identical";
}

static char *
metadata_of (const Case *c)
{
	gboolean flag = FALSE;
	gboolean date = FALSE;

	for (guint i = 0; i < c->count; i++) {
		flag = flag || c->chosen[i]->class == VERIFY_FLAG_DIFFERS;
		date = date || c->chosen[i]->class == VERIFY_DATE_DIFFERS;
	}
	return g_strconcat (flag ? " flag-differs" : "", date ? " date-differs" : "", NULL);
}

static char *
say_altered (VerifyReason reason)
{
	return g_strdup_printf ("altered:%s;", verify_reason_to_text (reason));
}

static void
expect (Case *c)
{
	const Fault *damage = chosen_of_kind (c, FAULT_DAMAGE);
	const Fault *place = chosen_of_kind (c, FAULT_PLACE);
	gboolean rewritten = chosen_of_kind (c, FAULT_REWRITE) != NULL;
	g_autofree char *metadata = metadata_of (c);

	if (place != NULL && place->class == VERIFY_MISSING) {
		c->expected = g_strdup ("missing;");
	} else if (damage != NULL) {
		c->expected = say_altered (damage->reason);
		if (rewritten && damage->rewritten != VERIFY_REASON_NONE)
			c->or_else = say_altered (damage->rewritten);
	} else if (place != NULL && place->class == VERIFY_MOVED) {
		c->expected = g_strdup_printf ("moved%s;", metadata);
	} else {
		c->expected = g_strdup_printf ("%s%s;%s%s", class_of_content (c), metadata,
					       place != NULL ? verify_class_to_text (place->class)
							     : "",
					       place != NULL ? ";" : "");
	}
}

/* --- The two mailboxes -------------------------------------------------- */

static FakeMail
store (World *world, GString *text, const char *folder, guint number)
{
	g_ptr_array_add (world->texts, text);
	return (FakeMail){ .folder = folder,
			   .content = text->str,
			   .length = text->len,
			   .date = 1700000000 + number * 10 };
}

static void
put (GArray *mails, GArray *owners, FakeMail mail, guint owner)
{
	g_array_append_val (mails, mail);
	g_array_append_val (owners, owner);
}

static void
put_case (World *world, guint i)
{
	Case *c = &world->cases[i];
	const Fault *place = chosen_of_kind (c, FAULT_PLACE);
	FaultMail changed = changed_mail (c);
	GString *text = fault_mail_write (&changed);
	VerifyClass class = place != NULL ? place->class : VERIFY_IDENTICAL;
	FakeMail mail = store (world, fault_mail_write (&c->mail), c->folder, c->mail.number);

	put (world->source, world->source_owner, mail, i);
	if (class == VERIFY_COLLAPSED)
		put (world->source, world->source_owner, mail, i);
	for (guint j = 0; j < c->count; j++)
		if (c->chosen[j]->spoil != NULL)
			c->chosen[j]->spoil (text);
	mail = store (world, text, class == VERIFY_MOVED ? "Elsewhere" : c->folder,
		      c->mail.number);
	for (guint j = 0; j < c->count; j++) {
		mail.flags |= c->chosen[j]->class == VERIFY_FLAG_DIFFERS ? MESSAGE_SEEN : 0;
		mail.date += c->chosen[j]->class == VERIFY_DATE_DIFFERS ? 3600 : 0;
	}
	if (class != VERIFY_MISSING)
		put (world->target, world->target_owner, mail, i);
	if (class == VERIFY_DUPLICATED)
		put (world->target, world->target_owner, mail, i);
}

/* The order at the target is another one. */
static void
shuffle (GRand *rand, GArray *mails, GArray *owners)
{
	for (guint i = mails->len; i > 1; i--) {
		guint j = (guint) g_rand_int_range (rand, 0, (gint32) i);
		FakeMail mail = g_array_index (mails, FakeMail, i - 1);
		guint owner = g_array_index (owners, guint, i - 1);
		g_array_index (mails, FakeMail, i - 1) = g_array_index (mails, FakeMail, j);
		g_array_index (owners, guint, i - 1) = g_array_index (owners, guint, j);
		g_array_index (mails, FakeMail, j) = mail;
		g_array_index (owners, guint, j) = owner;
	}
}

static void
free_text (gpointer text)
{
	g_string_free (text, TRUE);
}

static void
world_init (World *world)
{
	memset (world, 0, sizeof *world);
	world->source = g_array_new (FALSE, FALSE, sizeof (FakeMail));
	world->target = g_array_new (FALSE, FALSE, sizeof (FakeMail));
	world->source_owner = g_array_new (FALSE, FALSE, sizeof (guint));
	world->target_owner = g_array_new (FALSE, FALSE, sizeof (guint));
	world->texts = g_ptr_array_new_with_free_func (free_text);
}

static void
world_clear (World *world)
{
	for (guint i = 0; i < MAILS; i++) {
		g_free (world->cases[i].expected);
		g_free (world->cases[i].or_else);
		if (world->cases[i].got != NULL)
			g_string_free (world->cases[i].got, TRUE);
	}
	g_array_unref (world->source);
	g_array_unref (world->target);
	g_array_unref (world->source_owner);
	g_array_unref (world->target_owner);
	g_ptr_array_unref (world->texts);
}

/* --- What is said ------------------------------------------------------- */

static void
note_outcome (World *world, const VerifyOutcome *outcome)
{
	GArray *owners = outcome->at_target ? world->target_owner : world->source_owner;
	Case *c = &world->cases[g_array_index (owners, guint, outcome->number)];
	const char *reason = verify_reason_to_text (outcome->reason);
	gboolean metadata = outcome->level > VERIFY_LEVEL_HEADER;

	/* Of two copies the one that was found is named first. */
	GString *said = g_string_new (verify_class_to_text (outcome->class));
	if (reason != NULL)
		g_string_append_printf (said, ":%s", reason);
	if (metadata && (outcome->remarks & VERIFY_FLAGS_DIFFER) != 0)
		g_string_append (said, " flag-differs");
	if (metadata && (outcome->remarks & VERIFY_DATES_DIFFER) != 0)
		g_string_append (said, " date-differs");
	g_string_append_c (said, ';');
	if (outcome->class == VERIFY_COLLAPSED)
		g_string_append (c->got, said->str);
	else
		g_string_insert (c->got, outcome->at_target ? -1 : 0, said->str);
	g_string_free (said, TRUE);
}

static void
compare (World *world)
{
	g_auto (FakeSide) source = { 0 };
	g_auto (FakeSide) target = { 0 };
	const VerifyMatchOptions options = { .all = TRUE };

	fake_side_read (&source, (const FakeMail *) (gpointer) world->source->data,
			world->source->len, VERIFY_FORM_RAW);
	fake_side_read (&target, (const FakeMail *) (gpointer) world->target->data,
			world->target->len, VERIFY_FORM_RAW);
	g_autoptr (VerifyMatch) match = fake_match (&source, &target, &options);
	for (guint i = 0; i < MAILS; i++)
		world->cases[i].got = g_string_new (NULL);
	g_assert_true (verify_outcomes_rewind (match->outcomes, NULL));
	for (;;) {
		const VerifyOutcome *outcome;
		g_assert_true (verify_outcomes_next (match->outcomes, &outcome, NULL));
		if (outcome == NULL)
			return;
		note_outcome (world, outcome);
	}
}

static guint
check (const World *world, guint32 seed)
{
	guint wrong = 0;

	for (guint i = 0; i < MAILS; i++) {
		const Case *c = &world->cases[i];
		if (strcmp (c->got->str, c->expected) == 0 ||
		    g_strcmp0 (c->got->str, c->or_else) == 0)
			continue;
		g_autoptr (GString) names = g_string_new (NULL);
		for (guint j = 0; j < c->count; j++)
			g_string_append_printf (names, " %s", c->chosen[j]->name);
		g_test_message ("seed %u, message %u,%s: expected %s, got %s", seed, i, names->str,
				c->expected, c->got->str);
		wrong++;
	}
	return wrong;
}

/* --- Tests -------------------------------------------------------------- */

/* Each fault on some message it applies to, among others to which nothing happens. */
static void
test_alone (gconstpointer data)
{
	const Fault *fault = data;

	for (guint32 seed = 0; seed < 8; seed++) {
		g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
		World world;
		world_init (&world);
		for (guint i = 0; i < MAILS; i++) {
			Case *c = &world.cases[i];
			fault_mail_init (&c->mail, rand, i);
			c->folder = folders[i % G_N_ELEMENTS (folders)];
			c->chosen[0] = fault;
			c->count = i % 3 == 0 && fault->applies (&c->mail);
			expect (c);
			put_case (&world, i);
		}
		shuffle (rand, world.target, world.target_owner);
		compare (&world);
		if (check (&world, seed) > 0)
			g_test_fail ();
		world_clear (&world);
	}
}

static void
test_together (void)
{
	const char *wanted = g_getenv ("FAULT_CASES");
	guint32 count = wanted != NULL ? (guint32) strtoul (wanted, NULL, 10) : 250;
	guint wrong = 0;

	for (guint32 seed = 0; seed < count; seed++) {
		g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
		World world;
		world_init (&world);
		for (guint i = 0; i < MAILS; i++) {
			Case *c = &world.cases[i];
			fault_mail_init (&c->mail, rand, i);
			c->folder = folders[g_rand_int_range (rand, 0, G_N_ELEMENTS (folders))];
			choose (c, rand, (guint) g_rand_int_range (rand, 0, CHOSEN + 1));
			expect (c);
			put_case (&world, i);
		}
		shuffle (rand, world.target, world.target_owner);
		compare (&world);
		wrong += check (&world, seed);
		world_clear (&world);
	}
	g_test_message ("%u mailboxes of %u messages", count, MAILS);
	if (wrong > 0)
		g_test_fail ();
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	for (guint i = 0; i < fault_count; i++) {
		g_autofree char *path = g_strconcat ("/verify/faults/", faults[i].name, NULL);
		g_test_add_data_func (path, &faults[i], test_alone);
	}
	g_test_add_func ("/verify/faults/up-to-three-on-a-message", test_together);
	return g_test_run ();
}
