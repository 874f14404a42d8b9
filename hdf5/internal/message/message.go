// Package message holds the messages of object headers as Go values: what each one says, decoded
// from its body. The numbers of sections in comments are those of "HDF5 File Format Specification Version 4.0".
//
// A message is decoded from a cursor over its body. Bodies may be longer than their content: version-1 object headers
// pad them to 8 bytes.
package message

// Type is the number of a kind of message (IV.A.2).
type Type uint16

// The kinds of messages.
const (
	TypeNil            Type = 0x00
	TypeDataspace      Type = 0x01
	TypeLinkInfo       Type = 0x02
	TypeDatatype       Type = 0x03
	TypeFillOld        Type = 0x04
	TypeFill           Type = 0x05
	TypeLink           Type = 0x06
	TypeExternalFiles  Type = 0x07
	TypeLayout         Type = 0x08
	TypeBogus          Type = 0x09
	TypeGroupInfo      Type = 0x0A
	TypeFilterPipeline Type = 0x0B
	TypeAttribute      Type = 0x0C
	TypeComment        Type = 0x0D
	TypeModifiedOld    Type = 0x0E
	TypeSharedTable    Type = 0x0F
	TypeContinuation   Type = 0x10
	TypeSymbolTable    Type = 0x11
	TypeModified       Type = 0x12
	TypeBTreeK         Type = 0x13
	TypeDriverInfo     Type = 0x14
	TypeAttributeInfo  Type = 0x15
	TypeReferenceCount Type = 0x16
	TypeFileSpaceInfo  Type = 0x17
	TypeCacheImage     Type = 0x18
)

// LastType is the highest number known here.
const LastType = TypeCacheImage

// Flags of a message in an object header (IV.A.1).
const (
	FlagConstant    = 1 << 0
	FlagShared      = 1 << 1 // the body is a Shared, not the message
	FlagDoNotShare  = 1 << 2
	FlagFailOnWrite = 1 << 3 // if the type is not known
	FlagMark        = 1 << 4
	FlagWasUnknown  = 1 << 5
	FlagShareable   = 1 << 6
	FlagFailAlways  = 1 << 7 // if the type is not known
)

// MayBeShared reports whether messages of the type can stand in another place than the header.
func (t Type) MayBeShared() bool {
	switch t {
	case TypeDataspace, TypeDatatype, TypeFillOld, TypeFill, TypeFilterPipeline, TypeAttribute:
		return true
	}
	return false
}

var typeNames = [...]string{
	"nil message", "dataspace message", "link info message", "datatype message", "old fill value message", "fill value message",
	"link message", "external file list message", "data layout message", "bogus message", "group info message",
	"filter pipeline message", "attribute message", "comment message", "old modification time message", "shared message table message",
	"continuation message", "symbol table message", "modification time message", "B-tree K message", "driver info message",
	"attribute info message", "reference count message", "file space info message", "cache image message",
}

// String is the kind's name, for errors.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "message of unknown type"
}
