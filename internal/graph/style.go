package graph

// Measures in user units, which are pixels at the picture's own size.
const (
	pageWidth = 1600.0
	margin    = 40.0

	titleSize = 26.0
	rootSize  = 19.0
	nameSize  = 15.0
	textSize  = 13.0
	chipSize  = 12.5

	// Widths of a character in parts of the size: the advance of the monospaced fonts in use, and more than the average
	// of the proportional ones, so that what is measured with it fits.
	glyph = 0.605
	sans  = 0.6
	bold  = 0.69

	rootPadding = 18.0
	rootHead    = 66.0
	rootGap     = 84.0
	columnGap   = 112.0

	concernHead    = 32.0
	concernPadding = 12.0
	concernGap     = 14.0

	chipHeight  = 22.0
	chipGap     = 6.0
	chipPadding = 7.0
	typeGap     = 14.0
	rowHeight   = 27.0

	// A lane is the place of one bus in the margin beside the concerns.
	laneWidth  = 15.0
	laneMargin = 40.0
)

const (
	fontSans = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
	fontMono = "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
)

// Colours of the picture, which brings its own background and so looks the same in dark viewers.
const (
	colourPage   = "#f4f6f9"
	colourRoot   = "#ffffff"
	colourBorder = "#c3ccd8"
	colourText   = "#16202c"
	colourMuted  = "#4a5868"
	colourArrow  = "#33475e"
)

// tone is the colours of one kind of concern: a strong one for head and lines, on which text is white, and a pale one.
type tone struct{ label, strong, pale string }

var (
	toneData     = tone{"data", "#7a3b00", "#fdf1e4"}
	toneNetwork  = tone{"network", "#0b5394", "#e9f2fb"}
	toneCompute  = tone{"functions", "#5b2a86", "#f4ecfa"}
	toneFront    = tone{"API and names", "#00695c", "#e5f4f2"}
	toneWatch    = tone{"watching", "#9c1f3d", "#fceaee"}
	toneIdentity = tone{"identity and keys", "#45510b", "#f3f6e0"}
	toneOther    = tone{"other", "#37474f", "#eceff1"}
)

// tones in the order of the legend.
var tones = []tone{toneData, toneNetwork, toneCompute, toneFront, toneWatch, toneIdentity, toneOther}

var toneOf = map[string]tone{
	"journal": toneData, "database": toneData, "secrets": toneData, "state": toneData,
	"networking": toneNetwork, "endpoints": toneNetwork, "security_groups": toneNetwork, "peering": toneNetwork,
	"compute": toneCompute, "schedules": toneCompute,
	"api": toneFront, "dns": toneFront,
	"monitoring": toneWatch, "alerts": toneWatch, "dashboard": toneWatch,
	"identity": toneIdentity, "encryption": toneIdentity,
}

func toneFor(concern string) tone {
	if t, ok := toneOf[concern]; ok {
		return t
	}
	return toneOther
}

func width(text string, size, advance float64) float64 {
	return float64(len([]rune(text))) * size * advance
}
