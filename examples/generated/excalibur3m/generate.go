package excalibur3m

//go:generate go tool vdsgen
