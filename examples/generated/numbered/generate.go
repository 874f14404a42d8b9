package numbered

//go:generate go tool vdsgen
