/* test-store-index.c - what an index of Thunderbird's says about its folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store-index.h"

#include <string.h>

#define COLUMNS "< <(a=c)> // (f=iso-8859-1)\n (80=x)(83=folderName)(91=folderNameToo)>\n"

static void
expect_name (const char *index, const char *expected)
{
	g_autofree char *name = store_index_parse (index, strlen (index), "folderName");

	g_assert_cmpstr (name, ==, expected);
}

static void
test_index (void)
{
	expect_name (COLUMNS "[1(^83=Plans)]", "Plans");
	expect_name (COLUMNS "[1(^83=a\\)b\\\\$C3$A9\\\nz)(^80=other)]", "a)b\\\303\251z");
	expect_name (COLUMNS "<(83=wrong)(91=by reference)>[1(^83^91)]", "by reference");
	expect_name (COLUMNS "[1(^83=first)]\n@$${1{@ [1(^83=last)] @$$}1}@", "last");
	expect_name (COLUMNS "[1(^83=first)]<(A1=later)>[1(^83^A1)]", "later");
	expect_name (COLUMNS "// (^83=comment)\n[1(^80=x)]", NULL);
	expect_name (COLUMNS "[1(^83^77)]", NULL);
	expect_name ("<(83=folderName)>[1(^83=no column)]", NULL);
}

static void
test_damaged_index (void)
{
	static const char *const whole = COLUMNS "<(91=a$C3$A9\\)b)>[1(^83^91)(^80=x)]";

	expect_name ("", NULL);
	expect_name (COLUMNS "[1(^83=cut", "cut");
	expect_name (COLUMNS "[1(^83", "");
	/* Wherever it ends, this ends too, and within what there is. */
	for (gsize length = 0; length <= strlen (whole); length++) {
		g_autofree char *cut = g_memdup2 (whole, length);
		g_autofree char *name = store_index_parse (cut, length, "folderName");
		g_assert_true (name == NULL || strlen (name) < 8);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/store/index/has-the-real-name", test_index);
	g_test_add_func ("/store/index/a-damaged-one-does-no-harm", test_damaged_index);
	return g_test_run ();
}
