package eigerseries

//go:generate go tool vdsgen
