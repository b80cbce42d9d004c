/* pst-report.c - delivery reports and receipts: the part of them that programs read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-report.h"

#include <string.h>

#include "pst/pst-encode.h"
#include "pst/pst-envelope.h"

enum {
	PR_REPORTING_MTA = 0x6820,
	PR_ORIGINAL_MESSAGE_ID = 0x1046,
};

/* [MS-OXOMSG] 2.2.2.1: the last component of the class says what became of the message. */
static const struct {
	const char *suffix;
	const char *type;
	const char *value; /* Action (RFC 3464, 2.3.3) or Disposition (RFC 8098, 3.2.6) */
	const char *status;
} outcomes[] = {
	{ ".Expanded.DR", "delivery-status", "expanded", "2.0.0" },
	{ ".Relayed.DR", "delivery-status", "relayed", "2.0.0" },
	{ ".Delayed.DR", "delivery-status", "delayed", "4.0.0" },
	{ ".DR", "delivery-status", "delivered", "2.0.0" },
	{ ".NDR", "delivery-status", "failed", "5.0.0" },
	{ ".IPNRN", "disposition-notification", "manual-action/MDN-sent-manually; displayed",
	  NULL },
	{ ".IPNNRN", "disposition-notification", "manual-action/MDN-sent-manually; deleted", NULL },
};

/* What X.400 called it, whose numbers PR_NDR_DIAG_CODE has (RFC 2156, 5.2.2; RFC 3463). */
static const struct {
	gint64 diagnostic;
	const char *status;
} diagnostics[] = {
	{ 0, "5.1.1" }, /* unrecognised name */
	{ 1, "5.1.4" }, /* ambiguous name */
	{ 2, "5.4.5" }, /* congestion */
	{ 3, "5.4.6" }, /* loop */
	{ 4, "5.2.1" }, /* recipient unavailable */
	{ 5, "5.4.7" }, /* out of time */
	{ 6, "5.6.1" }, /* kind of content unsupported */
	{ 7, "5.2.3" }, /* content too long */
	{ 9, "5.6.2" }, /* conversion prohibited */
};

static int
find_outcome (const char *class)
{
	gsize length = strlen (class);

	if (g_ascii_strncasecmp (class, "REPORT.", 7) != 0)
		return -1;
	for (gsize i = 0; i < G_N_ELEMENTS (outcomes); i++) {
		gsize n = strlen (outcomes[i].suffix);
		if (length > n && g_ascii_strcasecmp (class + length - n, outcomes[i].suffix) == 0)
			return (int) i;
	}
	return -1;
}

/* [MS-OXPROPS] PidTagNonDeliveryReportStatusCode: 511 stands for 5.1.1. */
static void
add_status (GString *out, const PstRecipientFailure *failure, const char *otherwise)
{
	gint64 code = failure->status;

	if (code >= 200 && code <= 599) {
		g_string_append_printf (out, "Status: %d.%d.%d\n", (int) (code / 100),
					(int) (code / 10 % 10), (int) (code % 10));
		return;
	}
	for (gsize i = 0; failure->is_failure && i < G_N_ELEMENTS (diagnostics); i++)
		if (diagnostics[i].diagnostic == failure->diagnostic)
			otherwise = diagnostics[i].status;
	g_string_append_printf (out, "Status: %s\n", otherwise);
}

static void
add_address (GString *out, const char *name, const PstAddress *address)
{
	g_autofree char *value = g_strconcat ("rfc822; ", address->address, NULL);

	pst_encode_field (out, name, value);
}

static void
add_recipient (GString *out, const PstRecipient *recipient, int outcome)
{
	const PstRecipientFailure *failure = &recipient->failure;

	g_string_append_c (out, '\n');
	add_address (out, "Final-Recipient", recipient->address);
	g_string_append_printf (out, "Action: %s\n", outcomes[outcome].value);
	add_status (out, failure, outcomes[outcome].status);
	if (failure->text != NULL)
		pst_encode_field (out, "X-Supplementary-Info", failure->text);
	if (recipient->address->name != NULL && *recipient->address->name != '\0')
		pst_encode_field (out, "X-Display-Name", recipient->address->name);
}

/* No server is invented: where none is known it is said so, because the field is obligatory. */
static GString *
build_delivery_status (const PstItem *item, int outcome)
{
	g_autofree char *server = pst_item_get_text (item, PR_REPORTING_MTA);
	g_autofree char *value = g_strconcat ("dns; ", server != NULL ? server : "unknown", NULL);
	g_autoptr (GPtrArray) recipients =
		pst_item_read_recipients (item, 1u << PST_RECIPIENT_TO | 1u << PST_RECIPIENT_CC |
							1u << PST_RECIPIENT_BCC);

	if (recipients->len == 0)
		return NULL;
	GString *out = g_string_new (NULL);
	pst_encode_field (out, "Reporting-MTA", value);
	for (guint i = 0; i < recipients->len; i++)
		add_recipient (out, g_ptr_array_index (recipients, i), outcome);
	return out;
}

static GString *
build_disposition (const PstItem *item, int outcome)
{
	g_autoptr (PstAddress) reader = pst_item_get_author (item);
	g_autofree char *text = pst_item_get_text (item, PR_ORIGINAL_MESSAGE_ID);
	g_autoptr (GPtrArray) ids = pst_envelope_split_ids (text != NULL ? text : "");

	if (reader == NULL)
		return NULL;
	GString *out = g_string_new (NULL);
	add_address (out, "Final-Recipient", reader);
	g_ptr_array_set_size (ids, MIN (ids->len, 1));
	pst_encode_list (out, "Original-Message-ID", "", ids);
	g_string_append_printf (out, "Disposition: %s\n", outcomes[outcome].value);
	return out;
}

GString *
pst_report_build (const PstItem *item, const char **type)
{
	int outcome = find_outcome (item->class);

	if (outcome < 0)
		return NULL;
	*type = outcomes[outcome].type;
	return outcomes[outcome].status != NULL ? build_delivery_status (item, outcome)
						: build_disposition (item, outcome);
}
