// Package hdf5 reads and writes HDF5 files in pure Go, one file at a time.
package hdf5
