/* pst-writer-rtf.h - wrap RTF as Outlook stores it ([MS-OXRTFCP])
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include "support/pst-writer.h"

/* The value of PidTagRtfCompressed for an RTF document. */
GBytes *pst_writer_rtf_wrap (const void *rtf, gsize length, PstWriterRtf form);
