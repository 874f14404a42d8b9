package growing

//go:generate go tool vdsgen
