// Package fetch carries out what package plan has worked out: it keeps source files open, within bounds, and reads strided
// boxes of their datasets into the caller's array on several goroutines.
//
// files.go holds the open files, pool.go runs work on a bounded number of goroutines, contiguous.go reads boxes of
// datasets whose elements lie in one block, and chunked.go those of datasets in chunks, each chunk decoded once for all boxes that
// need it. Nothing here knows about virtual datasets: package runtime finds the sources, and expands nested ones.
package fetch
