package eiger

//go:generate go tool vdsgen
