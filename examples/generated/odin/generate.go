package odin

//go:generate go tool vdsgen
