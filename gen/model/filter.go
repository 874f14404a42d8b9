package model

import "strconv"

func filterString(f *Filter) string {
	if f.Level < 0 {
		return f.Name
	}
	return f.Name + "(" + strconv.Itoa(f.Level) + ")"
}
