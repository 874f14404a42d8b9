package hdf5

import (
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// LinkKind is the kind of a link.
type LinkKind uint8

// The kinds of links.
const (
	HardLink     LinkKind = iota // to an object of the same file, by address
	SoftLink                     // to a path of the same file, which need not exist
	ExternalLink                 // to a path of another file
	UserLink                     // defined by the application that wrote it
)

// String is the kind in words.
func (k LinkKind) String() string {
	switch k {
	case HardLink:
		return "hard link"
	case SoftLink:
		return "soft link"
	case ExternalLink:
		return "external link"
	case UserLink:
		return "user-defined link"
	}
	return fmt.Sprintf("LinkKind(%d)", uint8(k))
}

// Link is a name in a group, and where it leads.
type Link struct {
	Name       string
	Kind       LinkKind
	Address    uint64 // of the object header, HardLink only
	Target     string // path, SoftLink and ExternalLink; of a soft link it may be relative to the group
	TargetFile string // file name as stored, ExternalLink
	UserType   uint8  // 65 to 255, UserLink
	UserData   []byte // UserLink
	Order      int64  // rank in the order of creation, where the group keeps it (see Group.LinksCreated); otherwise 0
}

// String describes the link: "soft link a -> /b".
func (l Link) String() string {
	switch l.Kind {
	case SoftLink:
		return fmt.Sprintf("%v %s -> %s", l.Kind, l.Name, l.Target)
	case ExternalLink:
		return fmt.Sprintf("%v %s -> %s:%s", l.Kind, l.Name, l.TargetFile, l.Target)
	}
	return fmt.Sprintf("%v %s", l.Kind, l.Name)
}

// newLink turns a link message into a Link.
func newLink(m message.Link) Link {
	l := Link{Name: m.Name, Target: m.Target, TargetFile: m.TargetFile, Order: m.Order}
	switch m.Type {
	case message.LinkHard:
		l.Kind, l.Address = HardLink, m.Address
	case message.LinkSoft:
		l.Kind = SoftLink
	case message.LinkExternal:
		l.Kind = ExternalLink
	default:
		l.Kind, l.UserType, l.UserData = UserLink, uint8(m.Type), m.Data
	}
	return l
}

// size is about the number of bytes that the link takes in a file, at least.
func (l *Link) size() uint64 {
	return uint64(len(l.Name) + len(l.Target) + len(l.TargetFile) + len(l.UserData) + 1)
}
