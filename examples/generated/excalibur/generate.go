package excalibur

//go:generate go tool vdsgen
