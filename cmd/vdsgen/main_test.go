package main

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Problems that were joined are a line each, in their order; one that says more than those in it is one line.
func TestReport(t *testing.T) {
	many := make([]error, reportMost+3)
	for i := range many {
		many[i] = fmt.Errorf("problem %d", i)
	}
	a, b, c := errors.New("a"), errors.New("b\n  with a second line"), errors.New("c")
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"one":     {a, "vdsgen: a\n"},
		"joined":  {errors.Join(a, errors.Join(b, c)), "vdsgen: a\nvdsgen: b; with a second line\nvdsgen: c\n"},
		"wrapped": {fmt.Errorf("x.h5: %w", errors.Join(a, c)), "vdsgen: x.h5: a; c\n"},
		"of both": {fmt.Errorf("%w, and %w", a, c), "vdsgen: a, and c\n"},
	} {
		var out bytes.Buffer
		if report(&out, test.err); out.String() != test.want {
			t.Errorf("%s: %q, want %q", name, &out, test.want)
		}
	}
	var out bytes.Buffer
	report(&out, errors.Join(many...))
	if lines := strings.Split(strings.TrimSpace(out.String()), "\n"); len(lines) != reportMost+1 || lines[0] != "vdsgen: problem 0" || lines[reportMost] != "vdsgen: and 3 more" {
		t.Errorf("%q", lines)
	}
}
