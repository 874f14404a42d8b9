package diag

import (
	"fmt"
	"strings"
)

// maxSimilarLen bounds the names compared, so that hostile names cost nothing.
const maxSimilarLen = 64

// Similar returns the candidate that name was most likely meant to be, or "" when
// none is close: at most a third of the letters wrong, letter case aside.
func Similar(name string, candidates ...string) string {
	if name == "" || len(name) > maxSimilarLen {
		return ""
	}
	best, bestDistance := "", max(1, len(name)/3)+1
	for _, c := range candidates {
		if len(c) > maxSimilarLen || c == name {
			continue
		}
		d := distance(strings.ToLower(name), strings.ToLower(c))
		if n := min(len(name), len(c)); n >= 3 && strings.EqualFold(name[:n], c[:n]) {
			d = min(d, max(1, len(name)/3)) // an abbreviation, or a word written out
		}
		if d < bestDistance && d < len(c) {
			best, bestDistance = c, d
		}
	}
	return best
}

// DidYouMean returns " (did you mean …?)" for the closest candidate, or "".
func DidYouMean(name string, candidates ...string) string {
	if s := Similar(name, candidates...); s != "" {
		return fmt.Sprintf(" (did you mean %s?)", s)
	}
	return ""
}

// distance counts insertions, deletions, replacements and swaps of neighbours.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
