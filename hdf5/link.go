package hdf5

// LinkKind is the kind of a link.
type LinkKind uint8

// The kinds of links.
const (
	HardLink     LinkKind = iota // to an object of the same file, by address
	SoftLink                     // to a path of the same file, which need not exist
	ExternalLink                 // to a path of another file
	UserLink                     // defined by the application that wrote it
)

// Link is a name in a group, and where it leads.
type Link struct {
	Name       string
	Kind       LinkKind
	Address    uint64 // of the object header, HardLink only
	Target     string // path, SoftLink and ExternalLink
	TargetFile string // file name as stored, ExternalLink
	UserType   uint8  // 65 to 255, UserLink
	UserData   []byte // UserLink
}
