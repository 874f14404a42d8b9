package filter

const lz4Name = "HDF5 lz4 filter; see http://www.hdfgroup.org/services/contributions.html"
