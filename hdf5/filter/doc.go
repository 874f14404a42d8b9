// Package filter is HDF5's filter pipeline: it turns the stored bytes of one chunk
// into the chunk's elements and back.
//
// A dataset's filter pipeline message is a list of [Spec]. [NewPipeline] makes a [Pipeline] of it, and
// [Pipeline.Decode] and [Pipeline.Encode] work on whole chunks, one call a chunk, from as many goroutines as wanted.
// Each filter is a [Codec]; the filters of the field are built in, and [Register] adds others.
//
// # Two sides of a filter
//
// Throughout the package the bytes before a filter ran, on the program's side, are called raw, and the bytes after
// it, on the file's side, stored. Encode goes from raw to stored in the order of the message; decode goes from stored
// to raw in the reverse order.
//
// # Hostile input
//
// Stored bytes are never trusted. A codec writes at most as many bytes as the chunk has (stages between two filters:
// [MaxStage]), allocates nothing in proportion to numbers that it finds in the stored bytes, and turns anything else
// into an error.
//
// # Reading the source
//
// Begin with spec.go (what a filter is in the file), codec.go (what a filter does) and pipeline.go (how chunks pass
// through). Then there is one file for each filter, named after it. The format of each is described at the top of its
// file.
package filter
