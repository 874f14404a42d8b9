package runtime

import "iter"

// Array is what a read returns: elements in row-major order, the axes of indices dropped.
type Array[T any] struct {
	Data   []T   // len is the product of Shape
	Shape  []int // empty for one element
	Filled []Filled
}

// At is the element with the given index, one number for each axis. It panics as indexing a slice does where the index is
// outside the array or has another number of axes.
func (a Array[T]) At(index ...int) T { return a.Data[offset(index, a.Shape)] }

// offset is the position of an index in row-major order.
func offset(index, shape []int) int {
	if len(index) != len(shape) {
		panic("array index has another number of axes than the array")
	}
	at := 0
	for i, n := range shape {
		if index[i] < 0 || index[i] >= n {
			panic("array index out of range")
		}
		at = at*n + index[i]
	}
	return at
}

// Row is the i-th element of axis 0, with that axis dropped. It shares the memory of a, and its Filled is a's.
func (a Array[T]) Row(i int) Array[T] {
	if i < 0 || i >= a.Shape[0] {
		panic("array index out of range")
	}
	n := 1
	for _, m := range a.Shape[1:] {
		n *= m
	}
	return Array[T]{Data: a.Data[i*n : (i+1)*n : (i+1)*n], Shape: a.Shape[1:], Filled: a.Filled}
}

// Rows yields the elements of axis 0 in order, as Row gives them.
func (a Array[T]) Rows() iter.Seq2[int, Array[T]] {
	return func(yield func(int, Array[T]) bool) {
		for i := range a.Shape[0] {
			if !yield(i, a.Row(i)) {
				return
			}
		}
	}
}

// Filled says that elements were filled because their source is missing or too small for its mapping. It says nothing of gaps between mappings, nor, in a growing
// dataset, of what a source does not have yet while others are longer: see [LastAvailable].
type Filled struct {
	Mapping  int // number of the mapping, from 0
	Source   SourceName
	Elements uint64 // of the result that were filled for this reason; overlapping mappings may have given some of them
	Err      error  // why, a *MissingSourceError or *SourceMismatchError
}
