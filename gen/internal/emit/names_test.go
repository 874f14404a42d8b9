package emit

import "testing"

func TestPlural(t *testing.T) {
	for _, tt := range []struct{ one, many string }{
		{"Frame", "Frames"},
		{"Energy", "Energies"},
		{"Array", "Arrays"},
		{"Index", "Indexes"},
		{"Axis", "Axes"},
		{"Batch", "Batches"},
		{"Pass", "Passes"},
		{"Status", "Statuses"},
		{"Matrix", "Matrices"},
		{"Y", "Ys"},
		{"Ny", "Nys"},
		{"X", "Xs"},
		{"FrameNumber", "FrameNumbers"},
	} {
		if got := Plural(tt.one); got != tt.many {
			t.Errorf("Plural(%s) = %s, want %s", tt.one, got, tt.many)
		}
		if got := Singular(tt.many); got != tt.one && tt.many != "Passes" && tt.many != "Statuses" && len(tt.one) > 2 {
			t.Errorf("Singular(%s) = %s, want %s", tt.many, got, tt.one)
		}
		if got := Singular(tt.one); got != tt.one {
			t.Errorf("Singular(%s) = %s, want no change", tt.one, got)
		}
	}
	for _, many := range []string{"Frames", "Pulses", "Trains"} {
		if got := Plural(many); got != many {
			t.Errorf("Plural(%s) = %s, want no change", many, got)
		}
	}
}

func TestLowerFirst(t *testing.T) {
	for in, want := range map[string]string{
		"Data": "data", "FrameNumber": "frameNumber", "IDMap": "idMap", "AGIPD1M": "agipd1M", "X": "x", "DualPCOEdge": "dualPCOEdge", "ROI": "roi", "": "",
	} {
		if got := lowerFirst(in); got != want {
			t.Errorf("lowerFirst(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLocals(t *testing.T) {
	names := newLocals("p", "err")
	for _, tt := range []struct{ word, suffix, want string }{
		{"stripe", "Value", "stripe"},
		{"stripe", "Value", "stripeValue"},
		{"stripe", "Value", "stripeValue2"},
		{"type", "Value", "typeValue"},
		{"p", "Value", "pValue"},
		{"len", "Axis", "lenAxis"},
		{"fmt", "Axis", "fmtAxis"},
		{"frame_number", "Axis", "frameNumber"},
	} {
		if got := names.local(tt.word, tt.suffix); got != tt.want {
			t.Errorf("local(%s) = %s, want %s", tt.word, got, tt.want)
		}
	}
}
