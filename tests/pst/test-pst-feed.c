/* test-pst-feed.c - contents arrive as they were sent, and from liars not at all
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The children here speak the reader's language. Some mean no good.
 */
#include "pst/pst-feed.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LARGE (5 * 1024 * 1024 + 321)

typedef struct Fixture Fixture;

typedef void (*Speech) (PstWire *wire, Fixture *fixture);

struct Fixture {
	Speech speech;
	PstSlots slots;
	Child child;
	PstFeed *feed;
};

/* --- What children say ----------------------------------------------------- */

static void
say (PstWire *wire, PstWireKind kind)
{
	pst_wire_begin (wire, kind);
	pst_wire_end (wire);
	pst_wire_flush (wire);
}

static void
say_slot (PstWire *wire, guint32 number, guint32 length)
{
	pst_wire_begin (wire, PST_WIRE_SLOT);
	pst_wire_put_u32 (wire, number);
	pst_wire_put_u32 (wire, length);
	pst_wire_end (wire);
	pst_wire_flush (wire);
}

static guint8
byte_at (guint seed, gsize i)
{
	return (guint8) (seed + i * 7 + (i >> 11));
}

static void
say_in_slots (PstWire *wire, PstSlots *slots, guint seed, gsize length)
{
	for (gsize done = 0; done < length;) {
		gsize piece = MIN (length - done, PST_SLOT_SIZE);
		guint8 *slot = pst_slots_get_next (slots, wire->fd);
		if (slot == NULL)
			_exit (1);
		for (gsize i = 0; i < piece; i++)
			slot[i] = byte_at (seed, done + i);
		say_slot (wire, slots->next, (guint32) piece);
		pst_slots_advance (slots);
		done += piece;
	}
}

static void
say_in_packet (PstWire *wire, guint seed, gsize length)
{
	g_autofree guint8 *data = g_malloc (length);

	for (gsize i = 0; i < length; i++)
		data[i] = byte_at (seed, i);
	pst_wire_begin (wire, PST_WIRE_DATA);
	pst_wire_put_bytes (wire, data, length);
	pst_wire_end (wire);
	pst_wire_flush (wire);
}

/* Contents of all kinds of sizes; those beyond a packet go through slots. */
static const gsize sizes[] = {LARGE, 0, 1, 1000, PST_WIRE_MAX_DATA, PST_SLOT_SIZE, LARGE, LARGE,
			      PST_SLOT_SIZE + 1, 5, LARGE, 30 * 1024 * 1024};

static void
say_contents (PstWire *wire, Fixture *fixture)
{
	for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
		say (wire, PST_WIRE_META);
		if (sizes[i] > PST_WIRE_MAX_DATA)
			say_in_slots (wire, &fixture->slots, i, sizes[i]);
		else if (sizes[i] > 0)
			say_in_packet (wire, i, sizes[i]);
		say (wire, PST_WIRE_DONE);
	}
	say (wire, PST_WIRE_END);
}

static int
scribble_for_ever (int fd, gpointer user_data)
{
	volatile guint8 *memory = ((Fixture *) user_data)->slots.memory;

	for (gsize i = 0;; i = (i + 61) % (PST_SLOTS * PST_SLOT_SIZE))
		memory[i]++;
	return 0;
}

static void
say_and_scribble (PstWire *wire, Fixture *fixture)
{
	if (child_fork_worker (wire->fd, scribble_for_ever, fixture, NULL) < 0)
		_exit (1);
	for (guint i = 0; i < 8; i++) {
		say (wire, PST_WIRE_META);
		say_in_slots (wire, &fixture->slots, i, LARGE);
		say (wire, PST_WIRE_DONE);
	}
}

static void
say_wrong_number (PstWire *wire, Fixture *fixture)
{
	say (wire, PST_WIRE_META);
	say_slot (wire, PST_SLOTS + 1000, 10);
}

static void
say_out_of_turn (PstWire *wire, Fixture *fixture)
{
	say (wire, PST_WIRE_META);
	say_slot (wire, 1, 10);
}

static void
say_wrong_length (PstWire *wire, Fixture *fixture)
{
	say (wire, PST_WIRE_META);
	say_slot (wire, 0, PST_SLOT_SIZE + 1);
}

static void
say_half_a_slot (PstWire *wire, Fixture *fixture)
{
	say (wire, PST_WIRE_META);
	pst_wire_begin (wire, PST_WIRE_SLOT);
	pst_wire_put_u32 (wire, 0);
	pst_wire_end (wire);
	pst_wire_flush (wire);
}

static void
say_slot_of_nothing (PstWire *wire, Fixture *fixture)
{
	say_slot (wire, 0, 10);
}

static void
say_data_of_nothing (PstWire *wire, Fixture *fixture)
{
	say_in_packet (wire, 0, 10);
}

/* Never reads an answer. */
static void
say_slots_for_ever (PstWire *wire, Fixture *fixture)
{
	say (wire, PST_WIRE_META);
	for (guint i = 0;; i = (i + 1) % PST_SLOTS)
		say_slot (wire, i, 1);
}

