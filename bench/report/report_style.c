/* SPDX-License-Identifier: MIT */
#include "report_page.h"

/* Colours as those of the pages (web/style.css): a transport has one everywhere. */
#define DARK                                                                                   \
    "color-scheme:dark;--page:#12151b;--card:#1b2028;--sunken:#232933;--ink:#e9ebef;"          \
    "--muted:#a1abba;--line:#343c49;--accent:#8dbbee;--on:#0e1a28;--good:#5fcf97;"             \
    "--fair:#9bc4a9;--warn:#f1b04c;--bad:#ff8a80;--short:#f2a93b;--close:#ef8354;"             \
    "--long:#dd93c8;--sse:#4ccba3;--socket:#6fb4f4;--other:#aeb8c6}\n"

static const char *const style[] = {
    ":root{color-scheme:light;--page:#f5f4f0;--card:#fff;--sunken:#f1f0eb;--ink:#1c2230;"
    "--muted:#596273;--line:#d9d6ce;--accent:#1f4e79;--on:#fff;--good:#1a7a4c;--fair:#4d7d62;"
    "--warn:#a05a00;--bad:#b3261e;--short:#a55800;--close:#bf4019;--long:#a03a86;--sse:#007a5c;"
    "--socket:#0b63b0;--other:#5c6675}\n",
    /* On paper it is always light. */
    "@media screen and (prefers-color-scheme:dark){:root:not(:has(#theme-light:checked)){" DARK
    "}\n@media screen{:root:has(#theme-dark:checked){" DARK "}\n",
    "*{box-sizing:border-box}\n"
    "html{scroll-padding-top:1rem}\n"
    "body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;"
    "font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}\n"
    "@media (min-width:1000px){html{font-size:clamp(15px,1.15vw,22px)}}\n"
    "[lang=zh-CN]{font-family:system-ui,\"PingFang SC\",\"Microsoft YaHei\","
    "\"Noto Sans CJK SC\",sans-serif}\n"
    "h1,h2,h3,p,dl,dd,figure,pre{margin:0}\n"
    "a{color:inherit;text-decoration-color:var(--line);text-underline-offset:.2em}\n"
    "a:hover{text-decoration-color:currentcolor}\n"
    "code,pre{font-family:ui-monospace,\"DejaVu Sans Mono\",monospace;font-size:.88em}\n",
    /* the choices: inputs out of sight, labels that look pressed */
    "body>input{position:absolute;opacity:0;pointer-events:none}\n"
    "#lang-en:checked~* [lang=zh-CN],#lang-zh:checked~* [lang=en]{display:none}\n"
    "header{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;padding:.6rem 1.5rem;"
    "background:var(--card);border-bottom:1px solid var(--line)}\n"
    "header strong{margin-right:auto;font-size:1.1rem}\n"
    ".choice{display:flex;border:1px solid var(--line);border-radius:8px;overflow:hidden}\n"
    ".choice label{padding:.15rem .7rem;cursor:pointer}\n"
    "#lang-en:checked~header [for=lang-en],#lang-zh:checked~header [for=lang-zh],"
    "#theme-auto:checked~header [for=theme-auto],#theme-light:checked~header [for=theme-light],"
    "#theme-dark:checked~header [for=theme-dark]{background:var(--accent);color:var(--on)}\n"
    "#lang-en:focus-visible~header [for=lang-en],#lang-zh:focus-visible~header [for=lang-zh],"
    "#theme-auto:focus-visible~header [for=theme-auto],"
    "#theme-light:focus-visible~header [for=theme-light],"
    "#theme-dark:focus-visible~header [for=theme-dark]{outline:3px solid var(--warn);"
    "outline-offset:-3px}\n",
    "main{max-width:100rem;margin:0 auto;padding:1.2rem 1.5rem 4rem}\n"
    "h1{font-size:1.9rem;line-height:1.2;letter-spacing:-.01em}\n"
    "h2{font-size:1.45rem;line-height:1.25;margin-top:2.6rem}\n"
    "h3{font-size:1.08rem;margin:1.4rem 0 .6rem}\n"
    ".lead{color:var(--muted);max-width:62rem;margin:.25rem 0 .9rem}\n"
    ".regime{font-size:1.08rem;max-width:62rem}\n"
    ".notice{padding:.6rem 1rem;border-left:5px solid var(--tone,var(--warn));"
    "background:var(--card);margin:.7rem 0;max-width:62rem}\n"
    ".notice.bad{--tone:var(--bad)}\n",
    /* transports and verdicts */
    ".t-websocket{--tone:var(--socket)}.t-sse{--tone:var(--sse)}"
    ".t-long-poll{--tone:var(--long)}.t-short-poll{--tone:var(--short)}"
    ".t-short-poll-close{--tone:var(--close)}.t-other{--tone:var(--other)}\n"
    ".good{--tone:var(--good)}.fair{--tone:var(--fair)}.warn{--tone:var(--warn)}"
    ".bad{--tone:var(--bad)}.none{--tone:var(--muted)}\n"
    ".lane{white-space:nowrap;border-bottom:3px solid var(--tone);padding:0 .1rem}\n"
    ".lane sup{font-size:.68em;color:var(--muted);margin-right:.15em;line-height:0}\n"
    ".order b{font-weight:500;color:var(--muted);padding:0 .25em}\n"
    ".verdict{color:var(--tone);font-weight:600}\n"
    ".verdict.none{font-weight:400}\n"
    ".sum{margin:0 0 1rem}\n"
    ".sum .order{font-size:1.15rem;font-weight:600;line-height:2}\n"
    ".counts{display:flex;flex-wrap:wrap;gap:3px;border-radius:9px;overflow:hidden;"
    "margin-top:.25rem}\n"
    ".count{background:var(--tone);color:var(--card);padding:.35rem .8rem;flex-basis:8.5rem;"
    "print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
    ".count b{font-size:1.3rem;margin-right:.3rem}\n",
    "table{border-collapse:collapse;width:100%;background:var(--card);font-size:.95rem}\n"
    "th,td{padding:.42rem .8rem;border-bottom:1px solid var(--line);text-align:left;"
    "vertical-align:top}\n"
    "thead th{color:var(--muted);font-weight:500}\n"
    "tbody th{font-weight:600}\n"
    ".unit{color:var(--muted);font-weight:400}\n"
    ".narrow{display:none}\n"
    ".scroll{overflow-x:auto}\n"
    ".map{display:block;width:100%;min-width:58rem;height:auto}\n"
    ".figures td,.figures thead th{text-align:right;white-space:nowrap}\n"
    ".figures thead th{border-bottom:3px solid var(--tone,var(--line));color:var(--ink)}\n"
    ".figures thead th:first-child,.figures .order{text-align:left}\n"
    ".figures tbody th{white-space:nowrap}\n"
    ".figures td small{display:block;color:var(--muted);font-size:.78em;line-height:1.2}\n"
    ".figures .part th,.figures .model th{font-weight:400;padding-left:1.9rem}\n"
    ".figures .model{color:var(--muted);font-style:italic}\n",
    ".plots{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,23rem),1fr));"
    "grid-auto-flow:dense;gap:1rem}\n"
    ".tall{grid-row:span 2}\n"
    "figure{background:var(--card);border:1px solid var(--line);border-radius:12px;"
    "padding:.7rem .9rem .6rem;min-width:0}\n"
    "figcaption{font-weight:600;margin-bottom:.35rem}\n"
    "svg{display:block;width:100%;height:auto;overflow:visible}\n"
    "svg text{fill:var(--ink);font-size:14px}\n"
    "svg .label,svg .tick{text-anchor:end}\n"
    "svg .value{text-anchor:end;font-weight:600}\n"
    "svg .tick,svg .name{fill:var(--muted);font-size:13px}\n"
    "svg .name,svg .middle{text-anchor:middle}\n"
    "svg .tone,svg .heads{fill:var(--tone)}\n"
    "svg .framing{fill:var(--tone);fill-opacity:.45}\n"
    "svg .payload{fill:var(--ink)}\n"
    "svg .range{stroke:var(--ink);stroke-width:1.5;fill:none}\n"
    "svg .mark{fill:var(--card);stroke:var(--ink);stroke-width:1.5}\n"
    "svg .axis,svg .grid{stroke:var(--line);fill:none}\n"
    "svg .axis{stroke:var(--muted)}\n"
    "svg .curve{stroke:var(--tone);stroke-width:2.5;fill:none}\n"
    "svg .curve.t-short-poll-close{stroke-dasharray:7 4}\n",
    "svg .theory{stroke:var(--tone,var(--ink));stroke-width:1.5;fill:none}\n"
    "svg .theory.other{stroke:var(--muted);stroke-dasharray:4 4}\n"
    "svg .point{fill:var(--tone);r:4.5px}\n"
    "svg .point.t-short-poll-close{fill:none;stroke:var(--tone);stroke-width:2.5;r:8px}\n"
    ".keys{display:flex;flex-wrap:wrap;gap:.1rem .9rem;font-size:.85rem;color:var(--muted)}\n"
    ".key::before{content:\"\";display:inline-block;width:.8em;height:.8em;border-radius:2px;"
    "margin-right:.35em;background:var(--tone,var(--muted));print-color-adjust:exact;"
    "-webkit-print-color-adjust:exact}\n"
    ".key.payload::before{background:var(--ink)}\n"
    ".key.framing::before{opacity:.45}\n"
    ".key.line::before{height:0;width:1.4em;border-top:2px solid var(--ink);border-radius:0;"
    "background:none;vertical-align:.25em}\n"
    ".key.line.other::before{border-top:2px dashed var(--muted)}\n",
    ".facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));"
    "gap:.5rem 1.5rem;margin-top:.6rem}\n"
    ".facts.wide{grid-template-columns:repeat(auto-fill,minmax(min(100%,28rem),1fr))}\n"
    ".facts dt{color:var(--muted);font-size:.88rem}\n"
    ".facts dd{overflow-wrap:anywhere}\n"
    ".topics{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,26rem),1fr));"
    "gap:1rem}\n"
    ".topics article{background:var(--card);border:1px solid var(--line);border-radius:12px;"
    "padding:.3rem 1rem .8rem}\n"
    ".topics article:target{border-color:var(--accent);box-shadow:0 0 0 2px var(--accent)}\n"
    ".topics h3{margin:.5rem 0 .2rem}\n"
    ".topics p+p{margin-top:.4rem}\n"
    "em{font-style:normal;font-weight:600;color:var(--warn)}\n"
    ".download{font-weight:600}\n"
    "details{margin-top:.8rem}\n"
    "summary{cursor:pointer}\n"
    "pre{background:var(--sunken);padding:.8rem 1rem;border-radius:8px;white-space:pre-wrap;"
    "overflow-wrap:anywhere}\n",
    "@media screen and (max-width:700px){.tall{grid-row:auto}header{padding:.5rem "
    ".9rem}main{padding:.9rem .9rem 3rem}"
    "h1{font-size:1.5rem}h2{font-size:1.25rem;margin-top:2rem}"
    ".verdicts,.verdicts tbody,.verdicts tr,.verdicts th,.verdicts td{display:block}"
    ".verdicts thead{display:none}.verdicts tr{border-bottom:1px solid var(--line);"
    "padding:.5rem 0}.verdicts th,.verdicts td{border:0;padding:.15rem .8rem}"
    ".narrow{display:inline;color:var(--muted)}.order{line-height:1.9}"
    ".figures th,.figures td{padding:.35rem .5rem}"
    ".figures tbody th{white-space:normal;min-width:8.5rem}}\n",
    "@media print{@page{size:A4;margin:14mm}html{font-size:9.5pt}body{background:#fff}"
    ".choice,.download,details{display:none}header{padding:0;border:0}main{padding:0}"
    "h2,h3{break-after:avoid}figure,article,tr,.sum{break-inside:avoid}"
    ".plots{grid-template-columns:1fr 1fr}.topics{grid-template-columns:1fr 1fr}"
    ".scroll{overflow:visible}.map{min-width:0}.figures th,.figures td{padding:.25rem .3rem}"
    ".figures tbody th,.figures thead th{white-space:normal}a{text-decoration:none}}\n",
};

/* Without it the page is in English until a label is pressed. */
static const char script[] =
    "{const zh=document.getElementById(\"lang-zh\");"
    "const asked=new URLSearchParams(location.search).get(\"lang\")||navigator.language||\"\";"
    "zh.checked=/^zh/i.test(asked);"
    "const name=()=>{document.documentElement.lang=zh.checked?\"zh-CN\":\"en\"};"
    "name();document.addEventListener(\"change\",name)}\n";

void page_style(struct builder *out)
{
    for (unsigned i = 0; i < sizeof(style) / sizeof(style[0]); i++)
        builder_add_text(out, style[i]);
}

void page_script(struct builder *out)
{
    builder_add_text(out, script);
}
