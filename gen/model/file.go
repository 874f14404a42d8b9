package model

// DefaultFile returns the name that the layout gives its file at the given values, "" when
// it gives none. l must have passed Check; the error is a diag.List as that of Lower.
func DefaultFile(l *Layout, values Params) (string, error) {
	if l.File == nil {
		return "", nil
	}
	lo := &lowerer{l: l, limit: maxMappings}
	if !lo.bind(values) || !lo.bindVars() || !lo.bindLists(values) {
		lo.list.Sort()
		return "", lo.list
	}
	name, err := l.File.Expand(lo.env, lo.texts)
	if err != nil {
		return "", err
	}
	return name, nil
}
