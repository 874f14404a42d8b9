// Bench measures this project beside libhdf5 and h5py: the same data, the same machine, the same run, results proven
// equal by their CRC32. `make bench` runs it; docs/performance.md has what it wrote last.
//
// The data come from testdata/bench/data.py, in sizes that sizes.go has; workloads.go says what is measured and which
// ratio is wanted. opponents.go brings the other programs (testdata/bench/driver.c, compiled against each libhdf5 that
// can be had, and driver.py), and drive.go is the same program of ours, which this command starts as a process of its
// own. run.go lets all of them run in turn; table.go, curves.go with chart.go, and document.go show the results.
package main