static void
say_restart_for_ever (PstWire *wire, Fixture *fixture)
{
	for (;;)
		say (wire, PST_WIRE_RESTART);
}

/* Packets that go together, and are not what they claim to be. */
static void
say_together (PstWire *wire, const void *bytes, gsize length)
{
	pst_wire_begin (wire, PST_WIRE_META);
	pst_wire_end (wire);
	g_byte_array_append (wire->packets, bytes, (guint) length);
	pst_wire_flush (wire);
}

static void
say_too_little (PstWire *wire, Fixture *fixture)
{
	say_together (wire, "\1\0\0", 3);
}

static void
say_nothing (PstWire *wire, Fixture *fixture)
{
	say_together (wire, "\0\0\0\0", 4);
}

static void
say_less_than_claimed (PstWire *wire, Fixture *fixture)
{
	const guint32 claimed[] = {8, 0};

	say_together (wire, claimed, sizeof claimed);
}

static void
say_most_of_all (PstWire *wire, Fixture *fixture)
{
	const guint32 claimed[] = {G_MAXUINT32, 0};

	say_together (wire, claimed, sizeof claimed);
}

static int
begin_and_die (int fd, gpointer user_data)
{
	Fixture *fixture = user_data;
	g_auto (PstWire) wire;

	pst_wire_init (&wire, fd);
	say (&wire, PST_WIRE_META);
	say_in_slots (&wire, &fixture->slots, 1, 6 * PST_SLOT_SIZE);
	(void) pst_slots_get_next (&fixture->slots, fd); /* to be filled, but never told of */
	abort ();
}

/* The answers to the dead must not be taken for answers to the living. */
static void
say_after_restart (PstWire *wire, Fixture *fixture)
{
	int status = 0;

	for (guint i = 0; i < 10; i++) {
		pid_t pid = child_fork_worker (wire->fd, begin_and_die, fixture, NULL);
		if (pid < 0 || waitpid (pid, &status, 0) < 0 || !WIFSIGNALED (status))
			_exit (1);
		say (wire, PST_WIRE_RESTART);
		if (!pst_slots_await_restart (wire->fd))
			_exit (1);
	}
	say_contents (wire, fixture);
}

static void
say_large_and_wait (PstWire *wire, Fixture *fixture)
{
	say (wire, PST_WIRE_META);
	say_in_slots (wire, &fixture->slots, 0, LARGE);
	say (wire, PST_WIRE_DONE);
	pause ();
}

/* --- What is heard --------------------------------------------------------- */

static int
speak (int fd, gpointer user_data)
{
	Fixture *fixture = user_data;
	g_auto (PstWire) wire;

	pst_wire_init (&wire, fd);
	fixture->speech (&wire, fixture);
	return 0;
}

static void
set_up (Fixture *fixture, Speech speech)
{
	g_autoptr (GError) error = NULL;

	fixture->speech = speech;
	g_assert_true (pst_slots_init (&fixture->slots, &error));
	g_assert_true (child_start (&fixture->child, speak, fixture, &error));
	g_assert_no_error (error);
	fixture->feed = pst_feed_new (&fixture->child, &fixture->slots);
}

static void
tear_down (Fixture *fixture)
{
	pst_feed_free (fixture->feed);
	child_end (&fixture->child);
	pst_slots_clear (&fixture->slots);
}

static PstWireKind
hear (Fixture *fixture, PstPacket *packet)
{
	g_autoptr (GError) error = NULL;
	gboolean is_end = FALSE;

	g_assert_true (pst_feed_next (fixture->feed, packet, &is_end, &error));
	g_assert_no_error (error);
	g_assert_false (is_end);
	return packet->kind;
}

/* The content, and whether its digest is that of these very bytes. */
static GByteArray *
read_spool (const PstPacket *packet)
{
	GByteArray *bytes = g_byte_array_new ();
	guint8 buffer[65536];
	guint8 l0[DIGEST_SIZE];
	gsize got = 0;

	g_assert_nonnull (packet->content);
	do {
		g_assert_true (
			spool_read_at (packet->content, bytes->len, buffer, sizeof buffer, &got, NULL));
		g_byte_array_append (bytes, buffer, (guint) got);
	} while (got > 0);
	digest_of (bytes->data, bytes->len, l0);
	g_assert_cmpmem (l0, DIGEST_SIZE, packet->l0, DIGEST_SIZE);
	return bytes;
}

static void
assert_content (const PstPacket *packet, guint seed, gsize length)
{
	g_autoptr (GByteArray) bytes = read_spool (packet);
	gsize wrong = 0;

	g_assert_cmpuint (bytes->len, ==, length);
	for (gsize i = 0; i < length; i++)
		wrong += bytes->data[i] != byte_at (seed, i);
	g_assert_cmpuint (wrong, ==, 0);
}

static void
hear_contents (Fixture *fixture, gboolean ahead)
{
	PstPacket packet;

	for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
		g_assert_cmpint (hear (fixture, &packet), ==, PST_WIRE_META);
		g_assert_cmpint (hear (fixture, &packet), ==, PST_WIRE_DONE);
		if (ahead && pst_feed_is_large (&packet))
			pst_feed_listen_ahead (fixture->feed);
		assert_content (&packet, i, sizes[i]);
		spool_unref (packet.content);
	}
	g_assert_cmpint (hear (fixture, &packet), ==, PST_WIRE_END);
}

