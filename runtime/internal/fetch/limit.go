package fetch

// defaultFiles is how many sources stay open between uses where nobody said otherwise: enough for the modules of any detector,
// and few against the usual limit of 1,024 files a process.
const defaultFiles = 128

// DefaultFiles is how many files to keep open: 128, and at most a quarter of what the process may open, because it is not ours alone.
func DefaultFiles() int {
	if limit := fileLimit(); limit != 0 && limit/4 < defaultFiles {
		return max(1, int(limit/4))
	}
	return defaultFiles
}
