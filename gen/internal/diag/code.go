package diag

import "fmt"

// Code is the number of a kind of finding, printed as VDS012. A code, once
// released, keeps its meaning.
type Code int

// String returns the code as it is printed and as `vdsgen explain` takes it.
func (c Code) String() string { return fmt.Sprintf("VDS%03d", int(c)) }