static void
test_contents (void)
{
	Fixture fixture;

	set_up (&fixture, say_contents);
	hear_contents (&fixture, FALSE);
	tear_down (&fixture);
}

static void
test_ahead (void)
{
	Fixture fixture;

	set_up (&fixture, say_contents);
	hear_contents (&fixture, TRUE);
	tear_down (&fixture);
}

static void
test_kept (void)
{
	PstPacket packets[G_N_ELEMENTS (sizes)];
	Fixture fixture;

	set_up (&fixture, say_contents);
	for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
		g_assert_cmpint (hear (&fixture, &packets[i]), ==, PST_WIRE_META);
		g_assert_cmpint (hear (&fixture, &packets[i]), ==, PST_WIRE_DONE);
		pst_feed_listen_ahead (fixture.feed);
	}
	for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
		assert_content (&packets[i], i, sizes[i]);
		spool_unref (packets[i].content);
	}
	tear_down (&fixture);
}

static void
test_scribbler (void)
{
	PstPacket packet;
	Fixture fixture;

	set_up (&fixture, say_and_scribble);
	for (guint i = 0; i < 8; i++) {
		g_assert_cmpint (hear (&fixture, &packet), ==, PST_WIRE_META);
		g_assert_cmpint (hear (&fixture, &packet), ==, PST_WIRE_DONE);
		pst_feed_listen_ahead (fixture.feed);
		g_autoptr (GByteArray) bytes = read_spool (&packet);
		g_assert_cmpuint (bytes->len, ==, LARGE);
		spool_unref (packet.content);
	}
	tear_down (&fixture);
}

static void
test_liar (gconstpointer speech)
{
	PstPacket packet;
	Fixture fixture;

	set_up (&fixture, (Speech) speech);
	do
		(void) hear (&fixture, &packet);
	while (packet.kind == PST_WIRE_META || packet.kind == PST_WIRE_RESTART);
	g_assert_cmpint (packet.kind, ==, 0);
	g_assert_null (packet.content);
	tear_down (&fixture);
}

static void
test_restart (void)
{
	PstPacket packet;
	Fixture fixture;

	set_up (&fixture, say_after_restart);
	for (guint i = 0; i < 10; i++) {
		g_assert_cmpint (hear (&fixture, &packet), ==, PST_WIRE_META);
		g_assert_cmpint (hear (&fixture, &packet), ==, PST_WIRE_RESTART);
	}
	hear_contents (&fixture, TRUE);
	tear_down (&fixture);
}

static void
test_freed (void)
{
	PstPacket packet;
	Fixture fixture;

	set_up (&fixture, say_large_and_wait);
	g_assert_cmpint (hear (&fixture, &packet), ==, PST_WIRE_META);
	g_assert_cmpint (hear (&fixture, &packet), ==, PST_WIRE_DONE);
	pst_feed_listen_ahead (fixture.feed);
	spool_unref (packet.content);
	tear_down (&fixture);
}

static const struct {
	const char *name;
	Speech speech;
} liars[] = {
	{"/pst/feed/refuses-a-slot-that-does-not-exist", say_wrong_number},
	{"/pst/feed/refuses-a-slot-out-of-turn", say_out_of_turn},
	{"/pst/feed/refuses-more-than-a-slot-holds", say_wrong_length},
	{"/pst/feed/refuses-a-slot-without-a-length", say_half_a_slot},
	{"/pst/feed/refuses-a-slot-that-belongs-to-nothing", say_slot_of_nothing},
	{"/pst/feed/refuses-data-that-belong-to-nothing", say_data_of_nothing},
	{"/pst/feed/refuses-a-packet-without-a-length", say_too_little},
	{"/pst/feed/refuses-a-packet-without-a-kind", say_nothing},
	{"/pst/feed/refuses-a-packet-that-is-cut-off", say_less_than_claimed},
	{"/pst/feed/refuses-a-packet-of-endless-length", say_most_of_all},
	{"/pst/feed/gives-up-a-child-that-hears-no-answer", say_slots_for_ever},
	{"/pst/feed/gives-up-a-child-that-always-begins-again", say_restart_for_ever},
};

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/feed/contents-arrive-as-they-were-sent", test_contents);
	g_test_add_func ("/pst/feed/also-when-heard-ahead", test_ahead);
	g_test_add_func ("/pst/feed/also-when-all-are-kept", test_kept);
	g_test_add_func ("/pst/feed/the-digest-is-of-the-bytes-that-are-kept", test_scribbler);
	g_test_add_func ("/pst/feed/what-the-dead-left-is-not-mixed-in", test_restart);
	g_test_add_func ("/pst/feed/can-be-left-while-it-listens", test_freed);
	for (gsize i = 0; i < G_N_ELEMENTS (liars); i++)
		g_test_add_data_func (liars[i].name, (gconstpointer) liars[i].speech, test_liar);
	return g_test_run ();
}
