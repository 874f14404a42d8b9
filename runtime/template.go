package runtime

// isTemplate reports whether a stored name has a %b.
func isTemplate(name string) bool { return false }

// parseTemplate checks a stored name.
func parseTemplate(name string) (any, error) { return nil, nil }
