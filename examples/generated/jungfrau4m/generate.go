package jungfrau4m

//go:generate go tool vdsgen
