package vdssimple

//go:generate go tool vdsgen
