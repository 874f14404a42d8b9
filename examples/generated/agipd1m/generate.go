package agipd1m

//go:generate go tool vdsgen
