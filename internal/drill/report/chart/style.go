package chart

import (
	"fmt"
	"strings"
)

// style is the picture's own; its classes begin with tl so that they do not touch a page around it.
const style = `<style>
.tl{--page:#fff;--ink:#1b1f24;--soft:#5b6470;--grid:#e4e7eb;--axis:#9aa3ad;--fail:#d55e00;--r0:#0072b2;--r1:#e69f00;--r2:#009e73;--r3:#cc79a7;
font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:11px;font-variant-numeric:tabular-nums}
@media screen and (prefers-color-scheme:dark){.tl{--page:#14181d;--ink:#e8ebef;--soft:#9da7b3;--grid:#272d35;--axis:#5b6673;--fail:#ff7f2a;--r0:#56b4e9;--r1:#f0b429;--r2:#2fc79a;--r3:#e39cc4}}
.tl-page{fill:var(--page)}
.tl text{fill:var(--ink)}
.tl text.tl-soft{fill:var(--soft)}
.tl text.tl-title{font-size:13px;font-weight:600}
.tl text.tl-mark{paint-order:stroke;stroke:var(--page);stroke-width:4px;stroke-linejoin:round}
.tl text.tl-fault{fill:var(--fail);font-weight:600}
.tl path{fill:none}
.tl-grid{stroke:var(--grid);stroke-width:1}
.tl-axis{stroke:var(--axis);stroke-width:1}
.tl-line{stroke:var(--soft);stroke-width:1;stroke-dasharray:2 3}
.tl-fault-line{stroke:var(--fail);stroke-width:1.5}
.tl-ruler{stroke:var(--ink);stroke-width:1.5}
.tl-missed{stroke:var(--fail)}
.tl-objective{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 3}
.tl-p99{stroke:var(--ink);stroke-width:1.5;stroke-linejoin:round}
.tl-p50{stroke:var(--soft);stroke-width:1;stroke-linejoin:round}
.tl-hover{fill:transparent}
.tl-hover:hover{fill:var(--soft);fill-opacity:.16}
.tl .tl-open{fill:var(--fail)}
`

// definitions are the fills: a Region's colour for what was posted, its stripes for what was accepted and not yet posted,
// and the hatching of failures.
func definitions(regions int) string {
	var text strings.Builder
	for i := range regions {
		fmt.Fprintf(&text, ".tl .tl-a%d{fill:var(--r%d)}\n.tl .tl-b%d{fill:url(#tl-s%d)}\n", i, i%4, i, i)
	}
	text.WriteString(".tl .tl-f{fill:url(#tl-hatch)}\n</style>\n<defs>\n")
	for i := range regions {
		fmt.Fprintf(&text, `<pattern id="tl-s%d" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" style="fill:var(--r%d);fill-opacity:.3"/><rect width="4" height="1.6" style="fill:var(--r%d)"/></pattern>`+"\n", i, i%4, i%4)
	}
	text.WriteString(`<pattern id="tl-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" style="fill:var(--fail);fill-opacity:.35"/><rect width="2.2" height="5" style="fill:var(--fail)"/></pattern>` + "\n</defs>\n")
	return text.String()
}
