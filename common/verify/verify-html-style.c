/* verify-html-style.c - how the page of a comparison looks: on a screen, a telephone, and paper
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Text keeps a contrast of 4.5 to 1 on its ground, by day and by night. Nothing scrolls sideways:
 * whatever is long breaks.
 */
#include "verify/verify-html-parts.h"

/* clang-format off */
const char verify_html_style[] =
	":root{color-scheme:light dark;--ink:#1c2326;--soft:#5a666c;--line:#dce1e3;--ground:#fff;"
	"--quiet:#f4f6f6;--accent:#0b6b6b;--alert:#a5351c}\n"
	"@media(prefers-color-scheme:dark){:root{--ink:#e4e9ea;--soft:#a3afb4;--line:#39434a;"
	"--ground:#171c1f;--quiet:#20272b;--accent:#5cc4bc;--alert:#ff9a7a}}\n"
	"*{box-sizing:border-box}\n"
	"html{-webkit-text-size-adjust:100%;text-size-adjust:100%}\n"
	"body{margin:0;background:var(--ground);color:var(--ink);overflow-wrap:anywhere;"
	"font:1rem/1.6 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif}\n"
	"main,footer{max-width:46rem;margin:0 auto;padding:0 1.25rem}\n"
	"main{padding-top:3rem}\n"
	"p{margin:0 0 .5rem}\n"
	"code,pre{font:.875em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,\"DejaVu Sans Mono\","
	"monospace}\n"
	"code.option{white-space:nowrap}\n"
	"h1{margin:0 0 1.25rem;font-size:1.0625rem;font-weight:600;color:var(--soft)}\n"
	"h2{margin:0 0 .5rem;font-size:1.375rem;line-height:1.3;font-weight:600;"
	"letter-spacing:-.01em}\n"
	"h3{display:inline;margin:0;font-size:1.0625rem;font-weight:600}\n"
	"section{margin-top:3.5rem}\n"
	".lead{color:var(--soft)}\n"

	/* The verdict */
	".verdict{margin-top:0}\n"
	".answer{margin:0 0 .75rem;font-size:clamp(2.25rem,9vw,3.5rem);line-height:1.1;"
	"font-weight:650;letter-spacing:-.025em;color:var(--accent)}\n"
	".answer.bad{color:var(--alert)}\n"
	".consequence{font-size:1.25rem;line-height:1.45}\n"
	".verdict ul.reasons{margin:.5rem 0;padding:0;list-style:none}\n"
	".verdict>.bar{margin:1.75rem 0 .75rem}\n"
	".as-of{margin:1.25rem 0 0;font-size:.875rem;color:var(--soft)}\n"
	".not-carried{margin-top:1.25rem;padding:.75rem 1rem;border-left:3px solid var(--soft);"
	"background:var(--quiet)}\n"

	/* Bars: what is seen is border, so that it prints */
	".bar{display:flex;gap:2px;width:100%;border-radius:.125rem;overflow:hidden}\n"
	".bar span{flex:1 1 0;min-width:5px;height:var(--high);border:0 solid var(--accent);"
	"--high:.5rem}\n"
	".verdict>.bar span{--high:.875rem}\n"
	".bar .proven{border-top-width:var(--high)}\n"
	".bar .equal{border-width:calc(var(--high)*.375) 0}\n"
	".bar .alike{border:2px dotted var(--soft)}\n"
	".bar .altered{border-color:var(--alert);border-width:calc(var(--high)*.625) 0 1px}\n"
	".bar .collapsed{border:2px dashed var(--alert)}\n"
	".bar .missing{border:2px solid var(--alert)}\n"
	".legend{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:0;padding:0;list-style:none;"
	"font-size:.875rem;color:var(--soft)}\n"
	".legend li{display:flex;align-items:center;gap:.5rem}\n"
	".legend .bar{flex:none;width:1.5rem}\n"

	/* Tables */
	"table{width:100%;margin-top:1rem;border-collapse:collapse}\n"
	"th,td{padding:.625rem 0 .625rem 1rem;border-bottom:1px solid var(--line);"
	"text-align:right;vertical-align:top;font-weight:400;font-variant-numeric:tabular-nums}\n"
	"th:first-child,td:first-child{padding-left:0;text-align:left}\n"
	"th.number,td{overflow-wrap:normal;white-space:nowrap;width:1%}\n"
	"thead th{border-bottom-color:var(--soft);font-size:.8125rem;color:var(--soft)}\n"
	"tfoot th,tfoot td{border-bottom:0;font-weight:600}\n"
	"tbody th{font-weight:500}\n"
	"th .bar{margin:.375rem 0 .25rem}\n"
	"th small{display:block;font-size:.875rem;font-weight:400;color:var(--soft)}\n"
	".remarks{margin:0;font-size:.875rem;font-weight:400;color:var(--soft)}\n"
	".off .remarks{color:var(--alert)}\n"
	".zero{color:var(--soft)}\n"

	/* Lists */
	"details{margin-top:1rem;border-top:1px solid var(--line);padding-top:.875rem}\n"
	"summary{cursor:pointer}\n"
	"summary:focus-visible{outline:2px solid var(--accent);outline-offset:3px}\n"
	"summary+p{margin:.25rem 0 1rem;color:var(--soft)}\n"
	".count{margin-left:.25rem;color:var(--soft);font-variant-numeric:tabular-nums}\n"
	".difference h3,.difference .count{color:var(--alert)}\n"
	"details ol{margin:0;padding:0;list-style:none}\n"
	"details li{padding:.625rem 0 .625rem 1rem;border-left:2px solid var(--line)}\n"
	"details li+li{margin-top:.25rem}\n"
	".difference li{border-left-color:var(--alert)}\n"
	"li p{margin:0}\n"
	".subject{font-weight:500}\n"
	".facts,.why,.origin{font-size:.875rem;color:var(--soft)}\n"
	".why{color:var(--ink)}\n"
	".why code{margin-left:.25rem;color:var(--soft)}\n"
	".more{margin-top:.75rem;color:var(--soft)}\n"

	/* What to do, how it was proven */
	"pre{margin:.75rem 0;padding:.875rem 1rem;background:var(--quiet);border:1px solid "
	"var(--line);border-radius:.375rem;white-space:pre-wrap}\n"
	"dl{display:grid;grid-template-columns:minmax(5.5rem,max-content) 1fr;gap:.375rem 1.25rem;"
	"margin:1rem 0 0}\n"
	"dt{color:var(--soft)}\n"
	"dd{margin:0}\n"
	"footer{margin-top:4rem;padding-bottom:3rem;font-size:.875rem;color:var(--soft)}\n"
	"footer p{padding-top:1rem;border-top:1px solid var(--line)}\n"

	/* Paper */
	"@page{margin:18mm}\n"
	"@media print{:root{color-scheme:light;--ink:#000;--soft:#444;--line:#bbb;--ground:#fff;"
	"--quiet:#fff;--accent:#0b5a5a;--alert:#8f2a12}"
	"body{font-size:10.5pt}main,footer{max-width:none;padding:0}section{margin-top:2rem}"
	"h2,h3,summary,summary+p{break-after:avoid}tr,li,dt,dd,pre,.not-carried,.verdict"
	"{break-inside:avoid}thead{display:table-header-group}tfoot{display:table-row-group}"
	"p,li{orphans:3;widows:3}details::details-content{content-visibility:visible;"
	"display:block}summary{list-style:none}summary::-webkit-details-marker{display:none}}\n";
/* clang-format on */
