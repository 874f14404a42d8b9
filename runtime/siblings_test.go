package runtime

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// TestSiblings probes sources of which some are missing: three modules in sequence files, whose lengths are those of the other modules' files.
func TestSiblings(t *testing.T) {
	for _, tt := range []struct {
		name    string
		lengths [3][3]int // by module and sequence; 0 is missing
		nowhere bool      // nothing is said about places
		want    string
	}{
		{"one is missing", [3][3]int{{2, 3, 4}, {2, 0, 4}, {2, 3, 4}}, false, "2 3 4 2 3 4 2 3 4"},
		{"one is missing, and no place is known", [3][3]int{{2, 3, 4}, {2, 0, 4}, {2, 3, 4}}, true, "source 1_1.h5:data is missing: the others do not agree on the extent of axis 0: 2 and 4"},
		{"a sequence is missing, and the others agree", [3][3]int{{2, 0, 2}, {2, 0, 2}, {2, 0, 2}}, false, "2 2 2 2 2 2 2 2 2"},
		{"modules differ at its place", [3][3]int{{2, 3, 4}, {2, 0, 4}, {2, 1, 4}}, false, "source 1_1.h5:data is missing: the others at its place do not agree on the extent of axis 0: 3 and 1"},
		{"a sequence is missing, and the others differ", [3][3]int{{2, 0, 4}, {2, 0, 4}, {2, 0, 4}}, false, "source 0_1.h5:data is missing: the others do not agree on the extent of axis 0: 2 and 4"},
		{"all are missing", [3][3]int{}, false, "no other source tells its extents"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, dir := context.Background(), t.TempDir()
			var sources []Source
			for module := range 3 {
				for seq, n := range tt.lengths[module] {
					file := fmt.Sprintf("%d_%d.h5", module, seq)
					if n > 0 {
						w, err := CreateSource[int8](ctx, dir, NewSource(file, "data", []int{n, 3}))
						must(t, err)
						must(t, w.Append(make([]int8, 3*n)))
						must(t, w.Close())
					}
					opts := []SourceOption{Optional(), Siblings(0, seq)}
					if tt.nowhere {
						opts = opts[:1]
					}
					sources = append(sources, NewSource(file, "data", []int{Probe, Probe}, opts...))
				}
			}
			probed, err := ProbeSources(ctx, in(dir, "v.h5"), sources)
			if err != nil {
				if !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v\nwant %s", err, tt.want)
				}
				return
			}
			var got []string
			for _, s := range probed {
				got = append(got, fmt.Sprint(s.Len(0)))
			}
			if text := strings.Join(got, " "); text != tt.want {
				t.Errorf("lengths %s\nwant    %s", text, tt.want)
			}
		})
	}
}
