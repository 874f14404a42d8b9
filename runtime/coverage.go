package runtime

import "context"

// Coverage counts the elements of a virtual dataset by where they come from.
type Coverage struct {
	Elements uint64 // of the dataset
	Mapped   uint64 // given by at least one mapping
	Unmapped uint64 // given by none: they read as the fill value
	Overlaps []Overlap
	Sources  []SourceCoverage // in the order of the mappings
}

// Overlap is two mappings that give the same elements.
type Overlap struct{ First, Second int }

// SourceCoverage is what one mapping gives.
type SourceCoverage struct {
	Mapping  int
	Source   SourceName
	Elements uint64 // of the virtual dataset, including those that a later mapping overrides
}

// Coverage counts what the mappings cover. No source is opened.
func (d *RawDataset) Coverage(ctx context.Context) (Coverage, error) { return Coverage{}, errNotYet }

// Coverage counts what the mappings cover, as [RawDataset.Coverage].
func (d *Dataset[T]) Coverage(ctx context.Context) (Coverage, error) { return d.raw.Coverage(ctx) }
