package runtime

import "context"

// Location is where an element of a virtual dataset lies.
type Location struct {
	Mapped  bool // false: no mapping gives the element, it reads as the fill value
	Mapping int  // number of the mapping, from 0; the last one where several give it
	Source  SourceName
	Found   string // the file that the source was found in; empty where it is missing
	Index   []int  // of the element in the source dataset
	Err     error  // why the source cannot be read, nil where it can
}

// Where finds the source of one element of a virtual dataset. Negative indices count from the end.
func (d *RawDataset) Where(ctx context.Context, index ...int) (Location, error) {
	return Location{}, errNotYet
}

// Where finds the source of one element, as [RawDataset.Where].
func (d *Dataset[T]) Where(ctx context.Context, index ...int) (Location, error) {
	return d.raw.Where(ctx, index...)
}
