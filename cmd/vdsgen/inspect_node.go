package main

import "encoding/json"

// fileNode is what inspect says of the file as a whole. Its JSON form, and that of the types below, is described in docs/inspect-json.md.
type fileNode struct {
	File       string `json:"file"`
	Size       int64  `json:"size"`
	Superblock int    `json:"superblock"`
	UserBlock  int64  `json:"user_block"`
	OffsetSize int    `json:"offset_size"`
	LengthSize int    `json:"length_size"`
	Writing    bool   `json:"open_for_writing"`
	SWMR       bool   `json:"swmr"`
}

// node is one link of a file with what it leads to.
type node struct {
	Path   string `json:"path"`
	Kind   string `json:"kind"`              // group, dataset, type; soft link, external link, user-defined link; object where it cannot be read
	SameAs string `json:"same_as,omitempty"` // a path shown earlier that leads to the same object
	Error  string `json:"error,omitempty"`   // what could not be read

	Target     string  `json:"target,omitempty"`
	TargetFile string  `json:"target_file,omitempty"`
	Resolves   *bool   `json:"resolves,omitempty"` // left out where the link was not followed
	TargetKind string  `json:"target_kind,omitempty"`
	Unresolved string  `json:"unresolved,omitempty"` // why it does not
	UserType   *int    `json:"user_type,omitempty"`
	UserData   []byte  `json:"user_data,omitempty"` // base64
	Address    *uint64 `json:"address,omitempty"`

	Links         uint64 `json:"links,omitempty"` // hard links to the object
	HeaderVersion int    `json:"header_version,omitempty"`
	Modified      string `json:"modified,omitempty"` // RFC 3339
	Comment       string `json:"comment,omitempty"`

	Members       *int   `json:"members,omitempty"` // of a group
	Form          string `json:"form,omitempty"`
	CreationOrder bool   `json:"creation_order,omitempty"`

	Type      string      `json:"type,omitempty"`
	Datatype  *typeNode   `json:"datatype,omitempty"`
	Committed *typeOrigin `json:"committed_type,omitempty"`
	Space     string      `json:"space,omitempty"` // scalar or null
	Shape     []uint64    `json:"shape,omitempty"`
	MaxShape  []int64     `json:"max_shape,omitempty"` // -1: unlimited; left out where it is the shape

	Storage  *storageNode   `json:"storage,omitempty"`
	Filters  []filterNode   `json:"filters,omitempty"`
	Fill     *fillNode      `json:"fill,omitempty"`
	External []externalNode `json:"external_files,omitempty"`

	MappingCount *int          `json:"mapping_count,omitempty"`
	Mappings     []mappingNode `json:"mappings,omitempty"`
	Attributes   []attrNode    `json:"attributes,omitempty"`
}

// fail notes that a part of the object could not be read; the first one is kept.
func (n *node) fail(err error) {
	if n.Error == "" {
		n.Error = oneLine(err)
	}
}

// errors is the number of parts that could not be read.
func (n *node) errors() int {
	count := 0
	if n.Error != "" {
		count++
	}
	for i := range n.Attributes {
		if n.Attributes[i].Error != "" {
			count++
		}
	}
	return count
}

// typeOrigin is where a committed datatype is.
type typeOrigin struct {
	Address uint64 `json:"address"`
	Path    string `json:"path,omitempty"` // where it was shown, if it was already
}

// typeNode is a datatype in all detail.
type typeNode struct {
	Class     string       `json:"class"`
	Size      int          `json:"size"`
	Order     string       `json:"order,omitempty"`
	Signed    *bool        `json:"signed,omitempty"`
	Precision int          `json:"precision,omitempty"`
	BitOffset int          `json:"bit_offset,omitempty"`
	Float     *floatNode   `json:"float,omitempty"`
	Variable  bool         `json:"variable_length,omitempty"` // strings
	Padding   string       `json:"padding,omitempty"`
	Charset   string       `json:"charset,omitempty"`
	Tag       string       `json:"tag,omitempty"`
	Reference string       `json:"reference,omitempty"`
	Dims      []int        `json:"dims,omitempty"`
	Base      *typeNode    `json:"base,omitempty"`
	Members   []memberNode `json:"members,omitempty"`
	Values    []valueNode  `json:"values,omitempty"` // of an enumeration
}

type floatNode struct {
	Sign             int    `json:"sign"`
	ExponentPosition int    `json:"exponent_position"`
	ExponentSize     int    `json:"exponent_size"`
	MantissaPosition int    `json:"mantissa_position"`
	MantissaSize     int    `json:"mantissa_size"`
	Bias             uint32 `json:"bias"`
}

type memberNode struct {
	Name   string    `json:"name"`
	Offset int       `json:"offset"`
	Type   *typeNode `json:"type"`
}

type valueNode struct {
	Name  string `json:"name"`
	Value int64  `json:"value"`
}

// storageNode is how and where the elements of a dataset are stored.
type storageNode struct {
	Layout        string   `json:"layout"` // compact, contiguous, chunked, virtual
	LayoutVersion int      `json:"layout_version"`
	Offset        *int64   `json:"offset,omitempty"` // in the file, of contiguous data
	ChunkShape    []uint64 `json:"chunk_shape,omitempty"`
	ChunkBytes    int      `json:"chunk_bytes,omitempty"`
	ChunkIndex    string   `json:"chunk_index,omitempty"`
	Chunks        *uint64  `json:"chunks,omitempty"` // allocated
	Logical       uint64   `json:"logical_bytes"`
	Allocated     uint64   `json:"allocated_bytes"`
	AtLeast       bool     `json:"at_least,omitempty"` // there may be more chunks and allocated bytes than were counted
}

// utilization is the percentage that h5ls gives; ok is false where there is none.
func (s *storageNode) utilization() (percent float64, ok bool) {
	if s.Allocated == 0 || s.AtLeast {
		return 0, false
	}
	return 100 * float64(s.Logical) / float64(s.Allocated), true
}

// MarshalJSON adds the utilization.
func (s *storageNode) MarshalJSON() ([]byte, error) {
	type plain storageNode
	form := struct {
		*plain
		Utilization *float64 `json:"utilization,omitempty"`
	}{plain: (*plain)(s)}
	if percent, ok := s.utilization(); ok {
		form.Utilization = &percent
	}
	return json.Marshal(form)
}

type filterNode struct {
	ID       int      `json:"id"`
	Name     string   `json:"name"` // as stored, or the known one of the number
	Text     string   `json:"text"` // as layouts spell it
	Optional bool     `json:"optional"`
	Params   []uint32 `json:"params"`
}

type fillNode struct {
	Defined bool   `json:"defined"`
	Time    string `json:"time"` // when writers fill: allocation, never, if set
	Value   any    `json:"value,omitempty"`
}

type externalNode struct {
	File   string  `json:"file"`
	Offset uint64  `json:"offset"`
	Size   *uint64 `json:"size,omitempty"` // left out: unlimited
}

type mappingNode struct {
	Number  int    `json:"number"`
	Virtual string `json:"virtual"`
	File    string `json:"file"`
	Path    string `json:"path"`
	Source  string `json:"source"`
}

type attrNode struct {
	Name      string      `json:"name,omitempty"`
	Type      string      `json:"type,omitempty"`
	Datatype  *typeNode   `json:"datatype,omitempty"`
	Committed *typeOrigin `json:"committed_type,omitempty"`
	Space     string      `json:"space,omitempty"` // scalar or null
	Shape     []uint64    `json:"shape,omitempty"`
	Value     any         `json:"value,omitempty"`
	Error     string      `json:"error,omitempty"`
}
