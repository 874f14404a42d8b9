package runtime

import "testing"

func TestTemplateNames(t *testing.T) {
	for _, c := range []struct {
		stored   string
		template bool
		third    string // with block number 3, empty where the name is wrong
	}{
		{"a.h5", false, "a.h5"}, {"f-%b.h5", true, "f-3.h5"}, {"100%%", false, "100%"}, {"%%b", false, "%b"}, {"%b%%%b", true, "3%3"}, {"%%%b", true, "%3"},
		{"%d", false, ""}, {"%05b", false, ""}, {"a%", false, ""}, {"%%%", false, ""},
	} {
		if got := isTemplate(c.stored); got != c.template {
			t.Errorf("%q: template %v", c.stored, got)
		}
		if err := checkName(c.stored); (err != nil) != (c.third == "") {
			t.Errorf("%q: %v", c.stored, err)
		} else if got := expandName(c.stored, 3); err == nil && got != c.third {
			t.Errorf("%q: %q, want %q", c.stored, got, c.third)
		}
	}
}

// A literal name comes back from what is stored of it, and no stored name does harm.
func FuzzNames(f *testing.F) {
	for _, name := range []string{"a.h5", "100%", "%b", "%%", "ß%d"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		expandName(name, 7)
		stored := escapeName(name)
		if err := checkName(stored); err != nil || isTemplate(stored) || expandName(stored, 7) != name {
			t.Errorf("%q is stored as %q and read as %q, %v", name, stored, expandName(stored, 7), err)
		}
	})
}
