// Package heap reads the three kinds of heaps of HDF5: local heaps hold the names of old-style groups, global heap
// collections hold variable-length values and the mappings of virtual datasets, fractal heaps hold the links and attributes
// of objects that have many.
package heap
