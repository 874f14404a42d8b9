package events

//go:generate go tool vdsgen
